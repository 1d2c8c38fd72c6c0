"""Opening one encrypted database: the only place that knows SQLCipher.

What every database of the store can count on:

- Pages, indexes, write-ahead log and temporary data are encrypted and authenticated.
- A transaction that was committed is on the disk (`synchronous=FULL`); one that was not leaves
  nothing: after a power cut SQLite replays the log up to its last whole commit.
- A migration step and the version number it leads to are committed together.
- What fails is told as `HomeDamagedError` or `DiskFullError`, without any value in the message.

SQLCipher does not notice an old page that is put back in its place: whoever reads a record
compares it with the ledger's commitment.
"""

import ctypes
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from ehr_desktop.domain.errors import DiskFullError, HomeDamagedError, HomeTooNewError

KEY_BYTES: Final = 32
PATIENCE_S: Final = 15
"""How long a connection waits for another's lock before it gives up."""

_PRAGMAS: Final = (
    "cipher_log_level=NONE",
    "cipher_hmac_algorithm=HMAC_SHA256",
    "journal_mode=WAL",
    # every 40 MB: moving pages of the log into the file costs more than the commits between
    "wal_autocheckpoint=10000",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "cache_size=-16000",
)
_HEX: Final = b"0123456789abcdef"
_DISK_FULL: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
_DAMAGED: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
)
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_MEMORY: Final = Path(":memory:")
_ROOM_BYTES: Final = 1 << 20

Step = Callable[[Connection], None]
"""One migration: takes the tables from one version to the next, inside a transaction."""


class Database:
    """One open database: a single writing connection and a few reading ones."""

    def __init__(self, path: Path, key: bytes, readers: int) -> None:
        self.path: Final = path
        self._key: Final = bytearray(key)
        self._writer: Final = _engine(path, self._key, connections=1, begin="BEGIN IMMEDIATE")
        # what is in memory is known to its one connection only
        self._readers: Final = (
            _engine(path, self._key, connections=readers, begin="BEGIN")
            if readers
            else self._writer
        )
        self._open: Connection | None = None
        self._kept: Connection | None = None

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection inside a write transaction: committed at the end of the block, undone
        if the block raises. A block within a block is part of the outer one. Only ever used on
        the store's single writer thread.

        Raises:
            DiskFullError: there is no room left; nothing of the transaction was kept.
            HomeDamagedError: a page cannot be read.
        """
        if self._open is not None:
            return nullcontext(self._open)
        return self._write_transaction()

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one committed state for the whole block. Any thread.

        Raises:
            HomeDamagedError: a page cannot be read.
        """
        return self._transaction(self._readers)

    def damaged_pages(self) -> tuple[str, ...]:
        """Read every page and give what is wrong with it, one sentence each; empty if sound."""
        with self.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all()
            if pages:
                return tuple(str(page) for page in pages)
            tables = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            return tuple(str(line) for line in tables if line != "ok")

    def empty_log(self) -> bool:
        """Move what the write-ahead log holds into the file and cut the log to nothing, so that
        what was deleted stands nowhere any more; False while somebody reads an older state: then
        try again later. On the writer thread, outside a transaction.
        """
        self._give_back()
        with (
            _explained(self.path),
            self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as own,
        ):
            own.exec_driver_sql("PRAGMA busy_timeout=0").all()
            try:
                busy, *_ = own.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            finally:
                own.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_S * 1000}").all()
        return not busy

    def close(self) -> None:
        """Move what the write-ahead log holds into the file, close all connections and wipe the
        key. A file that cannot be checkpointed any more is left as it is: its log is replayed.
        """
        self._readers.dispose()
        self._give_back()
        try:
            with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as last:
                last.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        except DBAPIError as error:
            if _meaning(error, self.path) is None:
                raise
        finally:
            self._writer.dispose()
            _wipe(self._key)

    @contextmanager
    def _write_transaction(self) -> Iterator[Connection]:
        with _explained(self.path):
            # fetching it from the pool and giving it back costs more than a short transaction
            connection, self._kept = self._kept or self._writer.connect(), None
            try:
                with connection.begin():
                    self._open = connection
                    yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                self._open = None
            self._kept = connection
            if self._readers is self._writer:
                self._give_back()

    def _give_back(self) -> None:
        """Let the pool have the writing connection: somebody else needs it now."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with _explained(self.path), engine.connect() as connection, connection.begin():
            yield connection


def open_database(path: Path, key: bytes, *, readers: int = 2) -> Database:
    """Open the database at `path` with its 32-byte key, making an empty one if there is none.

    The file is readable by its owner only.

    Raises:
        HomeDamagedError: the key is not the file's key, or the file is not whole.
        DiskFullError: there is no room to make it.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a database key has 32 bytes")
    try:
        with _explained(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise HomeDamagedError(path.name) from error
    database = Database(path, key, readers)
    try:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").all()
    except BaseException:
        database.close()
        raise
    return database


def memory_database() -> Database:
    """Make a database that is never on a disk; all that is in it goes with `close`. Its one
    connection serves one block at a time.
    """
    return Database(_MEMORY, os.urandom(KEY_BYTES), readers=0)


@contextmanager
def reading_beside(path: Path, key: bytes) -> Iterator[Connection]:
    """Give one connection that reads, while another process may be writing.

    Raises:
        HomeDamagedError: the file is not there or not whole, or the key is not its key.
    """
    if not path.is_file():
        raise HomeDamagedError(path.name)
    copy = bytearray(key)
    engine = _engine(path, copy, connections=1, begin="BEGIN")
    try:
        with _explained(path), engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("PRAGMA query_only=ON")
            yield connection
    finally:
        engine.dispose()
        _wipe(copy)


def migrate(database: Database, steps: Sequence[Step]) -> None:
    """Bring the tables to version `len(steps)`, one transaction a step, each done at most once.

    Raises:
        HomeTooNewError: the file has seen more steps than this program knows.
    """
    with database.reading() as connection:
        version = schema_version(connection)
    if version > len(steps):
        raise HomeTooNewError(database.path.name)
    for number in range(version, len(steps)):
        with database.writing() as connection:
            steps[number](connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {number + 1}")


def rekey_database(path: Path, old: bytes, new: bytes) -> None:
    """Encrypt a closed database anew under another 32-byte key: every page of it, in place.

    Raises:
        HomeDamagedError: `old` is not the file's key, or the file is not whole.
        DiskFullError: there is no room; it stays as it was.
    """
    key, literal = bytearray(old), _literal(bytearray(new))
    engine = _engine(path, key, connections=1, begin="BEGIN")
    try:
        with (
            _explained(path),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as only,
        ):
            only.exec_driver_sql("SELECT count(*) FROM sqlite_master").all()
            own = only.connection.driver_connection
            assert own is not None, "it is connected"
            try:
                own.reset_key(literal)
            except dbapi2.Error as error:
                raise DBAPIError("rekey", None, error) from error
            only.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    finally:
        engine.dispose()
        _wipe(key)
        _wipe(literal)


def schema_version(connection: Connection) -> int:
    """Give how many migration steps the file has seen; 0 for a new one."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def remove_database(path: Path) -> None:
    """Delete a closed database with its log and shared index, if they are there."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _engine(path: Path, key: bytearray, *, connections: int, begin: str) -> Engine:
    def connect() -> dbapi2.Connection:
        return _connect(path, key)

    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has the warmest pages
        hide_parameters=True,
    )

    def begin_transaction(connection: Connection) -> None:
        # the driver is in autocommit mode (isolation_level=None), so that DDL is transactional
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin)

    event.listen(engine, "begin", begin_transaction)
    return engine


