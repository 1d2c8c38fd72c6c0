"""Work that was signed in good faith and refused later, when the workstations met again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.schedule import Slot


@dataclass(frozen=True, slots=True)
class RefusedBooking:
    """The time that was wanted. `moved` names the appointment that was to be moved there, None
    for a new one; `wall_start` is the clinic's time in ISO 8601, `alternatives` the provider's
    next free times.
    """

    provider: PersonId
    provider_name: str
    start: datetime
    length: timedelta
    wall_start: str
    moved: AppointmentId | None = None
    reason: str = ""
    comment: str = ""
    alternatives: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedWork:
    """A transaction somebody was told is pending, and which rule refused it.

    `patient` is None when this workstation cannot tell whom it is about; `title` says which record
    it is, for what belongs in a chart. `kept` is the part of the record it was for where its author
    alone has it still and nothing writes it again by itself; None otherwise.
    """

    transaction: TransactionId
    kind: str
    rule: str
    signed: datetime
    patient: PatientId | None = None
    patient_name: str = ""
    title: str = ""
    booking: RefusedBooking | None = None
    kept: Category | None = None


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A version of a record that was not accepted, as its author has it still: `body` are the JSON
    bytes of a FHIR resource.
    """

    record: RecordId
    version: int
    body: bytes
