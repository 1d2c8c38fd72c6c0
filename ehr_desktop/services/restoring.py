"""Making the clinic's home again, all workstations being lost."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ehr_desktop.domain.backups import BackupFile, Restored
from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.node.node import SecretStore, Sources, look_at, restore_clinic, system_clock


async def look_at_backup(backup: Path) -> BackupFile:
    """Give what a backup says of itself: from when it is, and how many shares open it.

    Raises:
        BadFileError: it is no backup.
        InvalidInputError: it cannot be read.
    """
    try:
        return await asyncio.to_thread(look_at, backup)
    except OSError as error:
        raise InvalidInputError("backup", "unreadable") from error


async def restore(
    home: Path,
    backup: Path,
    vault: Path | None,
    shares: Sequence[str],
    workstation_name: str,
    *,
    store: SecretStore | None,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Restored:
    """Make a home in an empty or absent directory, in which this workstation is the clinic's only
    one; without `vault`, the vault keys are taken from beside the backup.

    `progress` (bytes read, in all) and `cancelled` are called on a worker thread.

    Raises:
        InvalidInputError: the workstation has no name, or a file cannot be read.
        HomeExistsError, BadFileError, SharesWrongError, DiskFullError, CancelledError: see
            `restore_clinic`.
    """
    if not workstation_name.strip():
        raise InvalidInputError("workstation", "empty")
    sources = Sources(backup, vault) if vault else Sources.beside(backup)
    for field, path in (("backup", sources.backup), ("vault_keys", sources.vault)):
        if not path.is_file():
            raise InvalidInputError(field, "unreadable")
    return await asyncio.to_thread(
        restore_clinic, home, sources, shares, workstation_name.strip(), store, system_clock,
        progress, cancelled,
    )  # fmt: skip
