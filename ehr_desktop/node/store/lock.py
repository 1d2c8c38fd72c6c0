"""One running program per data directory.

The operating system holds the lock for as long as the process lives, so a killed one leaves
nothing to clean up. The file stays: deleting it would let two processes lock two files of one name.
"""

import os
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ehr_desktop.domain.errors import HomeInUseError

LOCK_FILE: Final = "in-use"
_HOLDER_BYTES: Final = 512
_NOT_TOLD: Final = "another process"

if sys.platform == "win32":
    import msvcrt

    # far behind the text, which others may then still read
    _LOCKED_BYTE: Final = 1 << 30

    def _try_lock(file: int) -> None:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class HomeLock:
    """Holds `home` for this process until released, closed as a context, or the process ends."""

    def __init__(self, home: Path, since: datetime) -> None:
        """Take the lock; `since` is written beside it for whoever finds the home in use.

        Raises:
            HomeInUseError: another process, or another lock in this one, holds the home.
        """
        file = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _try_lock(file)
        except OSError as error:
            holder = _read_holder(file)
            os.close(file)
            raise HomeInUseError(holder) from error
        self._file = file
        text = f"process {os.getpid()} on {socket.gethostname()} since {since.isoformat()}"
        os.ftruncate(file, 0)
        os.write(file, text.encode()[:_HOLDER_BYTES])

    def release(self) -> None:
        """Let go of the home. Does nothing the second time."""
        if self._file < 0:
            return
        with suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def is_held(home: Path) -> bool:
    """Tell whether a process holds `home` now. Writes nothing."""
    try:
        file = os.open(home / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        _try_lock(file)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _read_holder(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    return os.read(file, _HOLDER_BYTES).decode(errors="replace").strip() or _NOT_TOLD
