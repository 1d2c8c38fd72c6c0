"""The program with windows: one node thread, one bridge, one main window."""

import asyncio
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from ehr_desktop.config import Config
from ehr_desktop.domain.backups import Restored
from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.events import DoorsChanged, PairingAsked, Progress
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import (
    LanSettings,
    Node,
    PasswordParameters,
    is_home,
    system_clock,
    system_key_store,
)
from ehr_desktop.node.runtime import NodeThread
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.founding import found
from ehr_desktop.services.joining import FETCHING, Joining, records_are_here
from ehr_desktop.services.passwords import strength, suggest_pass_phrase
from ehr_desktop.services.restoring import look_at_backup, restore
from ehr_desktop.services.values import Founding
from ehr_desktop.ui.app import Reporter, log_kept_in, open_window, prepare_application
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.garbage import collect_on_the_ui_thread
from ehr_desktop.ui.kiosk.drives import save_places
from ehr_desktop.ui.kiosk.paper import print_out
from ehr_desktop.ui.kiosk.parts import KioskParts, KioskSettings
from ehr_desktop.ui.kiosk.window import KioskWindow
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.screens.cannot_open import CannotOpenWindow
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.screens.registry import make_registry
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork
from ehr_desktop.ui.shell.appearance import remembered_appearance, wear
from ehr_desktop.ui.shell.main_window import MainWindow
from ehr_desktop.ui.shell.work_area import ShellParts
from ehr_desktop.ui.theme.theme import Theme


