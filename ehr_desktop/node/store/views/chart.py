"""Questions about one patient's chart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, SENSITIVE_CATEGORIES, Category
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

_NOTHING: Final[Mapping[Category, int]] = MappingProxyType({})
_MAY_HOLD_ALLERGIES: Final = SENSITIVE_CATEGORIES | {Category.EMERGENCY}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STRUCK_OUT: Final = frozenset({"entered-in-error", "refuted"})
_PAST: Final = frozenset({"inactive", "resolved"})
_CATEGORIES: Final = {category.value: category for category in Category}
_E: Final = ENTRY.c
_COLUMNS: Final = (
    *(_E.record, _E.version, _E.category, _E.resource_type, _E.recorded_ms, _E.author),
    *(
        _E.transaction_id,
        _E.amended,
        _E.origin,
        _E.pending,
        _E.section,
        _E.title,
        _E.detail,
        _E.status,
    ),
    *(_E.when_text, _E.value, _E.unit, _E.code, _E.interpretation, _E.reference_low),
    *(_E.reference_high, _E.encounter),
)
"""What `_to_entry` unpacks: what `EntrySource` holds, then the fields of `Entry`, in order."""

_PAGE: Final = (
    select(*_COLUMNS)
    .where(_E.patient == bindparam("of"), _E.section == bindparam("kind"))
    .order_by(_E.sort_ms.desc(), _E.recorded_ms.desc(), _E.number.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)


Categories = frozenset[Category] | None
"""The categories whose entries count; None for all."""


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
        self,
        patient: PatientId,
        names: Mapping[PersonId, str],
        *,
        per_section: int = 25,
        categories: Categories = None,
        on_way: Mapping[Category, int] = _NOTHING,
    ) -> ChartSummary:
        """Give what opens first: all of it seen in one state of the view. `on_way` counts what that
        state may lack.

        Raises:
            NotFoundError: this view holds no such patient.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(PATIENT).where(PATIENT.c.id == patient)).one_or_none()
            if row is None:
                raise NotFoundError(patient)
            shown = _of_categories(categories)
            totals = _totals(connection, patient, shown)
            allergies = _entries(connection, names, patient, _ALLERGIES, shown, limit=MOST_ROWS)
            statement = self._allergy_statement(connection, patient, categories, on_way)
            sections = {
                kind.value: Section(
                    kind.value,
                    _entries(connection, names, patient, kind, shown, limit=per_section),
                    totals[kind],
                )
                if kind in totals
                else Section(kind.value, (), 0)
                for kind in SectionKind
                if kind is not _ALLERGIES
            }
        return ChartSummary(
            patient=to_patient(row),
            allergy_statement=statement,
            allergies=allergies,
            on_way=on_way,
            **sections,
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
        categories: Categories = None,
    ) -> Section:
        """Give one page of a section, newest first; with `text`, only entries that hold all of
        its words or their beginnings, and `total` counts those.
        """
        chosen = [*_of_categories(categories), *_holding(text)]
        wanted = [*_in(patient, kind), *chosen]
        total = select(func.count()).select_from(ENTRY).where(*wanted)
        with self._database.reading() as connection:
            entries = _entries(connection, names, patient, kind, chosen, limit=limit, offset=offset)
            return Section(kind.value, entries, connection.execute(total).scalar_one())

    def trend(
        self,
        patient: PatientId,
        code: str,
        names: Mapping[PersonId, str],
        limit: int = 2000,
        categories: Categories = None,
    ) -> tuple[Entry, ...]:
        """Give the latest `limit` entries with a value and this code, oldest first."""
        newest = (
            select(*_COLUMNS)
            .where(_E.patient == patient, _E.code == code, _E.value != "")
            .where(*_of_categories(categories))
            .order_by(_E.sort_ms.desc(), _E.recorded_ms.desc())
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
            row = connection.execute(select(*_COLUMNS).where(_E.record == record)).one_or_none()
        if row is None:
            raise NotFoundError(record)
        return _to_entry(row, names)

    def records(self, patient: PatientId) -> tuple[ExportRow, ...]:
        """Give every record of a patient this view knows, the Patient resource first."""
        columns = (_E.record, _E.category, _E.resource_type, _E.reference)
        own = select(PATIENT.c.record, PATIENT.c.reference, PATIENT.c.full_url)
        rest = select(*columns, _E.full_url).order_by(_E.number)
        with self._database.reading() as connection:
            first = connection.execute(own.where(PATIENT.c.id == patient)).all()
            others = connection.execute(rest.where(_E.patient == patient)).all()
        demographics = Category.DEMOGRAPHICS.value
        rows = [(row[0], demographics, "Patient", row[1], row[2]) for row in first]
        return tuple(
            ExportRow(RecordId(record), Category(category), resource_type, reference, full_url)
            for record, category, resource_type, reference, full_url in (*rows, *map(tuple, others))
        )

    def counts(self, patient: PatientId) -> dict[SectionKind, int]:
        """Give how many entries each section has that has any."""
        with self._database.reading() as connection:
            return _totals(connection, patient, ())

    def count(self) -> int:
        """Give how many entries there are of all patients."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()

    def categories(self, patient: PatientId) -> frozenset[Category]:
        """Give the categories this view shows entries of."""
        chosen = select(_E.category).where(_E.patient == patient).distinct()
        with self._database.reading() as connection:
            return frozenset(Category(name) for name in connection.execute(chosen).scalars())

    def _allergy_statement(
        self,
        connection: Connection,
        patient: PatientId,
        categories: Categories,
        on_way: Mapping[Category, int],
    ) -> AllergyStatement:
        """Say what is known of allergies. Struck out statements count for nothing; past allergies
        are no reason to say that there are none, nor is what has not come yet.
        """
        if self._team is not Team.CLINICAL or (
            categories is not None and Category.EMERGENCY not in categories
        ):
            return AllergyStatement.UNAVAILABLE
        rows = connection.execute(select(_E.none_known, _E.status).where(*_in(patient, _ALLERGIES)))
        standing = [(none, status) for none, status in rows if status not in _STRUCK_OUT]
        if any(not none and status not in _PAST for none, status in standing):
            return AllergyStatement.KNOWN
        if not _MAY_HOLD_ALLERGIES.isdisjoint(on_way):
            return AllergyStatement.INCOMPLETE
        if any(none and status not in _PAST for none, status in standing):
            return AllergyStatement.NONE_KNOWN
        return AllergyStatement.NOT_RECORDED


_ALLERGIES: Final = SectionKind.ALLERGIES


def _in(patient: PatientId, kind: SectionKind) -> tuple[ColumnElement[bool], ...]:
    return _E.patient == patient, _E.section == kind.value


def _of_categories(categories: Categories) -> list[ColumnElement[bool]]:
    if categories is None or categories >= CLINICAL_CATEGORIES:
        return []
    return [_E.category.in_([category.value for category in categories])]


def _holding(text: str) -> Iterable[ColumnElement[bool]]:
    spaced = " " + _E.folded
    return (func.instr(spaced, f" {word}") > 0 for word in words(text)[:8])


def _totals(
    connection: Connection, patient: PatientId, chosen: Iterable[ColumnElement[bool]]
) -> dict[SectionKind, int]:
    rows = connection.execute(
        select(_E.section, func.count()).where(_E.patient == patient, *chosen).group_by(_E.section)
    )
    return {SectionKind(row[0]): row[1] for row in rows}


def _entries(
    connection: Connection,
    names: Mapping[PersonId, str],
    patient: PatientId,
    kind: SectionKind,
    chosen: Iterable[ColumnElement[bool]],
    *,
    limit: int,
    offset: int = 0,
) -> tuple[Entry, ...]:
    most, skipped = max(0, min(limit, MOST_ROWS)), max(0, offset)
    values = {"of": patient, "kind": kind.value, "most": most, "skipped": skipped}
    rows = connection.execute(_PAGE.where(*chosen), values).all()
    return tuple(_to_entry(row, names) for row in rows)


def _to_entry(row: Sequence[Any], names: Mapping[PersonId, str]) -> Entry:
    record, version, category, kind, recorded_ms, author, transaction, amended, *rest = row
    origin, pending, *line = rest
    source = EntrySource(
        RecordId(record),
        version,
        _CATEGORIES[category],
        kind,
        _EPOCH + timedelta(milliseconds=recorded_ms),
        PersonId(author),
        "" if origin else names.get(author, ""),
        TransactionId(transaction),
        amended,
        origin,
        bool(pending),
    )
    return Entry(source, *line)
