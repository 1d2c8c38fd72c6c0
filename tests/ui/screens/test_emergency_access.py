"""Emergency access: three clicks, a reason, a password; a strip that counts down, and the end."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from shiboken6 import delete

from ehr_desktop.domain.consent import GuardRule
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.screens.record.emergency_strip import Watermark
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.shell.context import BeginEmergency
from tests.support.memory_world import NOON, PASSWORD, made_id

PATIENT = made_id("patient 0")


class Hand:
    """A mouse that counts its clicks, and a keyboard."""

    def __init__(self, qtbot):
        self._qtbot = qtbot
        self.clicks = 0

    def click(self, button):
        assert button.isVisible()
        assert button.isEnabled()
        self.clicks += 1
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, text):
        self._qtbot.keyClicks(QApplication.focusWidget(), text)


@pytest.fixture
def book(clinic):
    clinic.world.consent.take_card(PATIENT, NOON)
    return clinic.world.consent


@pytest.fixture
def window(qtbot, context_for, book):
    window = RecordWindow(context_for("karin.lindqvist"), PATIENT)
    window.resize(1366, 768)
    with qtbot.waitActive(window):
        window.show()
    qtbot.waitUntil(lambda: window.closed_page is not None)
    yield window
    delete(window)


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def go_in(qtbot, window, reason="unconscious"):
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons[reason])
    hand.type(PASSWORD)
    hand.click(window.emergency.go)
    qtbot.waitUntil(lambda: window.view is not None)
    return hand


def test_three_clicks_and_a_password_open_allergies_and_medicines_and_nothing_else(
    qtbot, window, book
):
    hand = go_in(qtbot, window)
    assert hand.clicks == 3
    assert window.view.banner.allergies.text == "Known allergies: Penicillin"
    assert "Closed to you" in words(window.view.summary.cards[SectionKind.NOTES])
    assert window.view.strip.left.text() == "Emergency access · 30:00"
    assert window.view.findChildren(Watermark)[0].isVisible()
    (review,) = book.reviews
    assert (review.reason, review.words) == ("unconscious", "Unconscious or not responding")


def test_enter_after_the_password_saves_the_third_click(qtbot, window):
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons["life-threatening"])
    hand.type(PASSWORD)
    qtbot.keyClick(window.emergency.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.view is not None)
    assert hand.clicks == 2


def test_another_emergency_has_to_be_said_in_words(qtbot, window, book):
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons["other"])
    assert QApplication.focusWidget() is window.emergency.words
    window.emergency.password.setText(PASSWORD)
    assert not window.emergency.go.isEnabled()
    hand.type("Fell from a ladder")
    hand.click(window.emergency.go)
    qtbot.waitUntil(lambda: window.view is not None)
    assert book.reviews[0].words == "Fell from a ladder"


def test_a_wrong_password_opens_nothing_and_is_told_beside_the_field(qtbot, window, book):
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons["unconscious"])
    hand.type("wrong")
    hand.click(window.emergency.go)
    qtbot.waitUntil(lambda: window.emergency.password_error != "")
    assert window.emergency.password.text() == ""
    assert book.reviews == []


def test_too_few_workstations_are_told_with_what_to_do(qtbot, window, clinic):
    clinic.emergency.answering = 2
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons["unconscious"])
    hand.type(PASSWORD)
    hand.click(window.emergency.go)
    qtbot.waitUntil(lambda: window.emergency.failure != "")
    assert "3 workstations would have to answer and 2 did" in window.emergency.failure


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("nothing-written", "No emergency entry was ever written for this patient"),
        ("not-shared-out", "once somebody who may read this record signs in"),
    ],
)
def test_where_nothing_can_open_it_is_told_why_and_what_to_do(qtbot, window, clinic, rule, said):
    clinic.emergency.refusing = rule
    hand = Hand(qtbot)
    hand.click(window.closed_page.emergency)
    hand.click(window.emergency.reasons["unconscious"])
    hand.type(PASSWORD)
    hand.click(window.emergency.go)
    qtbot.waitUntil(lambda: window.emergency.failure != "")
    assert said in window.emergency.failure
    assert "ask the patient or whoever came along" in window.emergency.failure
    assert "kept as refused" not in window.emergency.failure


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (GuardRule(1, 1), "it alone holds the emergency key"),
        (GuardRule(2, 2), "With one of them off there is no emergency access"),
        (GuardRule(2, 3), "Whoever holds 2 PCs holds the key"),
        (GuardRule(3, 4), "3 of the 4 workstations have to release"),
        (GuardRule(5, 7), "5 of the 7 workstations have to release"),
    ],
)
def test_the_sheet_says_which_rule_holds(qtbot, window, book, rule, said):
    book.rule = rule
    Hand(qtbot).click(window.closed_page.emergency)
    qtbot.waitUntil(window.emergency.rule.isVisible)
    assert said in words(window.emergency.rule)
    weak = "weaker rule" in words(window.emergency.rule)
    assert weak is (rule.workstations < 4)


def test_it_closes_by_itself_when_the_time_is_over(qtbot, window, book, context_for):
    go_in(qtbot, window)
    window.view.write(SectionKind.ALLERGIES)
    book.accesses.clear()
    window.view.strip._now = lambda: NOON.replace(hour=10, minute=10)
    window.view.strip.tell_time()
    qtbot.waitUntil(lambda: window.closed_page is not None)
    assert window.view is None
    assert "Emergency access is over" in window.snackbar.text


def test_a_window_opened_again_during_the_access_has_the_strip_too(
    qtbot, window, context_for, book
):
    go_in(qtbot, window)
    again = RecordWindow(context_for("karin.lindqvist"), PATIENT)
    again.show()
    qtbot.waitUntil(lambda: again.view is not None)
    assert again.view.strip.isVisible()
    delete(again)


def test_the_command_for_a_patient_begins_with_the_sheet(qtbot, window):
    window.grant(BeginEmergency())
    assert window.emergency.isVisible()


def test_nothing_of_the_password_stays_in_the_sheet(qtbot, window):
    go_in(qtbot, window)
    assert window.emergency.password.text() == ""
