"""The folder backups go to: often a stick or a share that is full, gone or somebody else's."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from ehr_desktop.domain.errors import BadFileError, InvalidInputError
from ehr_desktop.node.recovery.backup.envelope import VAULT_KEYS, Label, read_label

BACKUP_SUFFIX: Final = ".ehrbackup"
VAULT_FILE: Final = "vault-keys.ehrvault"

_PART: Final = ".part"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PIECE: Final = 1 << 16

KeepFile = Callable[[Path, Path], None]
"""Gives a written file its final name."""


def require_folder(folder: Path, home: Path, network: bytes) -> None:
    """Refuse a folder that no backup of this clinic may go to.

    Raises:
        InvalidInputError: it is not there or cannot be written (`unwritable`), lies in the data
            directory itself (`own-folder`), or holds another clinic's vault keys (`other-clinic`).
    """
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InvalidInputError("folder", "unwritable")
    if folder.resolve().is_relative_to(home.resolve()):
        raise InvalidInputError("folder", "own-folder")
    label = vault_label(folder)
    if label is not None and label.network != network:
        raise InvalidInputError("folder", "other-clinic")


def vault_label(folder: Path) -> Label | None:
    """Give what the vault-key file of a folder says of itself, if there is one that can be read."""
    try:
        with (folder / VAULT_FILE).open("rb") as file:
            return read_label(file, VAULT_KEYS)
    except (OSError, BadFileError):
        return None


@contextmanager
def written(target: Path, writer: str, keep: KeepFile) -> Iterator[BinaryIO]:
    """Give a file to write to. It gets its name once all of it is on the disk; until then, and
    if that fails, whatever has this name stays. `writer` tells those apart who write at a time.

    Raises:
        InvalidInputError: there is no room (`full`), or it cannot be written (`unwritable`).
    """
    part = target.with_name(f"{target.name}.{writer}{_PART}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        keep(part, target)
        _settle(target.parent)
    except OSError as error:
        reason = "full" if error.errno in _NO_ROOM else "unwritable"
        raise InvalidInputError("folder", reason) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def remove_leftovers(folder: Path, writer: str) -> None:
    """Delete what a backup of `writer` that was killed has left in a folder."""
    for part in folder.glob(f"*.{writer}{_PART}"):
        with suppress(OSError):
            part.unlink()


def keep_beside(part: Path, target: Path) -> None:
    """Give a file its name."""
    part.replace(target)


def keep_instead(part: Path, target: Path) -> None:
    """Give a file its name, and overwrite the bytes of the one that had it before.

    A disk that moves what it writes (an SSD, a snapshot) may keep them all the same.
    """
    if os.name != "posix" or not target.exists():
        part.replace(target)
        return
    with target.open("r+b") as old:
        part.replace(target)
        left = os.fstat(old.fileno()).st_size
        while left > 0:
            left -= old.write(bytes(min(left, _PIECE)))
        old.flush()
        os.fsync(old.fileno())


def _settle(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # some shares cannot flush a folder
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(descriptor)
