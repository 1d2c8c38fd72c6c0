"""Rows of the patient table as domain values."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from ehr_desktop.domain.ids import PatientId, RecordId, RecordNumber
from ehr_desktop.domain.patients import Demographics, PatientSummary, Sex
from ehr_desktop.node.store.views.tables import PATIENT


def to_patient(row: Row[Any]) -> PatientSummary:
    """Make the domain's value of one row of the patient table."""
    return PatientSummary(
        PatientId(row.id),
        RecordId(row.record),
        Demographics(
            family=row.family,
            given=row.given,
            birth_date=row.birth_date,
            sex=Sex(row.sex),
            record_number=RecordNumber(row.record_number),
            insurance_id=row.insurance_id,
            phone=row.phone,
            email=row.email,
            address=row.address,
            deceased=row.deceased,
        ),
        bool(row.pending),
    )


def summaries(connection: Connection, numbers: Iterable[int]) -> dict[int, PatientSummary]:
    """Give the patients of these rows, in any order."""
    rows = connection.execute(select(PATIENT).where(PATIENT.c.number.in_(list(numbers))))
    return {row.number: to_patient(row) for row in rows}
