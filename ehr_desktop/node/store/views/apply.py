"""Taking changes over into the tables, many rows a statement, in the order they come."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, delete, update
from sqlalchemy.dialects.sqlite import Insert, insert

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.views.ahead import put_back, rows_ahead
from ehr_desktop.node.store.views.apply_patients import forget_patients, write_patients
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    AppointmentWords,
    CategoryForgotten,
    EntrySeen,
    PatientForgotten,
    PatientSeen,
    ViewChange,
)
from ehr_desktop.node.store.views.folding import fold, storable
from ehr_desktop.node.store.views.tables import APPOINTMENT, ENTRY

FOLDED_CHARS: Final = 400
"""How much of an entry's words a search in the chart sees."""

_NO_WORDS: Final = {"reason": "", "comment": "", "override_reason": ""}
_KEPT: Final = frozenset({"number", "pending"})
"""Columns of a row that a change leaves alone."""


def _replacing(table: Table, key: str) -> Insert:
    """Build what writes a row over the older one of its key."""
    statement = insert(table)
    changed = [column.name for column in table.c if column.name not in {key, *_KEPT}]
    return statement.on_conflict_do_update(
        index_elements=[table.c[key]],
        set_={name: statement.excluded[name] for name in changed},
        where=statement.excluded.version >= table.c.version if "version" in table.c else None,
    )


_WRITE_ENTRY: Final = _replacing(ENTRY, "record")
_WRITE_APPOINTMENT: Final = _replacing(APPOINTMENT, "id")


def apply_changes(connection: Connection, changes: Sequence[ViewChange]) -> None:
    """Take `changes` over, inside the caller's transaction."""
    for kind, run in groupby(changes, type):
        _WRITERS[kind](connection, list(run))


def clean(row: dict[str, Any]) -> dict[str, Any]:
    """Give `row` with every text in a form the store can keep."""
    return {
        name: storable(value) if isinstance(value, str) else value for name, value in row.items()
    }


def _write_entries(connection: Connection, changes: Sequence[EntrySeen]) -> None:
    write_many(connection, _WRITE_ENTRY, [_entry_row(change) for change in changes])


def _entry_row(change: EntrySeen) -> dict[str, Any]:
    row = change.row
    return clean(
        {
            "record": change.record,
            "patient": change.patient,
            "section": row.section.value,
            "sort_ms": row.sort_ms,
            "recorded_ms": change.recorded_ms,
            "version": change.version,
            "category": change.category.value,
            "resource_type": change.resource_type,
            "reference": change.reference,
            "full_url": change.full_url,
            "author": change.author,
            "transaction_id": change.transaction,
            "origin": change.origin,
            "amended": change.amends,
            "none_known": row.none_known,
            "title": row.title,
            "detail": row.detail,
            "status": row.status,
            "when_text": row.when,
            "value": row.value,
            "unit": row.unit,
            "code": row.code,
            "interpretation": row.interpretation,
            "reference_low": row.reference_low,
            "reference_high": row.reference_high,
            "encounter": row.encounter,
            "folded": fold(f"{row.title} {row.code} {row.value} {row.detail}"[:FOLDED_CHARS]),
            "pending": 0,
        }
    )


def _write_appointments(connection: Connection, changes: Sequence[AppointmentSeen]) -> None:
    write_many(
        connection,
        _WRITE_APPOINTMENT,
        [
            clean(
                {
                    "id": change.id,
                    "provider": change.provider,
                    "patient": change.patient,
                    "start_ms": change.start_ms,
                    "minutes": change.minutes,
                    "wall_start": change.wall_start,
                    "time_zone": change.time_zone,
                    "status": change.status.value,
                    "status_ms": change.status_ms,
                    "override": change.override,
                    "reason": change.reason,
                    "comment": change.comment,
                    "override_reason": change.override_reason,
                    "words_of": change.words_of,
                    "pending": 0,
                }
            )
            for change in changes
        ],
    )


def _move_appointments(connection: Connection, changes: Sequence[AppointmentMoved]) -> None:
    rows = [
        {
            "of": change.id,
            "provider": change.provider,
            "start_ms": change.start_ms,
            "minutes": change.minutes,
            "wall_start": change.wall_start,
            "time_zone": change.time_zone,
            "override": change.override,
        }
        for change in changes
    ]
    _change_appointments(connection, rows)


def _change_statuses(connection: Connection, changes: Sequence[AppointmentStatusChanged]) -> None:
    rows = [
        {"of": change.id, "status": change.status.value, "status_ms": change.at_ms}
        for change in changes
    ]
    _change_appointments(connection, rows)


def _write_words(connection: Connection, changes: Sequence[AppointmentWords]) -> None:
    rows = [
        {
            "of": change.id,
            "reason": change.reason,
            "comment": change.comment,
            "override_reason": change.override_reason,
            "words_of": change.words_of,
        }
        for change in changes
    ]
    _change_appointments(connection, rows)


def _change_appointments(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    names = [name for name in rows[0] if name != "of"]
    statement = update(APPOINTMENT).where(APPOINTMENT.c.id == bindparam("of"))
    connection.execute(
        statement.values({name: bindparam(name) for name in names}), [clean(row) for row in rows]
    )


def _forget_categories(connection: Connection, changes: Sequence[CategoryForgotten]) -> None:
    put_back(connection, rows_ahead(connection, {change.patient for change in changes}))
    rows = [{"of": change.patient, "kept": change.category.value} for change in changes]
    connection.execute(
        delete(ENTRY).where(
            and_(ENTRY.c.patient == bindparam("of"), ENTRY.c.category == bindparam("kept"))
        ),
        rows,
    )
    unnamed = [c.patient for c in changes if c.category is Category.DEMOGRAPHICS]
    forget_patients(connection, unnamed)
    silent = [c.patient for c in changes if c.category is Category.APPOINTMENTS]
    _silence_appointments(connection, silent)


def _forget_patients(connection: Connection, changes: Sequence[PatientForgotten]) -> None:
    patients = [change.patient for change in changes]
    put_back(connection, rows_ahead(connection, set(patients)))
    forget_patients(connection, patients)
    connection.execute(
        delete(ENTRY).where(ENTRY.c.patient == bindparam("of")),
        [{"of": patient} for patient in patients],
    )
    _silence_appointments(connection, patients)


def _silence_appointments(connection: Connection, patients: Sequence[PatientId]) -> None:
    """Take the words away; the time stays taken, as it does on the ledger."""
    if patients:
        connection.execute(
            update(APPOINTMENT).where(APPOINTMENT.c.patient == bindparam("of")).values(**_NO_WORDS),
            [{"of": patient} for patient in patients],
        )


_WRITERS: Final[dict[type[ViewChange], Callable[[Connection, Any], None]]] = {
    PatientSeen: write_patients,
    EntrySeen: _write_entries,
    AppointmentSeen: _write_appointments,
    AppointmentMoved: _move_appointments,
    AppointmentStatusChanged: _change_statuses,
    AppointmentWords: _write_words,
    CategoryForgotten: _forget_categories,
    PatientForgotten: _forget_patients,
}
