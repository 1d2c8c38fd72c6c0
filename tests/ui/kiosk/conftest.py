"""The kiosk's window over a clinic in memory, with a clock that tests turn and a finger."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtTest import QTest

from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.kiosk.drives import SavePlace
from ehr_desktop.ui.kiosk.parts import KioskParts, KioskSettings
from ehr_desktop.ui.kiosk.window import KioskWindow
from ehr_desktop.ui.theme.tokens import Scheme
from tests.support.kiosk_finger import Finger
from tests.support.memory_kiosk import MemoryKioskClinic
from tests.support.memory_world import NOON


@dataclass
class Clock:
    """Seconds on the wall."""

    seconds: float = 1000.0

    def __call__(self):
        return self.seconds


@dataclass
class Surroundings:
    """What lies around the kiosk: the clock, drives, a printer, and settings."""

    clock: Clock = field(default_factory=Clock)
    places: list = field(default_factory=list)
    printed: list = field(default_factory=list)
    has_printer: bool = True
    settings: KioskSettings = KioskSettings()

    def print_out(self, document):
        if self.has_printer:
            self.printed.append(document.toPlainText())
        return self.has_printer


@pytest.fixture(scope="session")
def touch_screen(qapp):
    """One touch screen for all tests."""
    return QTest.createTouchDevice()


@pytest.fixture
def clinic():
    """A clinic with a kiosk, in memory."""
    return MemoryKioskClinic()


@pytest.fixture
def bridge(theme, node):
    """A bridge to a real node thread."""
    return NodeBridge(node)


@pytest.fixture
def around(tmp_path):
    """What lies around the kiosk."""
    return Surroundings(places=[SavePlace("STICK", tmp_path)])


@pytest.fixture
def parts(clinic, bridge, theme, around):
    """What the window is made of."""
    return KioskParts(
        bridge=bridge,
        clinic=clinic,
        theme=theme,
        settings=around.settings,
        now=lambda: NOON,
        seconds=around.clock,
        places=lambda: tuple(around.places),
        print_out=around.print_out,
    )


@pytest.fixture
def window(qtbot, qapp, parts, theme):
    """The kiosk, waiting for people."""
    window = KioskWindow(parts)
    window.resize(1366, 768)
    with qtbot.waitExposed(window):
        window.show()
    window.begin()
    qtbot.waitUntil(lambda: window.facts.name != "")
    yield window
    window.leave()
    theme.apply(qapp, Scheme.LIGHT)


@pytest.fixture
def finger(window, qtbot, touch_screen):
    """A finger."""
    return Finger(window, qtbot, touch_screen)
