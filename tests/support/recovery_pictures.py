"""Pictures of Recovery, of a forgotten password and of restoring a clinic, to look at.

As a script, `python -m tests.support.recovery_pictures FOLDER [WIDTHxHEIGHT]` writes a PNG of every
situation in every look.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from ehr_desktop.domain.backups import BackupFile, Restored
from ehr_desktop.services.values import Strength
from ehr_desktop.ui.app import prepare_application
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.screens.first_start import FirstStart
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.screens.registry import make_registry
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork
from ehr_desktop.ui.shell.context import Place
from ehr_desktop.ui.shell.work_area import Leaving, ShellParts, WorkArea
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from tests.support.memory_clinic import MemoryClinic
from tests.support.memory_recovery import words_of
from tests.support.memory_world import NOON
from tests.support.network_pictures import AtOnce, settle

WHEN = datetime(2026, 8, 11, 18, tzinfo=UTC)
RULES = PasswordRules(lambda text, _name: Strength(4 if text else 0), lambda: "amber-kettle-orbit")


class Scene:
    """A clinic in memory behind a window, or the very first start."""

    def __init__(self, theme: Theme) -> None:
        self.clinic = MemoryClinic()
        self._theme = theme

    def at(self, place: Place) -> tuple[QWidget, QWidget]:
        """Give the window and the screen at a place of the rail."""
        prefs = Prefs(Path(tempfile.mkdtemp()) / "window.ini")
        parts = ShellParts(
            NodeBridge(AtOnce()), self.clinic, make_registry(RULES), self._theme, prefs, RULES,
            lambda: NOON, lambda: 0.0,
        )  # fmt: skip
        leaving = Leaving(_nothing, _nothing, _nothing, _nothing)
        actor = self.clinic.actor("amara.osei")
        area = WorkArea(parts, actor, self.clinic.world.clinic, leaving)
        area.truth_bar.refresh()
        area.navigate(place)
        return area, area._screens[place]

    def named(self) -> "Scene":
        """There are custodians, and a backup."""
        actor = self.clinic.actor("amara.osei")
        asyncio.run(self.clinic.recovery.set_custodians(actor, 3, 5))
        self.clinic.recovery.was(3)
        return self


def nothing_yet(scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """No backup, no custodians."""
    window, _ = scene.at(Place.RECOVERY)
    return window, _nothing


def all_well(scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """Custodians, and a backup of three days ago; a doctor waits for a key."""
    scene.clinic.world.awaiting.add(scene.clinic.staff("karin.lindqvist").id)
    window, _ = scene.named().at(Place.RECOVERY)
    return window, _nothing


def naming(scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """The shares go onto paper."""
    window, screen = scene.at(Place.RECOVERY)

    def go_on() -> None:
        screen.name_custodians()
        screen.drawer.go_on()
        settle()
        screen.drawer.papers.save(1, str(Path(tempfile.mkdtemp()) / "share.pdf"))

    return window, go_on


def rehearsing(scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """Too few papers."""
    window, screen = scene.named().at(Place.RECOVERY)

    def go_on() -> None:
        screen.rehearse()
        for entry in screen.drawer.entry.fields:
            entry.input.setPlainText(words_of(1, 2))
        screen.drawer.submit()

    return window, go_on


def forgotten(scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """Somebody chooses a new password."""
    window, screen = scene.at(Place.PEOPLE)

    def go_on() -> None:
        screen.table.selectRow(2)
        screen.renew_account()
        screen.forgotten.password.suggest()

    return window, go_on


def first_start(_scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """The three ways to begin."""
    start = _start()
    return start, start.begin


def restoring(_scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """A backup is chosen."""
    start = _start()

    def go_on() -> None:
        start._restore()
        folder = Path(tempfile.mkdtemp())
        (folder / "vault-keys.ehrvault").touch()
        start.restore.choose(str(folder / "harbour-street-practice-2026-08-11-180000.ehrbackup"))

    return start, go_on


def restored(_scene: Scene) -> tuple[QWidget, Callable[[], object]]:
    """It is back."""
    start = _start()

    def go_on() -> None:
        start._restore()
        start.restore._restored(Restored("Harbour Street Practice", WHEN, 1204, 200, 1))

    return start, go_on


SCENES = (
    nothing_yet, all_well, naming, rehearsing, forgotten, first_start, restoring, restored,
)  # fmt: skip


def _start() -> FirstStart:
    async def look(path: Path) -> BackupFile:
        return BackupFile(path, WHEN, 1204, 3)

    return FirstStart(
        NodeBridge(AtOnce()),
        FoundingWork(_nothing, RULES, "PC"),
        JoiningWork(_nothing, _nothing, _nothing, _nothing, "PC"),
        RestoringWork(look, _nothing, "Room 1"),
    )


def _nothing(*_given: object) -> None:
    """Do nothing."""


def write_pictures(folder: Path, size: tuple[int, int]) -> None:
    """Write a PNG of every situation in every look."""
    application = prepare_application(sys.argv[:1])
    theme = Theme(application)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in Scheme:
        theme.apply(application, scheme)
        for scene in SCENES:
            window, go_on = scene(Scene(theme))
            window.resize(*size)
            window.show()
            settle()
            go_on()
            settle()
            window.grab().save(str(folder / f"{scheme.value}-{scene.__name__}.png"))
            window.close()
            window.deleteLater()
            QApplication.processEvents()


if __name__ == "__main__":
    asked = sys.argv[2] if len(sys.argv) > 2 else "1366x768"
    width, height = map(int, asked.split("x"))
    write_pictures(Path(sys.argv[1]), (width, height))