def _connect(path: Path, key: bytearray) -> dbapi2.Connection:
    """Open one connection. `set_key` takes the raw key, so no passphrase is stretched, and the
    literal it needs is wiped at once, so no copy of the key stays in Python's memory.
    """
    literal = _literal(key)
    connection = dbapi2.connect(
        str(path), check_same_thread=False, timeout=PATIENCE_S, isolation_level=None
    )
    try:
        connection.set_key(literal)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except dbapi2.Error:
        connection.close()
        raise
    finally:
        _wipe(literal)
    return connection


def _literal(key: bytearray) -> bytearray:
    """Give a raw key as SQLCipher takes it, to be wiped after use."""
    literal = bytearray(2 * KEY_BYTES + 3)
    literal[:2], literal[-1:] = b"x'", b"'"
    for index, byte in enumerate(key):
        literal[2 + 2 * index], literal[3 + 2 * index] = _HEX[byte >> 4], _HEX[byte & 15]
    return literal


def _wipe(secret: bytearray) -> None:
    ctypes.memset((ctypes.c_char * len(secret)).from_buffer(secret), 0, len(secret))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        meaning = _meaning(error, path)
        if meaning is None:
            raise
        raise meaning from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError(path.name) from error
        raise


def _meaning(error: DBAPIError, path: Path) -> DiskFullError | HomeDamagedError | None:
    code = getattr(error.orig, "sqlite_errorcode", 0)
    primary = code & 0xFF
    if code in _DISK_FULL or (primary == sqlite3.SQLITE_CANTOPEN and _is_full(path)):
        return DiskFullError(path.name)
    return HomeDamagedError(path.name) if primary in _DAMAGED else None


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _ROOM_BYTES
    except FileNotFoundError:
        return False
