"""The PIN that leaves the kiosk is chosen in People."""

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.ui.screens.kiosk_pin import KioskPinDrawer
from ehr_desktop.ui.screens.people import PeopleScreen


@pytest.fixture
def drawer(qtbot, context_for, password_rules):
    screen = PeopleScreen(context_for("amara.osei"), password_rules)
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 5)
    qtbot.mouseClick(screen.kiosk_button, Qt.MouseButton.LeftButton)
    return screen.findChild(KioskPinDrawer)


def choose(qtbot, drawer, pin, again):
    qtbot.keyClicks(drawer.pin.input, pin)
    qtbot.keyClicks(drawer.again.input, again)
    qtbot.mouseClick(drawer.save, Qt.MouseButton.LeftButton)


def test_it_is_set_and_said(qtbot, drawer, clinic, asked):
    choose(qtbot, drawer, "739162", "739162")
    qtbot.waitUntil(lambda: asked.notes == ["The kiosk PIN of this PC is set."])
    assert clinic.cards.exit_pin == "739162"


def test_two_that_differ_set_nothing(qtbot, drawer, clinic):
    choose(qtbot, drawer, "739162", "739163")
    assert drawer.again.error == "This is not the same PIN."
    assert clinic.cards.exit_pin == ""


def test_one_that_does_not_do_is_told_beside_the_field(qtbot, drawer, clinic, monkeypatch):
    async def refuse(_actor, _pin):
        raise InvalidInputError("pin", "common")

    monkeypatch.setattr(clinic.cards, "set_exit_pin", refuse)
    choose(qtbot, drawer, "123456", "123456")
    qtbot.waitUntil(lambda: drawer.pin.error != "")
    assert drawer.save.isEnabled()