class ClinicDoor:
    """The clinic's use cases, once it is open; before that there is only the set-up screen.

    On the node's loop.
    """

    def __init__(
        self, config: Config, parameters: PasswordParameters | None, clock: Callable[[], int]
    ) -> None:
        self._config = config
        self._parameters = parameters
        self._clock = clock
        self._node: Node | None = None
        self._clinic: Clinic | None = None
        self._asking: Joining | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clinic, name)

    @property
    def node(self) -> Node:
        """The open node."""
        assert self._node is not None, "the clinic is not open yet"
        return self._node

    async def open(self, hear: Callable[[Any], None]) -> None:
        """Open the clinic in the data directory; `hear` is told its events.

        Raises:
            HomeMissingError, HomeInUseError, HomeTooNewError, HomeDamagedError: see `Node.open`.
        """
        config = self._config
        store = system_key_store() if config.use_key_store else None
        self._node = await Node.open(
            config.home,
            project,
            store=store,
            clock=self._clock,
            parameters=self._parameters,
            lan=LanSettings(config.host, config.port, announce=config.announce),
        )
        self._node.subscribe(hear)
        table = config.resources / "fhir_r4" / "table.json.gz"
        self._clinic = Clinic(self._node, await asyncio.to_thread(Validator.load, table))

    async def found(self, founding: Founding, hear: Callable[[Any], None]) -> None:
        """Make the clinic, then open it.

        Raises:
            InvalidInputError, WeakPasswordError, HomeExistsError, DiskFullError: see `found`.
        """
        store = system_key_store() if self._config.use_key_store else None
        await found(self._config.home, founding, store=store, parameters=self._parameters)
        await self.open(hear)

    async def look(self, hear: Callable[[Any], None]) -> None:
        """Tell `hear` which workstations on the network let a new one in, until cancelled."""
        await self._joining(hear).look(lambda doors: hear(DoorsChanged(doors)))

    async def join(
        self, addresses: Sequence[str], workstation_name: str, hear: Callable[[Any], None]
    ) -> None:
        """Join the clinic at the first of `addresses` that answers, open it, and wait until its
        records are here.

        Raises:
            InvalidInputError, PairingFailedError, HomeExistsError, DiskFullError: see `Joining`.
        """
        store = system_key_store() if self._config.use_key_store else None
        self._asking = self._joining(hear)
        await self._asking.join(addresses, workstation_name, store=store)
        hear(Progress(FETCHING, 0, 0))
        await self.open(hear)
        await self.fetch(hear)

    async def restore(
        self,
        hear: Callable[[Any], None],
        backup: Path,
        vault: Path,
        shares: Sequence[str],
        workstation_name: str,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> Restored:
        """Make the clinic's home from a backup, then open it.

        Raises:
            InvalidInputError, HomeExistsError, BadFileError, SharesWrongError, DiskFullError,
                CancelledError: see `restore`.
        """
        restored = await restore(
            self._config.home,
            backup,
            vault,
            shares,
            workstation_name,
            store=system_key_store() if self._config.use_key_store else None,
            progress=progress,
            cancelled=cancelled,
        )
        await self.open(hear)
        return restored

    async def compare(self, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same."""
        if self._asking is not None:
            await self._asking.compare(agreed=agreed)

    async def fetch(self, hear: Callable[[Any], None]) -> None:
        """Wait until the records of a clinic that was joined are here."""
        await records_are_here(self.node, lambda height, aim: hear(Progress(FETCHING, height, aim)))

    def _joining(self, hear: Callable[[Any], None]) -> Joining:
        return Joining(self._config.home, lambda digits: hear(PairingAsked(digits, "")))

    async def close(self) -> None:
        """Close the clinic, if it is open."""
        if self._node is not None:
            await self._node.close()
            self._node = self._clinic = None


class Desktop:
    """Everything one run of the program is made of. Create it on the UI thread.

    `parameters` is what a new password costs; without it, what this computer can afford. `clock`
    gives UTC milliseconds.
    """

    def __init__(
        self,
        config: Config,
        application: QApplication,
        parameters: PasswordParameters | None = None,
        clock: Callable[[], int] = system_clock,
    ) -> None:
        self.config = config
        self.clock = clock
        self.application = application
        collect_on_the_ui_thread(application)
        self.reporter = Reporter()
        self.door = ClinicDoor(config, parameters, clock)
        self.thread = NodeThread(self._run, self.reporter.report)
        self.bridge = NodeBridge(self.thread)
        self.parts = self._make_parts()
        self.window: MainWindow | None = None
        self.kiosk: KioskWindow | None = None
        self.thread.start()

    def open_clinic(self) -> Future[None]:
        """Start opening the clinic."""
        return self.thread.submit(self.door.open(self.bridge.publish))

    def show(self) -> MainWindow:
        """Show the main window: sign-in where there is a clinic, else what leads to one."""
        self.reporter.install()
        window = open_window(
            self.parts, self.reporter, self._founding(), self._joining(), self._restoring()
        )
        window.show()
        window.begin()
        self.window = window
        return window

    def show_kiosk(self) -> KioskWindow:
        """Show patients the kiosk, over everything else; the program ends when staff leave it."""
        self.reporter.install()
        wear(self.parts.theme, self.parts.prefs, remembered_appearance(self.parts.prefs))
        self.kiosk = KioskWindow(self._make_kiosk_parts())
        self.kiosk.left.connect(self.application.quit)
        self.kiosk.showFullScreen()
        self.kiosk.begin()
        return self.kiosk

    def open_or_explain(self) -> bool:
        """Open the clinic. Where that cannot be, say why and try again for as long as the person
        asks for it; tell whether it is open.
        """
        while True:
            try:
                self.open_clinic().result()
            except (EhrError, OSError) as error:
                if not self._explained(error):
                    return False
            else:
                return True

    def stop(self) -> bool:
        """Close the clinic and end the node's thread; tell whether it ended in time.

        Windows that are still open are closed before; the drafts they keep are written first.
        """
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            self.window = None
            self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if self.kiosk is not None:
            self.kiosk.deleteLater()
            self.kiosk = None
            self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.bridge.settle(patience_s=5.0)
        return self.thread.stop(patience_s=20.0)

    def _explained(self, error: BaseException) -> bool:
        wear(self.parts.theme, self.parts.prefs, remembered_appearance(self.parts.prefs))
        window = CannotOpenWindow(error, self.config.home)
        window.show()
        window.begin()
        self.application.exec()
        return window.wants_again

    async def _run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self.door.close()

    def _founding(self) -> FoundingWork | None:
        if is_home(self.config.home):
            return None
        return FoundingWork(
            lambda founding: self.door.found(founding, self.bridge.publish),
            self._rules(),
            platform.node() or "Workstation 1",
        )

    def _joining(self) -> JoiningWork | None:
        if is_home(self.config.home) and self.door.node.people.all():
            return None
        return JoiningWork(
            look=lambda: self.door.look(self.bridge.publish),
            join=lambda where, name: self.door.join(where, name, self.bridge.publish),
            compare=self.door.compare,
            fetch=lambda: self.door.fetch(self.bridge.publish),
            workstation_name=platform.node() or "Workstation 2",
        )

    def _restoring(self) -> RestoringWork | None:
        if is_home(self.config.home):
            return None
        return RestoringWork(
            look=look_at_backup,
            restore=partial(self.door.restore, self.bridge.publish),
            workstation_name=platform.node() or "Workstation 1",
        )

    def _rules(self) -> PasswordRules:
        return PasswordRules(strength, suggest_pass_phrase)

    def _make_kiosk_parts(self) -> KioskParts:
        config = self.config
        return KioskParts(
            bridge=self.bridge,
            clinic=self.door,
            theme=self.parts.theme,
            settings=KioskSettings(config.wipe_after_s, config.shuffle_pin, config.kiosk_language),
            now=self.parts.now,
            seconds=time.time,
            places=lambda: save_places(config.save_to),
            print_out=print_out,
        )

    def _make_parts(self) -> ShellParts:
        return ShellParts(
            bridge=self.bridge,
            clinic=self.door,
            registry=make_registry(self._rules()),
            theme=Theme(self.application),
            prefs=Prefs(self.config.home / "window.ini"),
            password_rules=self._rules(),
            now=lambda: datetime.fromtimestamp(self.clock() / 1000, UTC).astimezone(),
            seconds=time.time,
        )


def run_program(config: Config) -> int:
    """Run the program on its data directory and give the exit code."""
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    application = prepare_application(sys.argv[:1])
    with log_kept_in(config.home / "logs"):
        desktop = Desktop(config, application)
        try:
            if (config.kiosk or is_home(config.home)) and not desktop.open_or_explain():
                return 1
            if config.kiosk:
                desktop.show_kiosk()
            else:
                desktop.show()
            return application.exec()
        finally:
            desktop.stop()
