"""The program's window over the in-memory clinic, with a clock that tests turn."""

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ehr_desktop.ui.screens.people import PeopleScreen
from ehr_desktop.ui.shell.context import Place, Registry, Wish
from ehr_desktop.ui.shell.main_window import MainWindow
from ehr_desktop.ui.shell.work_area import ShellParts
from ehr_desktop.ui.widgets.text_area import TextArea
from tests.support.memory_world import NOON, PASSWORD


class NotedScreen(QWidget):
    """A screen with a field to type into, that remembers what it was asked for."""

    def __init__(self, context):
        super().__init__()
        self.context = context
        self.wishes: list[Wish] = []
        self.note = TextArea(self)
        self.note.setAccessibleName("Note")
        QVBoxLayout(self).addWidget(self.note)

    def grant(self, wish):
        self.wishes.append(wish)

    def shortcuts(self):
        return (("F9", "Next status"),)


class ChartWindow(QWidget):
    """A record window with a draft in it."""

    def __init__(self, context, patient):
        super().__init__()
        self.patient = patient
        self.may_close = True
        self.draft = QLineEdit(self)
        self.setWindowTitle("A patient's name")

    def closeEvent(self, event):
        event.setAccepted(self.may_close)


class Clock:
    """Seconds on the wall."""

    seconds = 1000.0

    def __call__(self):
        return self.seconds


@dataclass
class Program:
    """The window, and what tests turn and look at."""

    window: MainWindow
    clock: Clock
    clinic: object
    qtbot: object

    @property
    def area(self):
        return self.window.work_area

    def sign_in(self, account_name, password=PASSWORD):
        self.window.sign_in.account.input.setText(account_name)
        self.window.sign_in.prompt.input.setText(password)
        self.window.sign_in.prompt.button.click()

    def work_as(self, account_name):
        self.sign_in(account_name)
        self.qtbot.waitUntil(lambda: self.area is not None)
        return self.area

    def unlock(self, password=PASSWORD):
        self.window.lock_page.prompt.input.setText(password)
        self.window.lock_page.prompt.button.click()

    def wait_minutes(self, minutes):
        self.clock.seconds += minutes * 60
        self.window.idle.look()


@pytest.fixture
def registry(password_rules):
    """Every place but two, which this program does not have yet."""
    screens = dict.fromkeys((Place.TODAY, Place.PATIENTS, Place.APPOINTMENTS), NotedScreen)
    screens[Place.PEOPLE] = lambda context: PeopleScreen(context, password_rules)
    return Registry(screens, ChartWindow)


@pytest.fixture
def parts(bridge, clinic, theme, prefs, registry, password_rules):
    """What a window is made of."""
    return ShellParts(bridge, clinic, registry, theme, prefs, password_rules, lambda: NOON, Clock())


@pytest.fixture
def program(qtbot, parts, clinic):
    """The window at sign-in."""
    window = MainWindow(parts)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    with qtbot.waitActive(window):
        window.show()
    window.begin()
    qtbot.waitUntil(lambda: window.sign_in.clinic_name.text() != "")
    return Program(window, parts.seconds, clinic, qtbot)
