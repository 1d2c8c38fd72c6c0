"""The read models of one team: what its members may see, and nothing else."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Column, Connection, select
from sqlalchemy.dialects.sqlite import insert

from ehr_desktop.domain.categories import default_teams
from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Team
from ehr_desktop.node.store.engine import (
    Database,
    memory_database,
    open_database,
    rekey_database,
    remove_database,
    schema_version,
)
from ehr_desktop.node.store.views.ahead import (
    ROWS,
    ahead_rows,
    final_row,
    final_rows,
    keep_before,
    note_ahead,
    put_back,
    rows_ahead,
    settle,
)
from ehr_desktop.node.store.views.apply import apply_changes
from ehr_desktop.node.store.views.appointments import AppointmentQueries
from ehr_desktop.node.store.views.awaiting import (
    all_awaited,
    awaited,
    change_awaited,
)
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    AppointmentWords,
    EntrySeen,
    RowName,
    ViewChange,
    ViewStep,
)
from ehr_desktop.node.store.views.chart import ChartQueries
from ehr_desktop.node.store.views.patients import PatientQueries
from ehr_desktop.node.store.views.tables import ABOUT, METADATA, SCHEMA

_NAMELESS: Final = (
    EntrySeen,
    AppointmentSeen,
    AppointmentMoved,
    AppointmentStatusChanged,
    AppointmentWords,
)


class Views:
    """One team's open view. `patients`, `appointments` and `chart` answer questions from any
    thread; `apply` belongs to the store's writer thread.
    """

    def __init__(self, database: Database, team: Team) -> None:
        self._database = database
        self.team = team
        self.patients = PatientQueries(database)
        self.appointments = AppointmentQueries(database)
        self.chart = ChartQueries(database, team)

    @classmethod
    def open(cls, path: Path, key: bytes, team: Team, earlier: Iterable[bytes] = ()) -> Self:
        """Open a team's view with its 32-byte key. One under an `earlier` key is encrypted anew.

        A view of another schema or another team, one that is damaged and one under another key is
        dropped and made anew, empty: everything in it stands in containers. `position` is then 0.

        Raises:
            DiskFullError: there is no room to make it.
            HomeDamagedError: the path cannot be used at all.
        """
        database = _open_if_sound(path, key, team)
        if database is None and _was_under(path, earlier, key):
            database = _open_if_sound(path, key, team)
        if database is None:
            remove_database(path)
            database = _open(path, key, team)
        if database is None:
            raise HomeDamagedError(path.name)
        return cls(database, team)

    @classmethod
    def in_memory(cls, team: Team) -> Self:
        """Make an empty view that is never on a disk; what it holds is gone when it is closed."""
        database = memory_database()
        _create(database, team)
        return cls(database, team)

    @property
    def position(self) -> int:
        """How many final transactions this view has taken over."""
        with self._database.reading() as connection:
            return int(_read(connection, "position"))

    def apply(self, changes: Sequence[ViewChange], position: int) -> None:
        """Take over final `changes` and with them the ledger up to `position`.

        Raises:
            ValueError, DiskFullError, HomeDamagedError: see `take`.
        """
        self.take(ViewStep(changes=changes, position=position))

    def take(self, step: ViewStep) -> None:
        """Take a step: all of it or nothing.

        Raises:
            ValueError: an entry is of a category that the team may not see.
            DiskFullError: there is no room; nothing was taken over.
            HomeDamagedError: close the view, remove it with `discard` and open it anew.
        """
        ahead = [change for part in step.ahead for change in part.changes]
        for change in (*step.changes, *ahead):
            if isinstance(change, EntrySeen) and self.team not in default_teams(change.category):
                raise ValueError(f"{self.team} may not see {change.category}")
        with self._database.writing() as connection:
            if step.undone:
                put_back(connection, step.undone)
            apply_changes(connection, step.changes)
            if step.settled:
                settle(connection, step.settled)
            if step.ahead:
                keep_before(connection, (part.row for part in step.ahead))
                apply_changes(connection, ahead)
                note_ahead(connection, step.ahead)
            change_awaited(connection, step.arrived, step.awaited)
            if step.position is not None:
                _write(connection, "position", str(step.position))
        renamed = any(kind == "patient" for kind, _ in step.undone)
        if renamed or not all(isinstance(c, _NAMELESS) for c in (*step.changes, *ahead)):
            self.patients.names_changed()

    def ahead(self) -> list[tuple[bytes, RowName]]:
        """Give what was applied ahead of the ledger: each transaction with a row, in order."""
        with self._database.reading() as connection:
            return list(ahead_rows(connection))

    def ahead_of(self, patients: Collection[PatientId]) -> list[RowName]:
        """Give the rows about these patients that show something pending."""
        with self._database.reading() as connection:
            return rows_ahead(connection, patients)

    def awaited(self, names: Collection[bytes]) -> list[tuple[bytes, bytes]]:
        """Give those of `names` that something waits for, each with a transaction that does."""
        with self._database.reading() as connection:
            return awaited(connection, names)

    def all_awaited(self) -> list[bytes]:
        """Give every name that something waits for."""
        with self._database.reading() as connection:
            return all_awaited(connection)

    def final_row(self, row: RowName) -> dict[str, Any] | None:
        """Give a row's columns as final transactions alone make them; None if there is none."""
        with self._database.reading() as connection:
            return final_row(connection, row)

    def contents(self) -> dict[RowName, tuple[Any, ...]]:
        """Give every row as it is shown by what it is and its id, to compare two views with."""
        with self._database.reading() as connection:
            return _contents(connection)

    def snapshot(self) -> tuple[int, dict[RowName, tuple[Any, ...]]]:
        """Give the position of one moment, and every row of that moment as final transactions
        alone make it.
        """
        with self._database.reading() as connection:
            position = int(_read(connection, "position"))
            found = _contents(connection)
            for name, row in final_rows(connection).items():
                found.pop(name, None)
                if row is not None:
                    found[name] = tuple(row[column.name] for column in _columns(name[0]))
        return position, found

    def empty_log(self) -> bool:
        """Wipe what was forgotten from the log, too; False while somebody reads. See `Database`."""
        return self._database.empty_log()

    def damaged_pages(self) -> tuple[str, ...]:
        """Read every page and give what is wrong with it; empty if sound."""
        return self._database.damaged_pages()

    def close(self) -> None:
        """Close the view and wipe its key."""
        self.patients.names_changed()
        self._database.close()


