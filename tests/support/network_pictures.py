"""Pictures of Network and Consensus with made-up workstations, to look at.

As a script, `python -m tests.support.network_pictures FOLDER [WIDTHxHEIGHT]` writes a PNG of every
situation in every look; `QT_SCALE_FACTOR=2` draws it for a screen with twice the pixels.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from ehr_desktop.domain.network import Accusation, LinkState, ProposerMode
from ehr_desktop.ui.app import prepare_application
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.screens.registry import make_registry
from ehr_desktop.ui.shell.context import Place
from ehr_desktop.ui.shell.work_area import Leaving, ShellParts, WorkArea
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from tests.support.memory_clinic import MemoryClinic
from tests.support.memory_network import MemoryNetwork, device_of, mining
from tests.support.memory_world import NOON

SETTLED_MS = 350


class AtOnce:
    """Runs every coroutine to its end at once: the clinic in memory waits for nothing."""

    def submit(self, work):
        future: Future = Future()
        try:
            future.set_result(asyncio.run(work))
        except Exception as error:  # noqa: BLE001 - handed on, as a node's thread does
            future.set_exception(error)
        return future


def alone(network: MemoryNetwork) -> None:
    """One PC."""


def four(network: MemoryNetwork) -> None:
    """Four connected, a block with three confirmations."""
    network.grow(4)
    network.in_agreement(confirmed=2)


def split(network: MemoryNetwork) -> None:
    """Two of four here, three transactions waiting; one more is being caught up with."""
    network.grow(4)
    network.change("Room 2", state=LinkState.DIALLING, trouble="unreachable", rtt_ms=None)
    network.change("Laboratory", state=LinkState.ABSENT, trouble="silent", clock_ahead_ms=95_000)
    network.tell(pending=3, catching_up=(1204, 1890), missing_containers=12)


def liar(network: MemoryNetwork) -> None:
    """One of four told two stories; one signed off."""
    network.grow(5)
    network.change("Room 2", stopped=True, weight=0)
    network.change("Laboratory", state=LinkState.ABSENT, away=True, weight=0)
    network.vote(
        accusations=(Accusation(device_of("Room 2"), "Room 2", 1198, "two-blocks", 1203),),
        halted="forgotten",
    )


def at_work(network: MemoryNetwork) -> None:
    """Mining, with seven."""
    network.grow(7)
    network.mode = ProposerMode.WORK
    network.vote(mining=mining())


def by_votes(network: MemoryNetwork) -> None:
    """Stake, uneven."""
    network.grow(4)
    network.mode = ProposerMode.STAKE
    network.change("Front desk", weight=40)
    network.change("Laboratory", weight=30)
    network.in_agreement(confirmed=3)


def thirty(network: MemoryNetwork) -> None:
    """Thirty, of which seven vote."""
    network.grow(30)
    for each in network.world.network.workstations[7:]:
        network.change(each.name, weight=0)
    network.change("Desk 4", state=LinkState.ABSENT, trouble="unreachable", rtt_ms=None)
    network.in_agreement(confirmed=7)


SITUATIONS: dict[str, Callable[[MemoryNetwork], None]] = {
    "alone": alone,
    "four": four,
    "split": split,
    "liar": liar,
    "work": at_work,
    "votes": by_votes,
    "thirty": thirty,
}


def settle() -> None:
    """Let Qt do what is due."""
    loop = QEventLoop()
    QTimer.singleShot(SETTLED_MS, loop.quit)
    loop.exec()


def write_pictures(folder: Path, size: tuple[int, int]) -> None:
    """Write a PNG of both screens in every situation and look."""
    application = prepare_application(sys.argv[:1])
    theme = Theme(application)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in Scheme:
        theme.apply(application, scheme)
        for name, arrange in SITUATIONS.items():
            area = _area(theme, arrange)
            area.resize(*size)
            area.show()
            for place in (Place.NETWORK, Place.CONSENSUS):
                area.navigate(place)
                settle()
                area.grab().save(str(folder / f"{scheme.value}-{name}-{place.value}.png"))
            area.close()
            area.deleteLater()
            QApplication.processEvents()


def _area(theme: Theme, arrange: Callable[[MemoryNetwork], None]) -> WorkArea:
    clinic = MemoryClinic()
    arrange(clinic.network)
    rules = PasswordRules(lambda _password, _name: None, lambda: "")
    prefs = Prefs(Path(tempfile.mkdtemp()) / "window.ini")
    parts = ShellParts(
        NodeBridge(AtOnce()), clinic, make_registry(rules), theme, prefs, rules,
        lambda: NOON, lambda: 0.0,
    )  # fmt: skip
    leaving = Leaving(_nothing, _nothing, _nothing, _nothing)
    area = WorkArea(parts, clinic.actor("amara.osei"), clinic.world.clinic, leaving)
    area.truth_bar.refresh()
    return area


def _nothing(*_given: object) -> None:
    """Do nothing."""


if __name__ == "__main__":
    asked = sys.argv[2] if len(sys.argv) > 2 else "1366x768"
    width, height = map(int, asked.split("x"))
    write_pictures(Path(sys.argv[1]), (width, height))
