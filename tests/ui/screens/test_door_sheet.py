"""Letting a workstation in, from the screen of the administrator."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.errors import NotFoundError, RefusedError
from ehr_desktop.domain.events import PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.services.values import Door
from ehr_desktop.ui.screens.network.door_sheet import DoorSheet
from tests.support.memory_world import NOON


class Doors:
    """What the sheet asks of the clinic."""

    def __init__(self):
        self.asked = []
        self.refusal = None

    async def open_door(self, actor):
        self.asked.append("open")
        if self.refusal is not None:
            raise self.refusal
        return Door(("192.168.1.20", "10.0.0.7"), NOON + timedelta(seconds=120))

    async def let_in(self, actor, *, agreed):
        self.asked.append(agreed)
        if self.refusal is not None:
            raise self.refusal

    async def close_door(self):
        self.asked.append("close")


@pytest.fixture
def doors(clinic):
    clinic.network = Doors()
    return clinic.network


@pytest.fixture
def host(qtbot, theme):
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def sheet(qtbot, context_for, doors, host):
    made = DoorSheet(context_for("amara.osei"), host)
    made.open()
    qtbot.waitUntil(lambda: made.addresses.text() != "")
    return made


def tell(sheet, event):
    sheet._context.bridge.node_event.emit(event)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_shows_where_to_come_in_and_for_how_long(sheet):
    assert sheet.addresses.text() == "192.168.1.20\n10.0.0.7"
    assert "2:00" in sheet.left.text()
    assert sheet.waiting.isVisible()
    assert not sheet.asking.isVisible()


def test_agreeing_lets_the_workstation_in(qtbot, sheet, doors):
    tell(sheet, PairingAsked("012345", "Room 2"))
    assert sheet.digits.digits.text() == "012 345"
    assert "Room 2" in sheet.visitor.text()
    click(qtbot, sheet.digits.yes)
    qtbot.waitUntil(lambda: doors.asked == ["open", True])
    assert not sheet.digits.yes.isEnabled()
    tell(sheet, PairingEnded("Room 2"))
    assert sheet.done.accessibleName().startswith("Room 2 has joined.")
    click(qtbot, sheet.finish)
    assert sheet.isHidden()
    assert doors.asked == ["open", True]


def test_a_workstation_that_is_not_final_yet_is_told_as_waiting(sheet):
    tell(sheet, PairingAsked("012345", "Room 2"))
    tell(sheet, PairingEnded("Room 2", "waits"))
    assert sheet.done.accessibleName().startswith("Room 2 waits to be confirmed.")
    assert sheet.done.property("tone") == "warning"
    assert sheet.finish.isVisible()


def test_saying_no_goes_back_to_waiting_and_says_what_it_means(qtbot, sheet, doors):
    tell(sheet, PairingAsked("012345", "Room 2"))
    click(qtbot, sheet.digits.no)
    qtbot.waitUntil(lambda: doors.asked == ["open", False])
    tell(sheet, PairingLeft("Room 2", "refused-here"))
    assert sheet.waiting.isVisible()
    assert sheet.problem.isVisible()
    assert "nothing was shared" in sheet.problem.accessibleName()


def test_neither_answer_is_easier_to_press_than_the_other(sheet):
    tell(sheet, PairingAsked("012345", "Room 2"))
    assert sheet.digits.no.size() == sheet.digits.yes.size()
    assert sheet.digits.no.property("look") == sheet.digits.yes.property("look")
    assert sheet.window().focusWidget() is sheet.cancel


def test_esc_closes_the_door(qtbot, sheet, doors):
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: doors.asked == ["open", "close"])


def test_a_door_that_closed_itself_can_be_opened_again(qtbot, sheet, doors):
    tell(sheet, PairingEnded("", "expired"))
    assert "two minutes" in sheet.problem.accessibleName()
    click(qtbot, sheet.again)
    qtbot.waitUntil(lambda: doors.asked == ["open", "open"])
    assert sheet.waiting.isVisible()
    assert not sheet.problem.isVisible()


def test_what_the_clinic_refuses_is_said_in_words(qtbot, context_for, doors, host):
    doors.refusal = RefusedError(Outcome(TransactionId(""), TransactionState.REFUSED, "role"))
    made = DoorSheet(context_for("amara.osei"), host)
    made.open()
    qtbot.waitUntil(made.problem.isVisible)
    assert "Your role does not allow this." in made.problem.accessibleName()
    assert made.again.isVisible()


def test_an_answer_that_comes_too_late_waits_for_the_event_that_says_why(qtbot, sheet, doors):
    tell(sheet, PairingAsked("012345", "Room 2"))
    doors.refusal = NotFoundError("Room 2")
    click(qtbot, sheet.digits.yes)
    qtbot.waitUntil(lambda: doors.asked == ["open", True])
    tell(sheet, PairingLeft("Room 2", "broken-off"))
    assert "broke off" in sheet.problem.accessibleName()
    assert sheet.waiting.isVisible()


@pytest.mark.parametrize("width", [683, 1366])
def test_everything_fits_on_a_small_screen_and_at_twice_the_size(sheet, host, width):
    host.resize(width, 384)
    for event in (PairingAsked("888888", "W" * 100), PairingEnded("W" * 100)):
        tell(sheet, event)
        card = sheet._card.geometry()
        assert sheet.rect().contains(card)
        assert sheet._card.minimumSizeHint().width() <= card.width()
