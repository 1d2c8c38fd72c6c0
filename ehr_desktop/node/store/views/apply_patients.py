"""Writing patients with everything they are found by, and taking all of it away again."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.store.views.changes import PatientSeen
from ehr_desktop.node.store.views.folding import compact, digits, name_parts, storable, words
from ehr_desktop.node.store.views.tables import (
    ABOUT,
    HANDLE,
    IDENTIFIER,
    NAME_PART,
    PATIENT,
    WORD,
    HandleKind,
    NameKind,
)

RUNNING_NUMBER: Final = re.compile(r"P-(\d{1,9})\Z", re.ASCII)
"""The clinic's own record numbers."""

_KEPT: Final = frozenset({"number", "id", "pending"})
_CHUNK: Final = 500
_PHONE_DIGITS: Final = 40
_SHORTEST_RUN: Final = 3
_IDENTIFIERS: Final = 64


def write_patients(connection: Connection, changes: Sequence[PatientSeen]) -> None:
    """Write the newest of `changes` for each patient, replacing what was known."""
    newest = {change.patient: change for change in changes}
    for chunk in _chunks(list(newest)):
        _drop_index(connection, list(_numbers(connection, chunk).values()))
        _upsert(connection, [newest[patient] for patient in chunk])
        numbers = _numbers(connection, chunk)
        _write_index(connection, [(numbers[patient], newest[patient]) for patient in chunk])
    _raise_running_number(connection, changes)


def forget_patients(connection: Connection, patients: Sequence[PatientId]) -> None:
    """Delete these patients and every word they could be found by."""
    for chunk in _chunks(patients):
        _drop_index(connection, list(_numbers(connection, chunk).values()))
        connection.execute(delete(PATIENT).where(PATIENT.c.id.in_(chunk)))


def index_rows(connection: Connection, number: int) -> dict[str, list[dict[str, Any]]]:
    """Give what the patient of a row is found by, by table."""
    return {
        table.name: [
            dict(row)
            for row in connection.execute(select(table).where(table.c.patient == number)).mappings()
        ]
        for table in (NAME_PART, HANDLE, IDENTIFIER)
    }


