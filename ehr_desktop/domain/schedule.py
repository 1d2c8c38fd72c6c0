"""Appointments: spans of clinic time and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId


class AppointmentStatus(StrEnum):
    """Where an appointment stands. The values are those of FHIR R4 `Appointment.status`, but
    `in-room`, which FHIR has no code for and which is written out as `checked-in`.
    """

    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_ROOM = "in-room"
    DONE = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "noshow"


NEXT_STATUSES: dict[AppointmentStatus, tuple[AppointmentStatus, ...]] = {
    AppointmentStatus.BOOKED: (
        AppointmentStatus.ARRIVED,
        AppointmentStatus.NO_SHOW,
        AppointmentStatus.CANCELLED,
    ),
    AppointmentStatus.ARRIVED: (
        AppointmentStatus.IN_ROOM,
        AppointmentStatus.BOOKED,
        AppointmentStatus.CANCELLED,
    ),
    AppointmentStatus.IN_ROOM: (AppointmentStatus.DONE, AppointmentStatus.ARRIVED),
    AppointmentStatus.DONE: (AppointmentStatus.IN_ROOM,),
    AppointmentStatus.CANCELLED: (AppointmentStatus.BOOKED,),
    AppointmentStatus.NO_SHOW: (AppointmentStatus.BOOKED,),
}
"""Which status may follow which; the first is the usual next step."""

FREES_THE_SLOT = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW})


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A span of clinic time: `start` is included, `end` is not. Aware UTC throughout."""

    start: datetime
    length: timedelta

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise ValueError("a slot needs a start with a time zone")
        if self.length <= timedelta(0):
            raise ValueError("a slot needs a length above zero")

    @property
    def end(self) -> datetime:
        """The first instant after the slot."""
        return self.start + self.length

    def overlaps(self, other: "Slot") -> bool:
        """Tell whether the two slots share an instant; touching ends do not count."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Appointment:
    """One booking as the day book shows it.

    `wall_start` is the clinic-local time the person was told (ISO 8601, no offset) and
    `time_zone` its IANA zone: if the zone's rules change, those stay true.
    """

    id: AppointmentId
    provider: PersonId
    patient: PatientId
    patient_name: str
    slot: Slot
    wall_start: str
    time_zone: str
    status: AppointmentStatus = AppointmentStatus.BOOKED
    reason: str = ""
    comment: str = ""
    override_reason: str = ""
    provider_name: str = ""
    status_since: datetime | None = None
    pending: bool = False
    """Not final yet: another workstation may have taken the time."""
