"""Signing in."""

import asyncio

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent

from ehr_desktop.explain import SIGN_IN_REFUSED
from ehr_desktop.ui.screens.sign_in import SignInScreen
from ehr_desktop.ui.shell.password_prompt import CAPS_HINT
from tests.support.memory_world import PASSWORD


@pytest.fixture
def screen(qtbot, bridge, clinic):
    clinic.world.signed_in_before = ["karin.lindqvist", "ines.duarte"]
    screen = SignInScreen(bridge, clinic, clinic.session.sign_in)
    qtbot.addWidget(screen)
    screen.resize(1366, 768)
    screen.show()
    screen.begin()
    qtbot.waitUntil(screen.chips.isVisible)
    return screen


def attempt(qtbot, screen, name, password):
    screen.account.input.setText(name)
    qtbot.keyClicks(screen.prompt.input, password)
    qtbot.keyClick(screen.prompt.input, Qt.Key.Key_Return)


async def let_go(release):
    release.set()


def test_the_right_password_lets_in(qtbot, screen):
    with qtbot.waitSignal(screen.signed_in) as signed_in:
        attempt(qtbot, screen, "ines.duarte", PASSWORD)
    assert signed_in.args[0].staff.display_name == "Inês Duarte"
    assert screen.prompt.input.text() == ""


@pytest.mark.parametrize(
    ("name", "password"), [("ines.duarte", "wrong password"), ("nobody.here", PASSWORD)]
)
def test_a_wrong_name_and_a_wrong_password_read_the_same(qtbot, screen, name, password):
    attempt(qtbot, screen, name, password)
    qtbot.waitUntil(lambda: screen.prompt.error == SIGN_IN_REFUSED)
    assert screen.account.error == ""
    assert screen.prompt.input.text() == ""
    assert screen.prompt.input.hasFocus()


def test_nothing_can_be_pressed_while_the_keys_are_opened(qtbot, bridge, node, clinic):
    asked, release = [], asyncio.Event()

    async def slow(name, password):
        asked.append(name)
        await release.wait()
        return await clinic.session.sign_in(name, password)

    screen = SignInScreen(bridge, clinic, slow)
    qtbot.addWidget(screen)
    screen.show()
    screen.begin()
    attempt(qtbot, screen, "ines.duarte", PASSWORD)
    assert not screen.prompt.button.isEnabled()
    assert not screen.account.input.isEnabled()
    assert screen.prompt._progress.isVisible()
    screen.prompt.button.click()
    with qtbot.waitSignal(screen.signed_in):
        node.submit(let_go(release))
    assert asked == ["ines.duarte"]


def test_a_name_that_signed_in_before_is_one_click_away(qtbot, screen):
    assert screen.chips.names == ("karin.lindqvist", "ines.duarte")
    chip = screen.chips._group.buttons()[1]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert screen.account.input.text() == "ines.duarte"
    assert screen.prompt.input.hasFocus()


def test_an_empty_name_or_password_is_asked_for(qtbot, screen):
    screen.prompt.button.click()
    assert screen.prompt.error == "Type your password."
    attempt(qtbot, screen, "  ", "something")
    assert screen.account.error == "Type your account name."
    assert screen.prompt.button.isEnabled()


def test_caps_lock_is_noticed_and_forgotten(qtbot, screen):
    _press(screen.prompt.input, "A", Qt.KeyboardModifier.ShiftModifier)
    assert screen.prompt.error == ""
    _press(screen.prompt.input, "A", Qt.KeyboardModifier.NoModifier)
    assert screen.prompt.error == CAPS_HINT
    _press(screen.prompt.input, "a", Qt.KeyboardModifier.NoModifier)
    assert screen.prompt.error == ""


def _press(widget, letter, modifiers):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, modifiers, letter)
    QCoreApplication.sendEvent(widget, event)
