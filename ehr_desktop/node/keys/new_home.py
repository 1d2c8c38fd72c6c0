"""A data directory in the making: it becomes a workstation's home all at once, or not at all."""

import shutil
from contextlib import suppress
from pathlib import Path

from ehr_desktop.domain.errors import HomeExistsError
from ehr_desktop.node.keys.device import SecretStore, is_home, make_device_secret
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database, migrate, open_database
from ehr_desktop.node.store.tables import LEDGER_FILE, STEPS

_UNFINISHED = "founding"
_KEY_FILE = "workstation.key"
_CONTAINERS = "containers"


class NewHome:
    """An empty ledger database with a key of its own, beside where the home will be.

    Raises:
        HomeExistsError: there is a home already.
    """

    def __init__(self, home: Path, store: SecretStore | None) -> None:
        if is_home(home):
            raise HomeExistsError(str(home))
        self._home = home
        self._was_there = home.exists()
        self._unfinished = home / _UNFINISHED
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(mode=0o700)
        try:
            self.database: Database = self._make_database(store)
        except BaseException:
            self._clear()
            raise

    def files(self) -> ContainerFiles:
        """Give the folder of its large containers, for a home that begins with some."""
        return ContainerFiles(self._unfinished / _CONTAINERS)

    def keep(self) -> None:
        """Close the database and make this the home."""
        self.database.close()
        if (self._unfinished / _CONTAINERS).exists():
            (self._unfinished / _CONTAINERS).replace(self._home / _CONTAINERS)
        (self._unfinished / LEDGER_FILE).replace(self._home / LEDGER_FILE)
        # the key file comes last: a directory is a clinic's once it has one
        (self._unfinished / _KEY_FILE).replace(self._home / _KEY_FILE)
        self._unfinished.rmdir()

    def discard(self) -> None:
        """Close the database and leave nothing behind on the disk."""
        self.database.close()
        self._clear()

    def _make_database(self, store: SecretStore | None) -> Database:
        device = make_device_secret(self._unfinished, store)
        database = open_database(self._unfinished / LEDGER_FILE, device.database_key())
        try:
            migrate(database, STEPS)
        except BaseException:
            database.close()
            raise
        return database

    def _clear(self) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)
        if not self._was_there:
            with suppress(OSError):
                self._home.rmdir()
