"""Changes a team's view is fed with: Ada and Bob, their entries and their appointments."""

from dataclasses import replace
from datetime import UTC, datetime

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import (
    AppointmentId,
    PatientId,
    PersonId,
    RecordId,
    RecordNumber,
    TransactionId,
)
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.projection import EntryRow, PatientRow, SectionKind
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.store.views.changes import AppointmentSeen, EntrySeen, PatientSeen

KEY = bytes(range(32))
ADA = PatientId("a" * 32)
BOB = PatientId("b" * 32)
DOCTOR = PersonId("d" * 32)
NURSE = PersonId("e" * 32)
NAMES = {DOCTOR: "Dr Grace Hopper", NURSE: "Nurse Joy"}
NINE = int(datetime(2026, 8, 14, 9, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
ADA_LOVELACE = Demographics(
    "Lovelace", "Ada", "1980-08-14", Sex.FEMALE, RecordNumber("P-000007"), "INS-42"
)


def registered(
    patient: PatientId = ADA, demographics: Demographics = ADA_LOVELACE, **changes: object
) -> PatientSeen:
    seen = PatientSeen(
        patient,
        RecordId(f"1{patient[1:]}"),
        PatientRow(demographics),
        f"Patient/{patient[:4]}",
        1,
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def written(number: int = 1, row: EntryRow | None = None, **changes: object) -> EntrySeen:
    seen = EntrySeen(
        patient=ADA,
        record=RecordId(f"{number:032x}"),
        version=1,
        category=Category.NOTES,
        resource_type="DocumentReference",
        reference=f"DocumentReference/{number}",
        full_url=f"urn:uuid:{number}",
        recorded_ms=NINE + number,
        author=DOCTOR,
        transaction=TransactionId(f"{number:064x}"),
        origin="",
        amends=False,
        row=row or note(number),
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def note(number: int = 1, title: str = "Visit note", **changes: object) -> EntryRow:
    row = EntryRow(SectionKind.NOTES, title, sort_ms=NINE + number * DAY)
    return replace(row, **changes)  # type: ignore[arg-type]


def allergy(number: int, **changes: object) -> EntrySeen:
    row = replace(EntryRow(SectionKind.ALLERGIES, "Penicillin"), **changes)  # type: ignore[arg-type]
    return written(number, row, category=Category.EMERGENCY)


def booked(
    number: int = 1, start_ms: int = NINE, minutes: int = 15, **changes: object
) -> AppointmentSeen:
    seen = AppointmentSeen(
        id=AppointmentId(f"{number:032x}"),
        provider=DOCTOR,
        patient=ADA,
        start_ms=start_ms,
        minutes=minutes,
        wall_start="2026-08-14T11:00:00",
        time_zone="Europe/Berlin",
        status=AppointmentStatus.BOOKED,
        status_ms=NINE - DAY,
        override=False,
        reason="Check-up",
        comment="brings letters",
        override_reason="",
    )
    return replace(seen, **changes)  # type: ignore[arg-type]
