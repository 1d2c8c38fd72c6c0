"""A record that is closed to a clinician: asking, waiting, being let in, and losing it again."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from shiboken6 import delete

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import RequestState
from ehr_desktop.domain.events import ConsentChanged, ContainersArrived
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.screens.record.closed_section import ClosedSection
from ehr_desktop.ui.screens.record.window import RecordWindow
from tests.support.memory_world import NOON, made_id

PATIENT = made_id("patient 0")


@pytest.fixture
def book(clinic):
    return clinic.world.consent


@pytest.fixture
def open_record(qtbot, context_for):
    opened = []

    def opener(account="karin.lindqvist"):
        window = RecordWindow(context_for(account), PATIENT)
        opened.append(window)
        window.resize(1366, 768)
        window.show()
        qtbot.waitUntil(lambda: window.view is not None or window.closed_page is not None)
        return window

    yield opener
    for each in opened:
        delete(each)


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answer(clinic, *, granted):
    book = clinic.world.consent
    for event in book.answer(book.requests[-1].id, NOON, granted=granted):
        clinic.world.publish(event)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_closed_record_says_whose_it_is_and_what_is_closed_and_opens_nothing(
    open_record, book, clinic
):
    book.take_card(PATIENT, NOON)
    before = len(clinic.world.transactions)
    page = open_record().closed_page
    assert page.banner.name.text == "ASHWORTH, Margaret"
    assert page.banner.born.value == "02-Mar-1948 (78y)"
    assert page.banner.allergies.text == "Allergies unavailable"
    assert "The patient decides since 14-Aug-2026" in words(page)
    assert "Allergies and medicines; problems and visits; laboratory results" in words(page)
    assert len(clinic.world.transactions) == before


def test_asking_takes_two_clicks_and_leads_into_the_chart_by_itself(
    qtbot, open_record, book, clinic
):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    click(qtbot, window.asking.send)
    qtbot.waitUntil(lambda: "Waiting for the patient" in words(window.closed_page))
    (asked,) = book.requests
    assert asked.purpose == "treatment"
    assert Category.NOTES in asked.categories
    assert Category.MENTAL_HEALTH not in asked.categories
    assert asked.until == NOON.replace(hour=23, minute=0) + timedelta(days=30)
    answer(clinic, granted=True)
    qtbot.waitUntil(window.closed_page.open.isVisible)
    assert QApplication.focusWidget() is window.closed_page.open
    qtbot.keyClick(window.closed_page.open, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.view is not None)
    assert window.view.banner.allergies.text == "Known allergies: Penicillin"


def test_a_refusal_is_told_plainly_and_one_may_ask_again(qtbot, open_record, book, clinic):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    click(qtbot, window.asking.send)
    qtbot.waitUntil(lambda: bool(book.requests))
    answer(clinic, granted=False)
    qtbot.waitUntil(lambda: "The patient has refused" in words(window.closed_page))
    assert window.closed_page.ask.isVisible()
    assert window.view is None


def test_one_may_ask_no_longer(qtbot, open_record, book):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    click(qtbot, window.asking.send)
    qtbot.waitUntil(window.closed_page.withdraw.isVisible)
    click(qtbot, window.closed_page.withdraw)
    qtbot.waitUntil(window.closed_page.ask.isVisible)
    assert book.requests[0].state is RequestState.WITHDRAWN


def test_an_answer_to_somebody_else_changes_nothing(qtbot, open_record, book, clinic):
    book.take_card(PATIENT, NOON)
    window = open_record("chidi.okafor")
    other = open_record()
    click(qtbot, other.closed_page.ask)
    click(qtbot, other.asking.send)
    qtbot.waitUntil(lambda: bool(book.requests))
    answer(clinic, granted=True)
    qtbot.waitUntil(other.closed_page.open.isVisible)
    assert not window.closed_page.open.isVisible()


def test_nothing_ticked_cannot_be_asked_for(qtbot, open_record, book):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    for box in window.asking.ticks.boxes.values():
        box.setChecked(False)
    assert not window.asking.send.isEnabled()


def test_closed_sections_of_an_open_chart_are_shown_as_closed_and_asked_for_alone(
    qtbot, open_record, book
):
    book.take_card(PATIENT, NOON, frozenset({Category.EMERGENCY, Category.GENERAL}))
    window = open_record()
    view = window.view
    assert "Closed to you" in words(view.summary.cards[SectionKind.NOTES])
    assert "not recorded" not in words(view.summary)
    view.go_to("notes")
    page = next(p for p in view.findChildren(ClosedSection) if p.isVisible())
    assert "Notes: closed to you" in words(page)
    click(qtbot, page.ask)
    assert window.asking.ticks.chosen == {Category.NOTES}


def test_allergies_nobody_here_can_see_are_not_said_to_be_unrecorded(open_record, book):
    book.take_card(PATIENT, NOON, frozenset({Category.GENERAL}))
    view = open_record().view
    assert view.banner.allergies.text == "Allergies unavailable"
    assert "not recorded" not in words(view.summary)


def test_nothing_is_added_to_a_closed_section(open_record, book):
    book.take_card(PATIENT, NOON, frozenset({Category.GENERAL}))
    view = open_record().view
    view.go_to("notes")
    view.add_here()
    assert view.drawer is None
    assert view.place == "notes"


def test_what_the_patient_stops_sharing_closes_while_the_chart_is_open(
    qtbot, open_record, book, clinic
):
    book.take_card(PATIENT, NOON, frozenset({Category.GENERAL, Category.NOTES}))
    window = open_record()
    window.view.write(SectionKind.NOTES)
    window.view.drawer.text_area.setPlainText("Half a thought")
    book.shares[PATIENT] = []
    clinic.world.publish(ConsentChanged(PATIENT))
    qtbot.waitUntil(lambda: window.closed_page is not None)
    assert window.view is None
    assert "Closed by the patient" in window.snackbar.text
    qtbot.waitUntil(lambda: bool(clinic.drafts.kept))


def test_what_was_granted_and_stopped_is_not_said_to_be_allowed(qtbot, open_record, book, clinic):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    click(qtbot, window.asking.send)
    qtbot.waitUntil(lambda: bool(book.requests))
    answer(clinic, granted=True)
    qtbot.waitUntil(window.closed_page.open.isVisible)
    book.shares[PATIENT] = []
    click(qtbot, window.closed_page.open)
    before = window.closed_page
    qtbot.waitUntil(lambda: window.closed_page not in (None, before))
    assert "allowed" not in words(window.closed_page)
    assert window.closed_page.ask.isVisible()


def test_it_opens_by_itself_once_the_keys_have_come(qtbot, open_record, book, clinic):
    book.take_card(PATIENT, NOON)
    window = open_record()
    click(qtbot, window.closed_page.ask)
    click(qtbot, window.asking.send)
    qtbot.waitUntil(lambda: bool(book.requests))
    book.keyless.add(PATIENT)
    answer(clinic, granted=True)
    qtbot.waitUntil(window.closed_page.open.isVisible)
    click(qtbot, window.closed_page.open)
    qtbot.waitUntil(
        lambda: window.closed_page and "keys are on their way" in words(window.closed_page)
    )
    book.keyless.clear()
    clinic.world.publish(ContainersArrived())
    qtbot.waitUntil(lambda: window.view is not None)


def test_every_place_one_can_reach_has_a_name_and_every_text_is_plain(qtbot, open_record, book):
    book.take_card(PATIENT, NOON, frozenset({Category.GENERAL}))
    window = open_record()
    window.view.go_to("notes")
    window.ask()
    window.emergency.begin()
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
        and widget.isVisibleTo(window)
    ]
    assert nameless == []
    labels = window.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
