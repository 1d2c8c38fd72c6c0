"""Containers on disk: rows of `ledger.db` up to 256 KiB, files of their own above that.

A file is written under a temporary name, flushed, renamed to its final name and only then named
in a committed row; what a crash leaves without a row is removed at the next start.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, bindparam, func, insert, select

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import AWAITED as A
from ehr_desktop.node.store.tables import CONTAINERS as C

LARGEST_ROW = 256 * 1024
"""Sealed bytes above this size are a file of their own."""

_PART = ".part"
_PIECE = 1 << 20
_CHUNK = 500
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_ADD = insert(C)
_BY_COMMITMENT = select(C).where(C.c.commitment == bindparam("wanted"))
_LEADS = select(C.c.commitment, C.c.transaction, C.c.header, C.c.fingerprint, C.c.sealed.is_(None))
_IS_HERE = select(C.c.version).where(C.c.commitment == bindparam("wanted"))
_NEWEST_VERSION = (
    select(C.c.version, C.c.fingerprint)
    .where(C.c.record == bindparam("wanted"))
    .order_by(C.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class StoredContainer:
    """One container: `sealed` is None when the bytes are a file. `header` and `salt` are what the
    commitment covers besides them; the record's key is wrapped in `wrapped_key`.
    """

    commitment: bytes
    transaction: bytes
    record: bytes
    version: int
    header: bytes
    salt: bytes
    wrapped_key: bytes
    fingerprint: bytes
    size: int
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class ContainerLead:
    """What stands in front of a container's sealed bytes, which may be a file."""

    commitment: bytes
    transaction: bytes
    header: bytes
    fingerprint: bytes
    is_file: bool


class ContainerFiles:
    """The folder of large containers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def path(self, commitment: bytes) -> Path:
        """Where the sealed bytes of a container are."""
        return self._folder / commitment.hex()

    def create(self) -> tuple[Path, BinaryIO]:
        """Give a new file to write sealed bytes to; nobody else can read it."""
        path = self._folder / f"{os.urandom(16).hex()}{_PART}"
        return path, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def keep(self, written: Path, commitment: bytes) -> None:
        """Give a written and flushed file its final name, durably."""
        written.replace(self.path(commitment))
        if os.name == "posix":
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def part(self, commitment: bytes) -> Path:
        """Where the bytes of a container gather while it comes from another workstation."""
        return self._folder / f"{commitment.hex()}{_PART}"

    def names(self) -> Iterator[Path]:
        """Give every file of the folder."""
        return iter(sorted(self._folder.iterdir()))

    def remove_leftovers(self, connection: Connection) -> int:
        """Delete files that no committed row names, nor are parts of what is still awaited; give
        how many there were.
        """
        stored = connection.execute(select(C.c.commitment).where(C.c.sealed.is_(None))).scalars()
        coming = connection.execute(select(A.c.name).where(A.c.large == 1)).scalars()
        known = {self.path(name).name for name in stored}
        known |= {self.part(name).name for name in coming}
        leftovers = [path for path in self.names() if path.name not in known]
        for path in leftovers:
            _destroy(path)
        return len(leftovers)

    def destroy(self, commitments: Iterable[bytes]) -> None:
        """Write zeros over files and delete them: call it once no committed row names them. Those
        that are not there are passed over; what a crash leaves goes with the leftovers.
        """
        for commitment in commitments:
            for path in (self.path(commitment), self.part(commitment)):
                with suppress(FileNotFoundError):
                    _destroy(path)


def _destroy(path: Path) -> None:
    """Write zeros over a file, which may be read meanwhile, and delete it."""
    with path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, _PIECE)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


@contextmanager
def no_room_is_told() -> Iterator[None]:
    """Turn what the operating system says of a full disk into the domain's word for it.

    Raises:
        DiskFullError: there is no room for what is written inside.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError from error
        raise


def add_containers(connection: Connection, containers: Sequence[StoredContainer]) -> None:
    """Store containers with the transaction that commits to them."""
    rows = [{name: getattr(c, name) for name in StoredContainer.__slots__} for c in containers]
    write_many(connection, _ADD, rows)


def container(connection: Connection, commitment: bytes) -> StoredContainer | None:
    """Give one container by its commitment."""
    row = connection.execute(_BY_COMMITMENT, {"wanted": commitment}).first()
    return None if row is None else StoredContainer(*row)


def is_here(connection: Connection, commitment: bytes) -> bool:
    """Tell whether a container is here."""
    return connection.execute(_IS_HERE, {"wanted": commitment}).first() is not None


def leads(connection: Connection, commitments: Iterable[bytes]) -> dict[bytes, ContainerLead]:
    """Give what stands in front of those of some containers that are here, by commitment."""
    wanted = list(commitments)
    found: dict[bytes, ContainerLead] = {}
    for start in range(0, len(wanted), _CHUNK):
        chosen = _LEADS.where(C.c.commitment.in_(wanted[start : start + _CHUNK]))
        found |= {row[0]: ContainerLead(*row) for row in connection.execute(chosen)}
    return found


def leads_of(connection: Connection, record: bytes, version: int) -> list[ContainerLead]:
    """Give what stands in front of everything that is here under one version of a record."""
    chosen = _LEADS.where(C.c.record == record, C.c.version == version)
    return [ContainerLead(*row) for row in connection.execute(chosen)]


def versions(connection: Connection, record: bytes) -> list[StoredContainer]:
    """Give all versions of a record, newest first; those that were refused are among them."""
    chosen = select(C).where(C.c.record == record).order_by(C.c.version.desc())
    return [StoredContainer(*row) for row in connection.execute(chosen)]


def of_transaction(connection: Connection, transaction: bytes) -> list[StoredContainer]:
    """Give the containers one transaction brought."""
    chosen = select(C).where(C.c.transaction == transaction)
    return [StoredContainer(*row) for row in connection.execute(chosen)]


def all_commitments(connection: Connection) -> set[bytes]:
    """Give the commitments of every stored container."""
    return set(connection.execute(select(C.c.commitment)).scalars())


def stored_of(connection: Connection, commitments: Iterable[bytes]) -> list[bytes]:
    """Give those of some containers that are stored here."""
    wanted = list(commitments)
    found: list[bytes] = []
    for start in range(0, len(wanted), _CHUNK):
        chosen = select(C.c.commitment).where(C.c.commitment.in_(wanted[start : start + _CHUNK]))
        found += connection.execute(chosen).scalars()
    return found


def large_ones(connection: Connection) -> list[bytes]:
    """Give the commitments of the containers that are files."""
    return list(connection.execute(select(C.c.commitment).where(C.c.sealed.is_(None))).scalars())


def count(connection: Connection) -> int:
    """Count the containers."""
    return int(connection.execute(select(func.count()).select_from(C)).scalar_one())
