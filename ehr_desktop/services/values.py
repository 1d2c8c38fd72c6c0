"""What goes into a use case and what comes out of it, beyond the values of the domain."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary, Receipt
from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.ledger import Outcome
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Actor, Clinic, Role
from ehr_desktop.domain.schedule import Appointment, Slot


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made. The password is never shown again and never written down."""

    account_name: str
    display_name: str
    role: Role
    password: str = field(repr=False)
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Founding:
    """All that a clinic needs to begin: itself, its first administrator and this workstation."""

    clinic: Clinic
    administrator: NewAccount
    workstation_name: str
    proposers: ProposerMode = ProposerMode.AUTHORITY


@dataclass(frozen=True, slots=True)
class Strength:
    """How good a password is, from 0 (refused) to 4. `reason` is the code of a
    `WeakPasswordError`, or empty when the password is accepted.
    """

    score: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenChart:
    """A chart that was opened for a person: what to show first, and the receipt to ask on with."""

    actor: Actor
    receipt: Receipt
    summary: ChartSummary


@dataclass(frozen=True, slots=True)
class VitalEntry:
    """A vital sign as typed. A blood pressure has two `values`, systolic first."""

    kind: str
    values: tuple[str, ...]
    when: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment that is wanted. `start` is aware."""

    provider: PersonId
    patient: PatientId
    start: datetime
    length: timedelta
    reason: str = ""
    comment: str = ""
    override_reason: str = ""


class SlotTakenError(RefusedError):
    """The provider is busy then. `alternatives` are the next free slots, soonest first."""

    def __init__(
        self, outcome: Outcome, taken: Appointment | None, alternatives: tuple[Slot, ...]
    ) -> None:
        super().__init__(outcome)
        self.taken = taken
        self.alternatives = alternatives


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import has come. `file` is a file name, `file_index` counts from 0."""

    file: str
    file_index: int
    files: int
    entries: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `error` is a code when it could not be used at all."""

    name: str
    taken: int
    unchanged: int
    refused: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """One entry of a file that was not taken; `index` counts from 0."""

    file: str
    index: int
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import took, left as it was, and refused."""

    files: tuple[FileReport, ...]
    patients: int
    new_patients: int
    taken: int
    unchanged: int
    refused: tuple[RefusedEntry, ...]
    seconds: float
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `left_out` are the categories the person's keys do not open."""

    resources: int
    bytes: int
    left_out: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """Something typed and not yet saved."""

    text: str
    saved: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """Where a new workstation can reach this one while it is let in: addresses with their port,
    for whoever has to type one, and until when.
    """

    addresses: tuple[str, ...]
    until: datetime
