"""Rows that show what is signed and not final yet, and what stood there before.

Whatever is applied to a row ahead of the ledger first keeps the row as it was. If the ledger
decides as was expected, the row stays and loses its mark; otherwise it is put back.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, delete, insert, select, tuple_, update

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.store.views.apply_patients import (
    forget_patients,
    index_rows,
    put_index_back,
)
from ehr_desktop.node.store.views.changes import AheadChange, RowName
from ehr_desktop.node.store.views.tables import APPOINTMENT, BEFORE, ENTRY, PATIENT, PROVISIONAL

ROWS: Final = {
    "patient": (PATIENT, "id"),
    "record": (ENTRY, "record"),
    "appointment": (APPOINTMENT, "id"),
}
"""The table of each kind of row, and the column its ids stand in."""

_OWNERS: Final[dict[str, str]] = {"patient": "id", "record": "patient", "appointment": "patient"}
_CHUNK: Final = 500


def ahead_rows(connection: Connection) -> Iterator[tuple[bytes, RowName]]:
    """Give what was applied ahead of the ledger: each transaction with a row, in order."""
    chosen = select(PROVISIONAL.c.transaction_id, PROVISIONAL.c.kind, PROVISIONAL.c.id)
    for transaction, kind, name in connection.execute(chosen.order_by(PROVISIONAL.c.number)):
        yield transaction, (kind, name)


def rows_ahead(connection: Connection, patients: Collection[PatientId]) -> list[RowName]:
    """Give the rows about these patients that show something pending."""
    found: list[RowName] = []
    for kind, (table, key) in ROWS.items():
        chosen = select(table.c[key]).where(table.c.pending == 1)
        chosen = chosen.where(table.c[_OWNERS[kind]].in_(list(patients)))
        found += [(kind, name) for name in connection.execute(chosen).scalars()]
    return found


def keep_before(connection: Connection, rows: Iterable[RowName]) -> None:
    """Keep rows as they are, unless something older is kept of them."""
    for kind, name in dict.fromkeys(rows):
        if _kept(connection, (kind, name)) is None:
            image = json.dumps(_image(connection, (kind, name)))
            connection.execute(insert(BEFORE).values(kind=kind, id=name, rows=image))


def put_back(connection: Connection, rows: Collection[RowName]) -> None:
    """Let rows be what was kept of them; those that were not there are deleted."""
    for kind, name in rows:
        kept = _kept(connection, (kind, name))
        if kept is None:
            continue
        table, key = ROWS[kind]
        if kind == "patient":
            forget_patients(connection, [PatientId(name)])
        else:
            connection.execute(delete(table).where(table.c[key] == name))
        image = json.loads(kept)
        if image is not None:
            connection.execute(insert(table).values(image["row"]))
            if kind == "patient":
                put_index_back(connection, image["index"])
    _let_go(connection, rows)


def settle(connection: Connection, rows: Collection[RowName]) -> None:
    """Let rows stay as they are: what they show is final."""
    _mark(connection, rows, pending=False)
    _let_go(connection, rows)


def note_ahead(connection: Connection, ahead: Sequence[AheadChange]) -> None:
    """Remember what was applied ahead of the ledger, and mark its rows."""
    connection.execute(
        insert(PROVISIONAL),
        [
            {"transaction_id": change.transaction, "kind": change.row[0], "id": change.row[1]}
            for change in ahead
        ],
    )
    _mark(connection, {change.row for change in ahead}, pending=True)


def final_rows(connection: Connection) -> dict[RowName, dict[str, Any] | None]:
    """Give what final transactions alone make of the rows that show something pending; None for
    a row that would not be there.
    """
    found: dict[RowName, dict[str, Any] | None] = {}
    for kind, name, rows in connection.execute(select(BEFORE)):
        image = json.loads(rows)
        found[kind, name] = None if image is None else image["row"]
    return found


def final_row(connection: Connection, row: RowName) -> dict[str, Any] | None:
    """Give what final transactions alone make of one row; None if it would not be there."""
    kept = _kept(connection, row)
    image = _image(connection, row) if kept is None else json.loads(kept)
    return None if image is None else image["row"]


def _kept(connection: Connection, row: RowName) -> str | None:
    chosen = select(BEFORE.c.rows).where(BEFORE.c.kind == row[0], BEFORE.c.id == row[1])
    found: str | None = connection.execute(chosen).scalar_one_or_none()
    return found


def _image(connection: Connection, row: RowName) -> dict[str, Any] | None:
    table, key = ROWS[row[0]]
    chosen = select(table).where(table.c[key] == row[1])
    found = connection.execute(chosen).mappings().one_or_none()
    if found is None:
        return None
    image: dict[str, Any] = {"row": dict(found)}
    if row[0] == "patient":
        image["index"] = index_rows(connection, found["number"])
    return image


def _let_go(connection: Connection, rows: Collection[RowName]) -> None:
    for table in (BEFORE, PROVISIONAL):
        place = tuple_(table.c.kind, table.c.id)
        for chunk in _chunks(list(rows)):
            connection.execute(delete(table).where(place.in_(chunk)))


def _mark(connection: Connection, rows: Collection[RowName], *, pending: bool) -> None:
    for kind, (table, key) in ROWS.items():
        column: Column[Any] = table.c[key]
        for chunk in _chunks([name for of, name in rows if of == kind]):
            connection.execute(update(table).where(column.in_(chunk)).values(pending=int(pending)))


def _chunks(names: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