def discard(path: Path) -> None:
    """Remove a closed view; it is rebuilt when it is opened next."""
    remove_database(path)


def _contents(connection: Connection) -> dict[RowName, tuple[Any, ...]]:
    found: dict[RowName, tuple[Any, ...]] = {}
    for kind, (_table, key) in ROWS.items():
        columns = _columns(kind)
        place = [column.name for column in columns].index(key)
        for row in connection.execute(select(*columns)):
            found[kind, row[place]] = tuple(row)
    return found


def _columns(kind: str) -> list[Column[Any]]:
    return [column for column in ROWS[kind][0].c if column.name != "number"]


def _open_if_sound(path: Path, key: bytes, team: Team) -> Database | None:
    try:
        return _open(path, key, team)
    except HomeDamagedError:
        return None


def _was_under(path: Path, earlier: Iterable[bytes], key: bytes) -> bool:
    """Encrypt a view anew that is under one of some earlier keys; tell whether it was."""
    for old in earlier:
        with suppress(HomeDamagedError):
            rekey_database(path, old, key)
            return True
    return False


def _open(path: Path, key: bytes, team: Team) -> Database | None:
    """Open the view, or give None when it holds something else than this program would write."""
    database = open_database(path, key, readers=3)
    try:
        with database.reading() as connection:
            version = schema_version(connection)
        if version == 0:
            _create(database, team)
        elif version != SCHEMA or not _belongs_to(database, team):
            database.close()
            return None
    except BaseException:
        database.close()
        raise
    return database


def _create(database: Database, team: Team) -> None:
    with database.writing() as connection:
        METADATA.create_all(connection)
        _write(connection, "team", team.value)
        _write(connection, "position", "0")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")


def _belongs_to(database: Database, team: Team) -> bool:
    with database.reading() as connection:
        return _read(connection, "team") == team.value


def _read(connection: Connection, name: str) -> str:
    value = connection.execute(select(ABOUT.c.value).where(ABOUT.c.name == name)).scalar_one()
    return str(value)


def _write(connection: Connection, name: str, value: str) -> None:
    statement = insert(ABOUT).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[ABOUT.c.name], set_={"value": value})
    )
