"""The day book over the in-memory clinic."""

import pytest

from ehr_desktop.ui.screens.appointments.screen import AppointmentsScreen


@pytest.fixture
def open_book(qtbot, context_for):
    """Open the day book for an account name."""

    def make(account_name="ines.duarte", size=(1150, 660)):
        screen = AppointmentsScreen(context_for(account_name))
        qtbot.addWidget(screen)
        screen.resize(*size)
        screen.show()
        qtbot.waitExposed(screen)
        qtbot.waitUntil(lambda: bool(screen.book.columns))
        screen.book.setFocus()
        return screen

    return make


@pytest.fixture
def screen(open_book):
    """The day book at the front desk."""
    return open_book()
