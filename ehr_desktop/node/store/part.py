"""The part of a large container that has come from another workstation, kept across restarts."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.store.containers import no_room_is_told

_PIECE: Final = 1 << 20
ROOM_TO_LEAVE: Final = 64 << 20
"""Downloads leave so many bytes of the disk free for what is written here."""


class FilePart:
    """A file that grows. Nobody else can read it. Not for two threads at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = self._open.enter_context(os.fdopen(descriptor, "r+b"))

    @property
    def size(self) -> int:
        """How many bytes are there."""
        return os.fstat(self._file.fileno()).st_size

    def pieces(self) -> Iterator[bytes]:
        """Give what is there, in order."""
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece

    def append(self, piece: bytes) -> None:
        """Keep the next bytes.

        Raises:
            DiskFullError: there is no room for them.
        """
        with no_room_is_told():
            self._file.seek(0, os.SEEK_END)
            self._file.write(piece)
            self._file.flush()

    def discard(self) -> None:
        """Throw away all of it."""
        self._file.truncate(0)

    def sync(self) -> None:
        """Wait until all of it is on the disk.

        Raises:
            DiskFullError: there is no room for it.
        """
        with no_room_is_told():
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self._open.close()


def require_room(folder: Path, missing: int) -> None:
    """Refuse a download that would fill the disk.

    Raises:
        DiskFullError: it would.
    """
    if shutil.disk_usage(folder).free < missing + ROOM_TO_LEAVE:
        raise DiskFullError
