"""A clinic that cannot be opened is told in a calm window, with what to do about it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.domain import errors
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.cannot_open import CannotOpenWindow

HOME = Path("/srv/clinic")
CAUSES = [
    errors.HomeInUseError("process 12 on desk-1"),
    errors.HomeTooNewError(),
    errors.HomeDamagedError("ledger.db"),
    errors.DiskFullError(),
    PermissionError(13, "no"),
    errors.HomeMissingError(),
]


def shown(qtbot, error):
    window = CannotOpenWindow(error, HOME)
    qtbot.addWidget(window)
    window.show()
    window.begin()
    return window


@pytest.mark.parametrize("error", CAUSES, ids=lambda error: type(error).__name__)
def test_the_window_says_why_and_what_to_do(qtbot, theme, error):
    window = shown(qtbot, error)
    assert window.sentence.text() == explain(error)
    assert window.advice.text().endswith(".")


def test_different_causes_ask_for_different_things(qtbot, theme):
    windows = [shown(qtbot, error) for error in CAUSES]
    assert len({window.advice.text() for window in windows}) == len(CAUSES)


def test_a_holder_is_named(qtbot, theme):
    window = shown(qtbot, CAUSES[0])
    assert "process 12 on desk-1" in window.sentence.text()


def test_trying_again_and_giving_up_are_told_apart(qtbot, theme):
    window = shown(qtbot, CAUSES[0])
    qtbot.mouseClick(window.leave, Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert not window.wants_again
    window = shown(qtbot, CAUSES[0])
    qtbot.mouseClick(window.again, Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert window.wants_again
