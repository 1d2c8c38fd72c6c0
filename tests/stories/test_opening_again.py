"""The program on a home it cannot open: it says so, and opens it once it can."""

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ehr_desktop.config import read_config
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.errors import HomeInUseError
from ehr_desktop.node.node import FLOOR
from ehr_desktop.ui.screens.cannot_open import CannotOpenWindow


def answered(press):
    """Press a button of the next window that says it cannot open; give the sentences it said."""
    said = []
    timer = QTimer()

    def look():
        for window in QApplication.topLevelWidgets():
            if isinstance(window, CannotOpenWindow) and window.isVisible():
                said.append(window.sentence.text())
                press(window)

    timer.timeout.connect(look)
    timer.start(20)
    return said, timer


def desktop_on(home, qapp):
    config = replace(read_config(["--home", str(home)]), use_key_store=False)
    return Desktop(config, qapp, FLOOR)


def test_a_home_another_window_holds_is_explained_and_opened_once_it_is_free(homes, qapp):
    home = homes.staffed()
    first, second = desktop_on(home, qapp), desktop_on(home, qapp)
    first.open_clinic().result()

    def free_and_try_again(window):
        assert first.stop()
        window.again.click()

    said, timer = answered(free_and_try_again)
    try:
        assert second.open_or_explain()
    finally:
        timer.stop()
        first.stop()
        assert second.stop()
    assert len(said) == 1
    assert "already running" in said[0]


def test_who_gives_up_is_not_asked_again(homes, qapp):
    home = homes.staffed()
    first, second = desktop_on(home, qapp), desktop_on(home, qapp)
    first.open_clinic().result()
    said, timer = answered(lambda window: window.leave.click())
    try:
        assert not second.open_or_explain()
    finally:
        timer.stop()
        assert second.stop()
        assert first.stop()
    assert len(said) == 1
    assert HomeInUseError.__name__ not in said[0]