def put_index_back(connection: Connection, kept: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write what `index_rows` gave, for a patient who is found by nothing now."""
    for table in (NAME_PART, HANDLE, IDENTIFIER):
        if kept[table.name]:
            connection.execute(insert(table), kept[table.name])
    names = [(NameKind(row["kind"]), row["text"]) for row in kept[NAME_PART.name]]
    _count_words(connection, Counter(_words_of(names)))


def _chunks(patients: Sequence[PatientId]) -> Iterable[Sequence[PatientId]]:
    return (patients[start : start + _CHUNK] for start in range(0, len(patients), _CHUNK))


def _numbers(connection: Connection, patients: Sequence[PatientId]) -> dict[PatientId, int]:
    rows = connection.execute(
        select(PATIENT.c.id, PATIENT.c.number).where(PATIENT.c.id.in_(patients))
    )
    return {PatientId(row[0]): row[1] for row in rows}


def _upsert(connection: Connection, changes: Sequence[PatientSeen]) -> None:
    statement = insert(PATIENT)
    columns = [column.name for column in PATIENT.c if column.name not in _KEPT]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[PATIENT.c.id],
            set_={name: statement.excluded[name] for name in columns},
        ),
        [_patient_row(change) for change in changes],
    )


def _patient_row(change: PatientSeen) -> dict[str, Any]:
    known = change.row.demographics
    texts = {
        "id": change.patient,
        "record": change.record,
        "reference": change.reference,
        "full_url": change.full_url,
        "sort_name": " ".join(words(known.family) + words(known.given)),
        "family": known.family,
        "given": known.given,
        "birth_date": known.birth_date,
        "sex": known.sex.value,
        "record_number": known.record_number,
        "insurance_id": known.insurance_id,
        "phone": known.phone,
        "email": known.email,
        "address": known.address,
        "deceased": known.deceased,
        "transaction_id": change.transaction,
    }
    cleaned: dict[str, Any] = {name: storable(text) for name, text in texts.items()}
    return cleaned | {"changed_ms": change.changed_ms}


def _write_index(connection: Connection, numbered: Sequence[tuple[int, PatientSeen]]) -> None:
    parts, handles, identifiers = [], [], []
    uses: Counter[str] = Counter()
    for number, change in numbered:
        known = change.row.demographics
        names = name_parts(known.family, known.given, change.row.other_names)
        parts += [{"kind": kind, "text": text, "patient": number} for kind, text in names]
        uses.update(_words_of(names))
        handles += [
            {"kind": kind, "text": text, "patient": number} for kind, text in _handles(change)
        ]
        values = dict.fromkeys(map(storable, change.row.identifiers))
        identifiers += [{"value": value, "patient": number} for value in values]
    for table, rows in ((NAME_PART, parts), (HANDLE, handles), (IDENTIFIER, identifiers)):
        if rows:
            # in key order, pages are written once and not here and there
            connection.execute(insert(table), sorted(rows, key=lambda row: tuple(row.values())))
    _count_words(connection, uses)


def _drop_index(connection: Connection, numbers: Sequence[int]) -> None:
    if not numbers:
        return
    rows = connection.execute(
        select(NAME_PART.c.patient, NAME_PART.c.kind, NAME_PART.c.text).where(
            NAME_PART.c.patient.in_(numbers)
        )
    )
    names: dict[int, set[tuple[NameKind, str]]] = {}
    for number, kind, text in rows:
        names.setdefault(number, set()).add((NameKind(kind), text))
    uses: Counter[str] = Counter()
    for parts in names.values():
        uses.subtract(_words_of(parts))
    _count_words(connection, uses)
    for table in (NAME_PART, HANDLE, IDENTIFIER):
        connection.execute(delete(table).where(table.c.patient.in_(numbers)))


def _words_of(parts: Iterable[tuple[NameKind, str]]) -> set[str]:
    return {text.partition(" ")[0] for kind, text in parts if kind is not NameKind.INITIALS}


def _count_words(connection: Connection, uses: Counter[str]) -> None:
    if not uses:
        return
    statement = insert(WORD)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[WORD.c.text], set_={"uses": WORD.c.uses + statement.excluded.uses}
        ),
        [{"text": text, "uses": count} for text, count in sorted(uses.items())],
    )
    if min(uses.values()) < 0:
        connection.execute(delete(WORD).where(WORD.c.uses <= 0))


def _handles(change: PatientSeen) -> set[tuple[HandleKind, str]]:
    known = change.row.demographics
    found = {(HandleKind.IDENTIFIER, compact(one)) for one in change.row.identifiers[:_IDENTIFIERS]}
    for kind, text in (
        (HandleKind.RECORD_NUMBER, known.record_number),
        (HandleKind.INSURANCE_ID, known.insurance_id),
    ):
        number = digits(text)[:_PHONE_DIGITS]
        found |= {(kind, compact(text)), (kind, number), (kind, number.lstrip("0"))}
    called = digits(known.phone.replace("(0)", ""))[:_PHONE_DIGITS]
    runs = range(len(called) - _SHORTEST_RUN + 1)
    found |= {(HandleKind.PHONE, called[start:]) for start in runs}
    found.add((HandleKind.EMAIL, storable(known.email).strip().lower()))
    return {(kind, text) for kind, text in found if text}


def _raise_running_number(connection: Connection, changes: Sequence[PatientSeen]) -> None:
    matches = (RUNNING_NUMBER.match(change.row.demographics.record_number) for change in changes)
    highest = max((int(found[1]) for found in matches if found), default=0)
    known = select(ABOUT.c.value).where(ABOUT.c.name == "record_number")
    if highest > int(connection.execute(known).scalar_one_or_none() or 0):
        statement = insert(ABOUT).values(name="record_number", value=str(highest))
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[ABOUT.c.name], set_={"value": str(highest)}
            )
        )
