"""What the node tells the rest of the program. Frozen, past tense, ids only."""

from dataclasses import dataclass
from datetime import date, datetime

from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.network import FoundDoor


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
class ContainersArrived(Event):
    """Containers or keys that the ledger had promised came in from other workstations."""


@dataclass(frozen=True, slots=True)
class NetworkChanged(Event):
    """A workstation came, went, caught up or was measured anew."""


@dataclass(frozen=True, slots=True)
class ConsensusChanged(Event):
    """A vote was cast, a slot opened or mining went on; told a few times a second at most."""


@dataclass(frozen=True, slots=True)
class PendingChanged(Event):
    """The number of transactions that wait to become final has changed."""

    count: int


@dataclass(frozen=True, slots=True)
class WorkRefused(Event):
    """Something `person` signed was refused, maybe after they were told that it is pending; or is
    settled since.
    """

    person: PersonId


@dataclass(frozen=True, slots=True)
class WorkstationsChanged(Event):
    """A workstation joined, was removed, or its weight changed."""


@dataclass(frozen=True, slots=True)
class PairingAsked(Event):
    """Another workstation stands at the door: a person compares `digits` on both screens."""

    digits: str
    name: str


@dataclass(frozen=True, slots=True)
class PairingLeft(Event):
    """Whoever stood at the door has gone, and it is still open. `failure` is a code."""

    name: str
    failure: str


@dataclass(frozen=True, slots=True)
class PairingEnded(Event):
    """The door is closed again. `failure` is a code, empty if `name` has joined, and
    `ENROLMENT_WAITS` if it has, but too few workstations are here to make that final.
    """

    name: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class DoorsChanged(Event):
    """Which workstations on the network would let this one in, in the order they were found."""

    doors: tuple[FoundDoor, ...]


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


@dataclass(frozen=True, slots=True)
class ConsentChanged(Event):
    """A request, grant, rule, delegation or card of `patient` changed, or keys were sealed or
    destroyed for it.
    """

    patient: PatientId


@dataclass(frozen=True, slots=True)
class RequestAnswered(Event):
    """`patient` answered what `person` asked; whoever waits may open the chart now, if `granted`
    and the keys are here.
    """

    patient: PatientId
    person: PersonId
    granted: bool


@dataclass(frozen=True, slots=True)
class EmergencyOpened(Event):
    """`person` used emergency access to `patient`; somebody else has to review it."""

    patient: PatientId
    person: PersonId


@dataclass(frozen=True, slots=True)
class PatientErased(Event):
    """A record is locked for erasure, or not any more, or this workstation has destroyed it."""

    patient: PatientId


@dataclass(frozen=True, slots=True)
class BackedUp(Event):
    """A backup of this workstation was written."""

    when: datetime
