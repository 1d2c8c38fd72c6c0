"""What is signed and not final: marked on every screen, never called certain, told if refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from shiboken6 import delete

from ehr_desktop.domain.events import WorkRefused
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.network import NetworkStatus
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.domain.refusals import RefusedBooking, RefusedWork
from ehr_desktop.domain.schedule import Slot
from ehr_desktop.services.values import Booking
from ehr_desktop.ui.models.day_agenda import AgendaColumn, DayAgenda
from ehr_desktop.ui.models.day_words import sentence
from ehr_desktop.ui.models.pending_words import PENDING_WORDS, told
from ehr_desktop.ui.models.refused_words import refused_words
from ehr_desktop.ui.screens.appointments.changes import Changes
from ehr_desktop.ui.screens.appointments.details_drawer import DetailsDrawer
from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.screens.pending_notice import missing_workstations
from ehr_desktop.ui.screens.record.columns import columns_of
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.screens.today.screen import TodayScreen
from ehr_desktop.ui.shell.context import Place, ShowDay
from ehr_desktop.ui.widgets.row_delegate import CellRole
from tests.support.memory_world import NOON, made_id

LENGTH = timedelta(minutes=20)
ALONE = NetworkStatus((), 1, 0, quorum=3, present=1, total=5)


def anyone(clinic):
    return next(iter(clinic.world.appointments.values()))


def refused(clinic, **changes):
    known = anyone(clinic)
    free = (Slot(NOON + timedelta(days=1), LENGTH), Slot(NOON + timedelta(days=2), LENGTH))
    booking = RefusedBooking(
        known.provider, "Dr Osei", NOON, LENGTH, "2026-08-18T10:00", alternatives=free
    )
    work = RefusedWork(
        TransactionId("a" * 64),
        "appointment.book",
        "slot-taken",
        NOON,
        known.patient,
        known.patient_name,
        booking=booking,
    )
    return replace(work, **changes)


@pytest.fixture
def today(qtbot, context_for, clinic):
    def make(*works, account="ines.duarte"):
        context = context_for(account)
        clinic.refusals.refused[context.actor.id] = list(works)
        screen = TodayScreen(context)
        qtbot.addWidget(screen)
        screen.resize(1366, 800)
        screen.show()
        qtbot.waitUntil(lambda: screen.date.text() != "")
        return screen

    return make


def button(screen, words):
    return next(b for b in screen.refused.findChildren(QPushButton) if words in b.accessibleName())


def test_a_booking_that_waits_is_marked_in_lists_by_an_icon_and_in_words(clinic):
    waiting = replace(anyone(clinic), pending=True)
    rows = DayAgenda()
    rows.show((waiting, replace(waiting, id="another", pending=False)))
    marks = {rows.at(r).pending: rows.index(r, AgendaColumn.PATIENT) for r in range(2)}
    assert marks[True].data(CellRole.ICON) == "hourglass"
    assert marks[True].data(Qt.ItemDataRole.ToolTipRole) == PENDING_WORDS
    assert not marks[False].data(CellRole.ICON)
    assert PENDING_WORDS.lower() in sentence(waiting)
    assert PENDING_WORDS.lower() not in sentence(replace(waiting, pending=False))


def test_a_booking_below_the_quorum_says_for_how_many_it_waits(qtbot, clinic, context_for, asked):
    clinic.world.network = ALONE
    context = context_for("ines.duarte")
    changes = Changes(context, context.bridge)
    known = anyone(clinic)
    changes.book(Booking(known.provider, known.patient, NOON + timedelta(days=3), LENGTH))
    qtbot.waitUntil(lambda: asked.notes != [])
    (note,) = asked.notes
    assert note.startswith("Booked ")
    assert note.endswith("Kept here, waiting for 2 more workstations to confirm.")
    assert asked.actions[0][0] == "Undo"


def test_how_many_are_missing_is_only_said_where_each_counts_for_one():
    assert missing_workstations(ALONE) == 2
    assert missing_workstations(replace(ALONE, present=4)) == 0
    assert told("Saved.", pending=True, missing=1).endswith("for 1 more workstation to confirm.")
    assert told("Saved.", pending=True) == (
        "Saved. Kept here, waiting for other workstations to confirm."
    )
    assert told("Saved.", pending=False, missing=1) == "Saved."


def test_the_details_of_an_appointment_say_that_it_waits_until_it_is_final(
    qtbot, clinic, context_for
):
    context = context_for("ines.duarte")
    host = TodayScreen(context)
    qtbot.addWidget(host)
    host.show()
    drawer = DetailsDrawer(context, Changes(context, host), host)
    drawer.show_appointment(replace(anyone(clinic), pending=True))
    assert drawer._pending.isVisible()
    assert drawer._pending.accessibleName() == PENDING_WORDS
    drawer.follow(anyone(clinic))
    assert not drawer._pending.isVisible()


def test_a_patient_who_is_registered_but_not_final_is_marked_in_the_list(
    qtbot, clinic, context_for
):
    first = next(iter(clinic.world.patients))
    clinic.world.patients[first] = replace(clinic.world.patients[first], pending=True)
    screen = PatientsScreen(context_for("ines.duarte"))
    qtbot.addWidget(screen)
    screen.show()
    rows = screen.found.rows

    def marked():
        return [
            rows.row(number).patient.id
            for number in range(rows.rowCount())
            if rows.index(number, 0).data(CellRole.ICON) == "hourglass"
        ]

    qtbot.waitUntil(lambda: rows.rowCount() > 1 and marked() == [first])
    spoken = rows.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("waiting for other workstations")


def test_an_entry_that_waits_is_marked_in_its_list_and_where_it_is_read(qtbot, clinic, context_for):
    window = RecordWindow(context_for("karin.lindqvist"), made_id("patient 0"))
    window.resize(1366, 768)
    window.show()
    qtbot.waitUntil(lambda: window.view is not None)
    window.view.go_to("problems")
    page = window.view.page(SectionKind.PROBLEMS)
    final = page.rows.row(0)
    assert final is not None
    waiting = replace(final, source=replace(final.source, pending=True))
    title = columns_of(SectionKind.PROBLEMS, page._opened)[0]
    assert (title.icon(waiting), title.icon(final)) == ("hourglass", "")
    page.reader.show_entry(waiting)
    assert page.reader._pending.isVisible()
    page.reader.show_entry(final)
    assert not page.reader._pending.isVisible()
    delete(window)


def test_refused_work_is_told_in_a_sentence_with_the_next_free_times(qtbot, today, clinic):
    screen = today(refused(clinic))
    qtbot.waitUntil(screen.refused.isVisible)
    assert refused_words(refused(clinic)) == (
        "Tuesday 18-Aug-2026 10:00 with Dr Osei: the time was taken on another workstation."
    )
    assert button(screen, "Take Tomorrow").isVisible()


def test_taking_a_free_time_instead_books_it_and_closes_the_matter(qtbot, today, clinic, asked):
    screen = today(refused(clinic))
    qtbot.waitUntil(screen.refused.isVisible)
    qtbot.mouseClick(button(screen, "Take Tomorrow"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.refused.isVisible())
    assert asked.notes[-1].startswith(f"Booked {anyone(clinic).patient_name}, ")
    starts = [a.slot.start for a in clinic.world.appointments.values()]
    assert NOON + timedelta(days=1) in starts


def test_a_refusal_can_be_dismissed_and_its_day_opened(qtbot, today, clinic, asked):
    screen = today(refused(clinic))
    qtbot.waitUntil(screen.refused.isVisible)
    qtbot.mouseClick(button(screen, "Open the day"), Qt.MouseButton.LeftButton)
    (place, wish) = asked.places[-1]
    assert (place, type(wish)) == (Place.APPOINTMENTS, ShowDay)
    qtbot.mouseClick(button(screen, "Dismiss"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.refused.isVisible())


def test_a_refusal_that_comes_while_today_is_open_is_told_at_once_to_whom_it_concerns(
    qtbot, today, clinic
):
    screen = today()
    rae = screen._context.actor.id
    qtbot.wait(1)
    assert not screen.refused.isVisible()
    note = refused(clinic, kind="record.commit", rule="stale-version", booking=None, title="Visit")
    clinic.refusals.refused[rae] = [note]
    clinic.world.publish(WorkRefused(rae))
    qtbot.waitUntil(screen.refused.isVisible)
    assert refused_words(note) == "Visit: somebody else changed the record in the meantime."
