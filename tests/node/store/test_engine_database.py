"""One encrypted database: what is kept, what is undone, what is told."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ehr_desktop.domain.errors import DiskFullError, HomeDamagedError, HomeTooNewError
from ehr_desktop.node.store.engine import Database, migrate, open_database, schema_version

KEY = bytes(range(32))
CANARY = "CANARY-penicillin"


def one_table(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE note (number INTEGER PRIMARY KEY, body TEXT UNIQUE)")


def another_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE note ADD COLUMN author TEXT")


def write(database: Database, *bodies: str) -> None:
    with database.writing() as connection:
        for body in bodies:
            connection.exec_driver_sql("INSERT INTO note (body) VALUES (?)", (body,))


def write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO note (body) VALUES ('lost')")
        raise KeyError


def write_until_full(database: Database, written: list[str]) -> None:
    for number in range(10_000):
        body = f"{number:05d}" * 1000
        write(database, body, body + "second")
        written += [body, body + "second"]


def fill(folder: Path) -> None:
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def open_with_table(path: Path) -> None:
    migrate(open_database(path, KEY), [one_table])


def bodies(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT body FROM note ORDER BY number").scalars())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "note.db", KEY)
    migrate(opened, [one_table])
    yield opened
    opened.close()


def raw_bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("note.db*")}


def flip(path: Path, position: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[position] ^= 1
    path.write_bytes(raw)


def test_what_was_written_is_there_after_closing_and_opening(database, tmp_path):
    write(database, "one", "two")
    database.close()
    again = open_database(tmp_path / "note.db", KEY)
    assert bodies(again) == ["one", "two"]
    again.close()


def test_an_error_in_the_block_undoes_all_of_it(database):
    write(database, "kept")
    with pytest.raises(KeyError):
        write_and_fail(database)
    assert bodies(database) == ["kept"]


def test_a_reader_sees_one_state_while_the_writer_writes(database):
    write(database, "before")
    with database.reading() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM note").scalar_one()
        write(database, "meanwhile")
        assert connection.exec_driver_sql("SELECT count(*) FROM note").scalar_one() == first == 1
    assert bodies(database) == ["before", "meanwhile"]


def test_no_text_stands_in_the_files_while_open_or_closed(database, tmp_path):
    write(database, *(f"{CANARY} {number}" for number in range(500)))
    while_open = raw_bytes(tmp_path)
    database.close()
    closed = raw_bytes(tmp_path)
    assert set(while_open) == {"note.db", "note.db-wal", "note.db-shm"}
    assert set(closed) == {"note.db"}
    for raw in (*while_open.values(), *closed.values()):
        assert CANARY.encode() not in raw
        assert b"SQLite format" not in raw
        assert b"CREATE TABLE" not in raw


def test_a_refused_value_is_not_in_the_error(database):
    write(database, CANARY)
    with pytest.raises(IntegrityError) as refused:
        write(database, CANARY)
    assert CANARY not in str(refused.value)


def test_the_file_is_its_owners_only(database, tmp_path):
    assert (tmp_path / "note.db").stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(database, tmp_path):
    database.close()
    with pytest.raises(HomeDamagedError) as refused:
        open_database(tmp_path / "note.db", bytes(32))
    assert refused.value.where == "note.db"


def test_a_flipped_bit_in_the_first_page_is_found_at_opening(database, tmp_path):
    database.close()
    flip(tmp_path / "note.db", 2000)
    with pytest.raises(HomeDamagedError):
        open_database(tmp_path / "note.db", KEY)


def test_a_flipped_bit_further_on_is_found_when_it_is_read_and_named(database, tmp_path):
    write(database, *(f"{number:01000d}" for number in range(200)))
    database.close()
    for page in range(15, 25):
        flip(tmp_path / "note.db", 4096 * page + 100)
    damaged = open_database(tmp_path / "note.db", KEY)
    assert any("page 21" in line for line in damaged.damaged_pages())
    with pytest.raises(HomeDamagedError):
        bodies(damaged)
    damaged.close()


def test_a_sound_database_has_no_damaged_pages(database):
    write(database, "one")
    assert database.damaged_pages() == ()


def test_a_key_has_32_bytes(tmp_path):
    with pytest.raises(ValueError, match="32 bytes"):
        open_database(tmp_path / "note.db", b"short")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(HomeDamagedError):
        open_database(tmp_path / "gone" / "note.db", KEY)


def test_each_migration_step_runs_once(database, tmp_path):
    write(database, "old")
    migrate(database, [one_table, another_column])
    migrate(database, [one_table, another_column])
    with database.reading() as connection:
        assert schema_version(connection) == 2
    assert bodies(database) == ["old"]


def test_a_migration_that_fails_leaves_the_version_it_came_from(database):
    def fails(connection: Connection) -> None:
        another_column(connection)
        raise KeyError

    with pytest.raises(KeyError):
        migrate(database, [one_table, fails])
    migrate(database, [one_table, another_column])
    with database.reading() as connection:
        assert schema_version(connection) == 2


def test_a_newer_database_is_left_alone(database):
    migrate(database, [one_table, another_column])
    with pytest.raises(HomeTooNewError):
        migrate(database, [one_table])


def test_an_error_of_the_file_system_in_the_block_means_a_full_disk_only_if_it_says_so(database):
    with pytest.raises(DiskFullError), database.writing():
        raise OSError(errno.ENOSPC, "no space")
    with pytest.raises(PermissionError), database.writing():
        raise PermissionError(errno.EACCES, "not allowed")


def test_a_full_disk_keeps_everything_that_was_committed_and_nothing_else(small_disk):
    database = open_database(small_disk / "note.db", KEY)
    migrate(database, [one_table])
    written: list[str] = []
    with pytest.raises(DiskFullError):
        write_until_full(database, written)
    assert written
    assert bodies(database) == written
    database.close()
    again = open_database(small_disk / "note.db", KEY)
    assert bodies(again) == written
    again.close()


def test_a_home_on_a_full_disk_is_told_as_full(small_disk):
    with pytest.raises(OSError, match="No space left"):
        fill(small_disk)
    with pytest.raises(DiskFullError):
        open_with_table(small_disk / "note.db")
