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
    """Something was booked in the day book of `provider` on `day` (UTC)."""

    day: date
    provider: PersonId


@dataclass(frozen=True, slots=True)
class DayBookChanged(Event):
    """An appointment was moved or went on to another status; which days show it is not told."""


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
