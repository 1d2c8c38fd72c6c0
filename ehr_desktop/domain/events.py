"""What the node tells the rest of the program. Frozen, past tense, ids only."""

from dataclasses import dataclass
from datetime import date

from ehr_desktop.domain.ids import PatientId, PersonId


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened."""


@dataclass(frozen=True, slots=True)
class LedgerGrew(Event):
    """A block became final."""

    height: int


@dataclass(frozen=True, slots=True)
class AppointmentsChanged(Event):
    """Something in the day book of `provider` around `day` (UTC) changed; None stands for any."""

    day: date | None
    provider: PersonId | None


@dataclass(frozen=True, slots=True)
class PatientsChanged(Event):
    """Somebody was registered or changed."""

    patient: PatientId


@dataclass(frozen=True, slots=True)
class ChartChanged(Event):
    """A record of `patient` was added or amended."""

    patient: PatientId


@dataclass(frozen=True, slots=True)
class PeopleChanged(Event):
    """An account was added or changed."""


@dataclass(frozen=True, slots=True)
class CheckFinished(Event):
    """A full check has ended."""

    faults: int


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far a long job has come; `total` is 0 while it is not known."""

    job: str
    done: int
    total: int
