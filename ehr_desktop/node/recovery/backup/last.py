"""The last backup of a workstation, noted in a small file that a second program may write, too."""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.backups import Backup
from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.recovery.backup.writing import Written
from ehr_desktop.node.store import secrets

LAST_FILE: Final = "last-backup.json"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last backup, and a hash of whose vault keys were written last into its folder."""

    path: Path
    time_ms: int
    height: int
    for_custodians: bool
    keys: str
    keys_owed: bool = False

    @classmethod
    def of(cls, written: Written, keys: str) -> "LastBackup":
        """Take it from what was just written."""
        return cls(written.path, written.time_ms, written.height, written.for_custodians, keys)

    @classmethod
    def read(cls, home: Path) -> "LastBackup | None":
        """Give what was noted in a data directory, if anything that can be read."""
        try:
            found = json.loads((home / LAST_FILE).read_text("utf-8"))
            return cls(
                path=Path(str(found["path"])),
                time_ms=int(found["time_ms"]),
                height=int(found["height"]),
                for_custodians=bool(found["for_custodians"]),
                keys=str(found["keys"]),
                keys_owed=bool(found["keys_owed"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, home: Path, *, keys: str | None = None, owed: bool = False) -> None:
        """Write it where `read` finds it, whole or not at all; with the vault keys of now, or that
        they are owed.
        """
        noted = replace(self, keys=self.keys if keys is None else keys, keys_owed=owed)
        unfinished = home / f"{LAST_FILE}.part"
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            fields = {name: getattr(noted, name) for name in self.__slots__}
            json.dump(fields | {"path": str(noted.path)}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(home / LAST_FILE)

    @property
    def when(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(self.time_ms / 1000, UTC)

    def told(self) -> Backup:
        """Give it in plain values."""
        return Backup(self.when, self.path, self.height, self.for_custodians, self.keys_owed)


def keys_here(connection: Connection) -> str:
    """Give a hash of whose vault keys there are, which says nothing of either."""
    patients = sorted(patient for patient, _ in secrets.vault_keys(connection))
    return digest("ehr/whose-vault-keys/v1", *patients).hex()
