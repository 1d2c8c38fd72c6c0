"""Questions about one patient's chart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, select

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import (
    AllergyStatement,
    ChartSummary,
    Entry,
    EntrySource,
    Section,
)
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.folding import words
from ehr_desktop.node.store.views.patient_rows import to_patient
from ehr_desktop.node.store.views.tables import ENTRY, PATIENT

MOST_ROWS: Final = 500
"""The longest page of a section, and the longest list of allergies."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STRUCK_OUT: Final = frozenset({"entered-in-error", "refuted"})
_PAST: Final = frozenset({"inactive", "resolved"})
_COLUMNS: Final = [
    column for column in ENTRY.c if column.name not in {"number", "patient", "folded"}
]


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One record of a patient, for an export. `reference` is `Type/id`."""

    record: RecordId
    category: Category
    resource_type: str
    reference: str
    full_url: str


class ChartQueries:
    """What a chart asks. Any thread. `names` gives authors' display names."""

    def __init__(self, database: Database, team: Team) -> None:
        self._database = database
        self._team = team

    def summary(
        self, patient: PatientId, names: Mapping[PersonId, str], *, per_section: int = 50
    ) -> ChartSummary:
        """Give what opens first: all of it seen in one state of the view.

        Raises:
            NotFoundError: this view holds no such patient.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(PATIENT).where(PATIENT.c.id == patient)).one_or_none()
            if row is None:
                raise NotFoundError(patient)
            totals = _totals(connection, patient)
            allergies = _entries(connection, names, MOST_ROWS, 0, *_in(patient, _ALLERGIES))
            statement = self._allergy_statement(connection, patient)
            sections = {
                kind: Section(
                    kind.value,
                    _entries(connection, names, per_section, 0, *_in(patient, kind))
                    if kind in totals
                    else (),
                    totals.get(kind, 0),
                )
                for kind in SectionKind
                if kind is not _ALLERGIES
            }
        return ChartSummary(
            patient=to_patient(row),
            allergy_statement=statement,
            allergies=allergies,
            **{kind.value: section for kind, section in sections.items()},
        )

    def section(
        self,
        patient: PatientId,
        kind: SectionKind,
        names: Mapping[PersonId, str],
        *,
        limit: int = 100,
        offset: int = 0,
        text: str = "",
    ) -> Section:
        """Give one page of a section, newest first; with `text`, only entries that hold all of
        its words or their beginnings, and `total` counts those.
        """
        wanted = [*_in(patient, kind), *_holding(text)]
        with self._database.reading() as connection:
            entries = _entries(connection, names, limit, offset, *wanted)
            total = select(func.count()).select_from(ENTRY).where(*wanted)
            return Section(kind.value, entries, connection.execute(total).scalar_one())

    def trend(
        self, patient: PatientId, code: str, names: Mapping[PersonId, str], limit: int = 2000
    ) -> tuple[Entry, ...]:
        """Give the latest `limit` entries with a value and this code, oldest first."""
        newest = (
            select(*_COLUMNS)
            .where(ENTRY.c.patient == patient, ENTRY.c.code == code, ENTRY.c.value != "")
            .order_by(ENTRY.c.sort_ms.desc(), ENTRY.c.recorded_ms.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(newest).all()
        return tuple(_to_entry(row, names) for row in reversed(rows))

    def entry(self, record: RecordId, names: Mapping[PersonId, str]) -> Entry:
        """Give the newest version of one entry.

        Raises:
            NotFoundError: this view holds no such record.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                select(*_COLUMNS).where(ENTRY.c.record == record)
            ).one_or_none()
        if row is None:
            raise NotFoundError(record)
        return _to_entry(row, names)

    def records(self, patient: PatientId) -> tuple[ExportRow, ...]:
        """Give every record of a patient this view knows, the Patient resource first."""
        columns = (ENTRY.c.record, ENTRY.c.category, ENTRY.c.resource_type, ENTRY.c.reference)
        own = select(PATIENT.c.record, PATIENT.c.reference, PATIENT.c.full_url)
        rest = select(*columns, ENTRY.c.full_url).order_by(ENTRY.c.number)
        with self._database.reading() as connection:
            first = connection.execute(own.where(PATIENT.c.id == patient)).all()
            others = connection.execute(rest.where(ENTRY.c.patient == patient)).all()
        demographics = Category.DEMOGRAPHICS.value
        rows = [(row[0], demographics, "Patient", row[1], row[2]) for row in first]
        return tuple(
            ExportRow(RecordId(record), Category(category), resource_type, reference, full_url)
            for record, category, resource_type, reference, full_url in (*rows, *map(tuple, others))
        )

    def counts(self, patient: PatientId) -> dict[SectionKind, int]:
        """Give how many entries each section has that has any."""
        with self._database.reading() as connection:
            return _totals(connection, patient)

    def count(self) -> int:
        """Give how many entries there are of all patients."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()

    def _allergy_statement(self, connection: Connection, patient: PatientId) -> AllergyStatement:
        """Say what is known of allergies. Struck out statements count for nothing; past allergies
        are no reason to say that there are none.
        """
        if self._team is not Team.CLINICAL:
            return AllergyStatement.UNAVAILABLE
        rows = connection.execute(
            select(ENTRY.c.none_known, ENTRY.c.status).where(*_in(patient, _ALLERGIES))
        )
        standing = [(none, status) for none, status in rows if status not in _STRUCK_OUT]
        if any(not none and status not in _PAST for none, status in standing):
            return AllergyStatement.KNOWN
        if any(none and status not in _PAST for none, status in standing):
            return AllergyStatement.NONE_KNOWN
        return AllergyStatement.NOT_RECORDED


_ALLERGIES: Final = SectionKind.ALLERGIES


def _in(patient: PatientId, kind: SectionKind) -> tuple[ColumnElement[bool], ...]:
    return ENTRY.c.patient == patient, ENTRY.c.section == kind.value


def _holding(text: str) -> Iterable[ColumnElement[bool]]:
    spaced = " " + ENTRY.c.folded
    return (func.instr(spaced, f" {word}") > 0 for word in words(text)[:8])


def _totals(connection: Connection, patient: PatientId) -> dict[SectionKind, int]:
    rows = connection.execute(
        select(ENTRY.c.section, func.count())
        .where(ENTRY.c.patient == patient)
        .group_by(ENTRY.c.section)
    )
    return {SectionKind(row[0]): row[1] for row in rows}


def _entries(
    connection: Connection,
    names: Mapping[PersonId, str],
    limit: int,
    offset: int,
    *wanted: ColumnElement[bool],
) -> tuple[Entry, ...]:
    page = (
        select(*_COLUMNS)
        .where(*wanted)
        .order_by(ENTRY.c.sort_ms.desc(), ENTRY.c.recorded_ms.desc(), ENTRY.c.number.desc())
        .limit(max(0, min(limit, MOST_ROWS)))
        .offset(max(0, offset))
    )
    return tuple(_to_entry(row, names) for row in connection.execute(page))


def _to_entry(row: Row[Any], names: Mapping[PersonId, str]) -> Entry:
    source = EntrySource(
        record=RecordId(row.record),
        version=row.version,
        category=Category(row.category),
        resource_type=row.resource_type,
        recorded=_EPOCH + timedelta(milliseconds=row.recorded_ms),
        author=PersonId(row.author),
        author_name="" if row.origin else names.get(PersonId(row.author), ""),
        transaction=TransactionId(row.transaction_id),
        amended=row.amended,
        origin=row.origin,
    )
    return Entry(
        source=source,
        kind=row.section,
        title=row.title,
        detail=row.detail,
        status=row.status,
        when=row.when_text,
        value=row.value,
        unit=row.unit,
        code=row.code,
        interpretation=row.interpretation,
        reference_low=row.reference_low,
        reference_high=row.reference_high,
        encounter=row.encounter,
    )
