"""What could not be added is shown to its author: read, written as an amendment, or discarded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from shiboken6 import delete

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import RecordVersion
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.refusals import KeptEntry, RefusedWork
from ehr_desktop.interchange.fhir import build
from ehr_desktop.interchange.fhir.build_patient import patient as patient_resource
from ehr_desktop.services.values import Draft
from ehr_desktop.ui.models.refused_words import refused_words
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.screens.record.write_note import AmendDrawer
from ehr_desktop.ui.screens.today.screen import TodayScreen
from ehr_desktop.ui.shell.context import AmendWith, Place, ShowPatient
from tests.support.memory_world import NOON, made_id
from tests.support.one_pc import ANNA

PATIENT = made_id("patient 0")
REFUSED = TransactionId("b" * 64)
LATE = "Fell from the ladder.\nWrist swollen, X-ray tomorrow."
WORK = RefusedWork(
    REFUSED, "record.commit", "stale-version", NOON - timedelta(hours=3), PATIENT,
    "ASHWORTH, Margaret", "Consultation", kept=Category.NOTES,
)  # fmt: skip


@pytest.fixture
def note(clinic):
    """A note of the patient: somebody else has amended it meanwhile."""
    kind_and_entry = next(
        (kind, entry) for kind, entry in clinic.charts._entries[PATIENT] if kind == "notes"
    )
    return kind_and_entry[1]


@pytest.fixture
def today(qtbot, context_for, clinic, note):
    def make(work=WORK, account="karin.lindqvist", body=None):
        context = context_for(account)
        clinic.refusals.refused[context.actor.id] = [work]
        written = body or build.note(LATE, f"Patient/{PATIENT}", "x", NOON, "Consultation")
        clinic.refusals.written[REFUSED] = (KeptEntry(note.source.record, 2, written),)
        screen = TodayScreen(context)
        qtbot.addWidget(screen)
        screen.resize(1366, 768)
        screen.show()
        qtbot.waitUntil(screen.refused.isVisible)
        return screen

    return make


def press(qtbot, button):
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def reads(qtbot, screen):
    """Press *Read it* and wait for the text."""
    button = next(
        b for b in screen.refused.findChildren(QPushButton) if "Read what" in b.accessibleName()
    )
    press(qtbot, button)
    sheet = screen._teller.sheet
    qtbot.waitUntil(lambda: sheet.text.toPlainText() != "")
    return sheet


def test_today_says_so_and_offers_nothing_that_would_lose_it_at_once(qtbot, today):
    screen = today()
    assert refused_words(WORK) == (
        "A note you wrote while cut off could not be added: somebody else changed the record in "
        "the meantime."
    )
    names = [b.accessibleName() for b in screen.refused.findChildren(QPushButton)]
    assert not any("Dismiss" in name for name in names)
    sheet = reads(qtbot, screen)
    assert sheet.text.toPlainText() == LATE
    assert sheet.text.isReadOnly()


def test_discarding_asks_first_and_keeps_it_unless_told_so(qtbot, today, clinic):
    screen = today()
    sheet = reads(qtbot, screen)
    press(qtbot, sheet.discard)
    press(qtbot, sheet.asking.cancel_button)
    assert REFUSED in clinic.refusals.written
    press(qtbot, sheet.discard)
    press(qtbot, sheet.asking.confirm_button)
    qtbot.waitUntil(lambda: not screen.refused.isVisible())
    assert REFUSED not in clinic.refusals.written


def test_closing_the_sheet_keeps_it(qtbot, today, clinic):
    screen = today()
    press(qtbot, reads(qtbot, screen).cancel)
    assert screen.refused.isVisible()
    assert REFUSED in clinic.refusals.written


def test_written_as_an_amendment_the_chart_is_asked_for_with_the_text(qtbot, today, context_for):
    screen, asked = today(), []
    context = replace(screen._context, open_chart=lambda *wanted: asked.append(wanted))
    screen._teller._context = context
    press(qtbot, reads(qtbot, screen).amend)
    ((patient, wish),) = asked
    assert patient == PATIENT
    assert (wish.text, wish.transaction, wish.written) == (LATE, REFUSED, WORK.signed)


def test_a_new_note_that_was_refused_can_be_read_but_amends_nothing(qtbot, today, clinic, note):
    screen = today()
    (kept,) = clinic.refusals.written[REFUSED]
    clinic.refusals.written[REFUSED] = (replace(kept, version=1),)
    assert not reads(qtbot, screen).amend.isVisible()


def test_what_was_changed_in_a_registration_leads_there(qtbot, today, asked):
    work = replace(WORK, title="", kept=Category.DEMOGRAPHICS)
    screen = today(work, "ines.duarte", patient_resource(ANNA, PATIENT))
    sheet = reads(qtbot, screen)
    assert "registration while cut off could not be added" in refused_words(work)
    assert ANNA.family in sheet.text.toPlainText()
    assert not sheet.amend.isVisible()
    press(qtbot, sheet.register)
    assert asked.places == [(Place.PATIENTS, ShowPatient(PATIENT))]


# --- the form ------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, context_for, clinic, note):
    context = context_for("karin.lindqvist")
    clinic.refusals.written[REFUSED] = (KeptEntry(note.source.record, 2, b"{}"),)
    window = RecordWindow(context, PATIENT)
    window.resize(1366, 768)
    window.show()
    yield window
    delete(window)


def wish(note):
    return AmendWith(note.source.record, "Consultation", LATE, WORK.signed, REFUSED)


def amending(qtbot, window):
    """Give the form once it is open."""
    qtbot.waitUntil(lambda: window.view is not None and isinstance(window.view.drawer, AmendDrawer))
    return window.view.drawer


def test_the_form_is_filled_and_saving_it_settles_the_matter(qtbot, window, clinic, note):
    window.grant(wish(note))
    form = amending(qtbot, window)
    qtbot.waitUntil(lambda: form.text_area.toPlainText() == LATE)
    assert form.reason_field.text() == "Written 14-Aug-2026 07:40 while cut off"
    assert "Somebody else's version came first" in form.failure.accessibleName()
    form.text_area.setPlainText(f"{LATE} And no fracture.")
    form.try_to_save()
    qtbot.waitUntil(lambda: REFUSED not in clinic.refusals.written)
    newest: RecordVersion = clinic.charts._versions[note.source.record][-1]
    assert newest.source.version == note.source.version + 1


def test_a_draft_of_the_same_amendment_is_not_lost_to_it(qtbot, window, clinic, note):
    actor = window._context.actor
    draft = Draft('{"text": "Typed yesterday", "reason": "Dose"}', NOON)
    clinic.drafts.kept[actor.id, f"amendment/{note.source.record}/{PATIENT}"] = draft
    window.grant(wish(note))
    form = amending(qtbot, window)
    qtbot.waitUntil(form.draft_note.isVisible)
    press(qtbot, form.restore_button)
    assert form.text_area.toPlainText() == "Typed yesterday"
    form.try_to_save()
    qtbot.waitUntil(form.isHidden)
    assert REFUSED in clinic.refusals.written


def test_a_draft_that_is_not_wanted_makes_room_for_it(qtbot, window, clinic, note):
    actor = window._context.actor
    draft = Draft('{"text": "Typed yesterday", "reason": "Dose"}', NOON)
    clinic.drafts.kept[actor.id, f"amendment/{note.source.record}/{PATIENT}"] = draft
    window.grant(wish(note))
    form = amending(qtbot, window)
    qtbot.waitUntil(form.draft_note.isVisible)
    press(qtbot, form.discard_button)
    assert form.text_area.toPlainText() == LATE


def test_what_is_being_typed_stays_when_it_is_brought(qtbot, window, clinic, note):
    qtbot.waitUntil(lambda: window.view is not None)
    window.view.amend(note, note.detail)
    form = amending(qtbot, window)
    qtbot.waitUntil(lambda: form.is_ready)
    form.text_area.setPlainText("Being typed")
    window.grant(wish(note))
    qtbot.waitUntil(form.failure.isVisible)
    assert form.text_area.toPlainText() == "Being typed"
    form.reason_field.setText("Dose")
    form.try_to_save()
    qtbot.waitUntil(form.isHidden)
    assert REFUSED in clinic.refusals.written
