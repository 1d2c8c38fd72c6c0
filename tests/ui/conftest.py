"""A clinic in memory behind a real node thread and a real bridge, and the program's theme."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication

from ehr_desktop.node.runtime import NodeThread
from ehr_desktop.services.values import Strength
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.garbage import collect_on_the_ui_thread
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from tests.support.memory_clinic import MemoryClinic
from tests.support.memory_world import NOON

SUGGESTION = "amber-kettle-orbit-meadow-quill"


@pytest.fixture(scope="session")
def theme(qapp):
    """The program's look, put on once."""
    collect_on_the_ui_thread(qapp)
    theme = Theme(qapp)
    theme.apply(qapp, Scheme.LIGHT)
    return theme


@pytest.fixture
def clinic():
    """A filled clinic in memory."""
    return MemoryClinic()


@pytest.fixture
def node():
    """A running node thread that does nothing by itself."""

    async def until_stopped(stop):
        await stop.wait()

    strays = []
    thread = NodeThread(until_stopped, strays.append)
    thread.start()
    yield thread
    assert thread.stop()
    assert strays == []


@pytest.fixture
def bridge(theme, node, clinic):
    """A bridge that also hears the clinic's events."""
    bridge = NodeBridge(node)
    clinic.hear(bridge.publish)
    return bridge


@pytest.fixture
def prefs(tmp_path):
    """Preferences in a folder of this test."""
    return Prefs(tmp_path / "window.ini")


@dataclass
class Asked:
    """What a screen asked of the shell around it."""

    notes: list = field(default_factory=list)
    charts: list = field(default_factory=list)
    places: list = field(default_factory=list)
    actions: list = field(default_factory=list)

    def notify(self, text, *, action="", on_action=None):
        self.notes.append(text)
        self.actions.append((action, on_action))

    def navigate(self, place, wish=None):
        self.places.append((place, wish))


@pytest.fixture
def asked():
    """What the screen under test asked of the shell."""
    return Asked()


@pytest.fixture
def context_for(bridge, clinic, theme, prefs, asked):
    """Give the context of a screen for an account name, e.g. `context_for("ines.duarte")`."""

    def make(account_name):
        return ScreenContext(
            bridge=bridge,
            clinic=clinic,
            actor=clinic.actor(account_name),
            theme=theme,
            prefs=prefs,
            now=lambda: NOON,
            notify=asked.notify,
            open_chart=asked.charts.append,
            navigate=asked.navigate,
        )

    return make


@pytest.fixture
def password_rules():
    """The rules of the real clinic in small."""

    def strength(password, account_name):
        if len(password) < 15:
            return Strength(0, "short")
        if account_name and account_name in password:
            return Strength(0, "account-name")
        return Strength(4 if len(password) > 24 else 2)

    return PasswordRules(strength, lambda: SUGGESTION)


@pytest.fixture(autouse=True)
def no_window_is_left():
    """Close what a test left open, so that the next test's window can be the active one."""
    yield
    for window in QApplication.topLevelWidgets():
        window.close()
