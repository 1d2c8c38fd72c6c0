"""Who works in the clinic, in which role, and what each role may do."""

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from ehr_desktop.domain.ids import DeviceId, PersonId


class Role(StrEnum):
    """What an account is for. One account has one role."""

    ADMINISTRATOR = "administrator"
    RECEPTIONIST = "receptionist"
    NURSE = "nurse"
    DOCTOR = "doctor"


class Team(StrEnum):
    """A group that shares a key. What a team holds no key for, none of its members can read."""

    FRONT_DESK = "front-desk"
    CLINICAL = "clinical"


TEAMS_OF_ROLE: dict[Role, frozenset[Team]] = {
    Role.ADMINISTRATOR: frozenset({Team.FRONT_DESK}),
    Role.RECEPTIONIST: frozenset({Team.FRONT_DESK}),
    Role.NURSE: frozenset({Team.FRONT_DESK, Team.CLINICAL}),
    Role.DOCTOR: frozenset({Team.FRONT_DESK, Team.CLINICAL}),
}


class Action(StrEnum):
    """What a contract may allow or refuse a role."""

    MANAGE_PEOPLE = "manage-people"
    MANAGE_WORKSTATIONS = "manage-workstations"
    CHANGE_CLINIC = "change-clinic"
    REGISTER_PATIENT = "register-patient"
    WRITE_CLINICAL = "write-clinical"
    READ_CLINICAL = "read-clinical"
    IMPORT_RECORDS = "import-records"
    BOOK = "book"
    EXPORT = "export"


_ALL_DESK = frozenset({Action.REGISTER_PATIENT, Action.BOOK, Action.EXPORT})
_CLINICIAN = _ALL_DESK | {Action.WRITE_CLINICAL, Action.READ_CLINICAL, Action.IMPORT_RECORDS}
ACTIONS_OF_ROLE: dict[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: _ALL_DESK
    | {
        Action.MANAGE_PEOPLE,
        Action.MANAGE_WORKSTATIONS,
        Action.CHANGE_CLINIC,
        Action.IMPORT_RECORDS,
    },
    Role.RECEPTIONIST: _ALL_DESK,
    Role.NURSE: _CLINICIAN,
    Role.DOCTOR: _CLINICIAN,
}


def may(role: Role, action: Action) -> bool:
    """Tell whether `role` is allowed `action`. Reading is decided by keys, not by this table."""
    return action in ACTIONS_OF_ROLE[role]


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff as the others see them."""

    id: PersonId
    account_name: str
    display_name: str
    role: Role
    phone: str = ""
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in on this workstation. The keys stay in the node, under `session`."""

    session: str
    staff: Staff

    @property
    def id(self) -> PersonId:
        """The person's id."""
        return self.staff.id

    @property
    def role(self) -> Role:
        """The person's role."""
        return self.staff.role


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When the clinic is open: weekday (0 = Monday) to local opening and closing time."""

    days: tuple[tuple[int, time, time], ...] = field(
        default=tuple((day, time(8), time(18)) for day in range(5))
    )

    def on(self, weekday: int) -> tuple[time, time] | None:
        """Give the opening and closing time on `weekday` (0 = Monday), or None when closed."""
        return next(((start, end) for day, start, end in self.days if day == weekday), None)


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic as its genesis block, or a later change by an administrator, describes it."""

    name: str
    time_zone: str
    hours: OpeningHours
    network: str = ""


@dataclass(frozen=True, slots=True)
class Workstation:
    """A paired PC."""

    id: DeviceId
    name: str
    active: bool = True
