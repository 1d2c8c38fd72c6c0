"""Backups of a running workstation, and its vault keys wherever the last one went."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.errors import HomeDamagedError, HomeMissingError, InvalidInputError
from ehr_desktop.domain.events import BackedUp, Event, PatientErased
from ehr_desktop.node.core import Core
from ehr_desktop.node.keys.device import SecretStore, is_home, load_device_secret
from ehr_desktop.node.recovery.backup.folder import require_folder
from ehr_desktop.node.recovery.backup.last import LastBackup, keys_here
from ehr_desktop.node.recovery.backup.writing import Source, back_up, write_vault_keys
from ehr_desktop.node.store.engine import reading_beside
from ehr_desktop.node.store.tables import LEDGER_FILE


def back_up_beside(
    home: Path,
    folder: Path,
    store: SecretStore | None,
    clock: Callable[[], int],
    progress: Callable[[int, int], None],
) -> Backup:
    """Write a backup of the workstation of `home`, whether or not a program holds it now.

    Raises:
        HomeMissingError: there is no clinic in `home`.
        HomeDamagedError: a file of it cannot be read.
        InvalidInputError: the folder cannot be used, or is full.
    """
    if not is_home(home):
        raise HomeMissingError(str(home))
    key = load_device_secret(home, store).database_key()
    with reading_beside(home / LEDGER_FILE, key) as connection:
        return _back_up(connection, home, folder, clock(), progress, lambda: False)


def _back_up(
    connection: Connection,
    home: Path,
    folder: Path,
    time_ms: int,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Backup:
    written = back_up(Source.of(connection, home), folder, time_ms, progress, cancelled)
    last = LastBackup.of(written, keys_here(connection))
    last.note(home)
    return last.told()


class Backups:
    """Writes backups while the clinic works; each is of one moment."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._writing = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None
        core.listeners.append(self._hear)

    async def back_up(
        self,
        folder: Path,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> Backup:
        """Write a backup and the vault keys into a folder.

        `progress` (steps done, in all) and `cancelled` are called on a thread of the backup's own.

        Raises:
            InvalidInputError: the folder cannot be used, or is full; see `require_folder`.
            CancelledError: the person stopped it.
        """

        def run() -> Backup:
            core = self._core
            with core.database.reading() as connection:
                return _back_up(connection, core.home, folder, core.clock(), progress, cancelled)

        async with self._writing:
            made = await asyncio.to_thread(run)
        self._core.publish(BackedUp(made.when))
        return made

    async def last(self) -> Backup | None:
        """Give the last backup of this workstation, if there was one."""
        noted = await asyncio.to_thread(LastBackup.read, self._core.home)
        return noted.told() if noted else None

    async def renew_vault_keys(self) -> None:
        """Write the vault keys of now over those beside the last backup, if they are others: what
        was erased must not stand there any longer. If the folder is away, that is noted.
        """
        async with self._writing:
            await asyncio.to_thread(self._renew)

    def keep_up(self) -> None:
        """Renew them soon: the workstation has just started, or a patient was erased."""
        earlier = self._renewing
        self._renewing = asyncio.get_running_loop().create_task(self._after(earlier))

    async def close(self) -> None:
        """Finish what was begun."""
        if self._renewing is not None:
            await asyncio.gather(self._renewing, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if isinstance(event, PatientErased):
            self.keep_up()

    async def _after(self, earlier: "asyncio.Task[None] | None") -> None:
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        with suppress(HomeDamagedError, OSError):
            await self.renew_vault_keys()

    def _renew(self) -> None:
        core, last = self._core, LastBackup.read(self._core.home)
        if last is None:
            return
        with core.database.reading() as connection:
            keys = keys_here(connection)
            if keys == last.keys and not last.keys_owed:
                return
            source, folder = Source.of(connection, core.home), last.path.parent
            try:
                require_folder(folder, core.home, source.network)
                write_vault_keys(source, folder, core.clock())
            except InvalidInputError:
                last.note(core.home, owed=True)
            else:
                last.note(core.home, keys=keys)
