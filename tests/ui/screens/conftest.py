"""What several tests of screens of oversight begin with."""

import pytest

from ehr_desktop.ui.screens.oversight.screen import OversightScreen
from ehr_desktop.ui.shell.context import Overseen, ShowOverseen


@pytest.fixture
def book(clinic):
    return clinic.world.consent


@pytest.fixture
def oversee(qtbot, context_for):
    def opener(account, page=Overseen.REVIEWS):
        screen = OversightScreen(context_for(account))
        qtbot.addWidget(screen)
        screen.resize(1150, 700)
        screen.show()
        screen.grant(ShowOverseen(page))
        qtbot.waitUntil(lambda: screen._clinic is not None)
        return screen

    return opener
