"""Backups, in plain values."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Backup:
    """The last backup of this workstation.

    Without custodians only the clinic's own workstations open it, which helps nobody once all of
    them are lost. `keys_owed`: a vault key was destroyed since, and the vault-key file in the
    folder could not be written anew, so it still holds it.
    """

    when: datetime
    path: Path
    height: int
    for_custodians: bool
    keys_owed: bool = False


@dataclass(frozen=True, slots=True)
class BackupFile:
    """What a backup says of itself before it is opened: so many `shares` open it, 0 if none do."""

    path: Path
    when: datetime
    height: int
    shares: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many patients, and how many of them were erased after the backup was
    written, so that their records stay closed.
    """

    clinic: str
    when: datetime
    height: int
    patients: int
    erased: int
