"""Appointments as the state holds them, and a patient's to come: for what holds on their day, and
for the kiosk.
"""

from dataclasses import dataclass
from typing import Final

from ehr_desktop.domain.schedule import FREES_THE_SLOT, AppointmentStatus
from ehr_desktop.node.contracts.consent_state import Entry
from ehr_desktop.node.contracts.rules import Context
from ehr_desktop.node.contracts.statements import BookAppointment, MoveAppointment

MOST_VISITS: Final = 50
"""So many are listed, the earliest; no booking is refused for it."""

DAY_MS: Final = 24 * 60 * 60 * 1000
_MINUTE_MS: Final = 60 * 1000


@dataclass(frozen=True, slots=True)
class Booking(Entry):
    """("appointment", id). `day_ms` is the clinic's midnight before it; `arranged_by` is whoever
    brought it to its provider and its day, or, unless that is the provider, noted the arrival.
    """

    provider: bytes
    patient: bytes
    start_ms: int
    end_ms: int
    status: str
    day_ms: int
    arranged_by: bytes

    def is_on_its_day(self, at_ms: int) -> bool:
        """Tell whether an instant is on the day of it."""
        return _is_on(self.day_ms, at_ms)


@dataclass(frozen=True, slots=True)
class Visit(Entry):
    """A row under ("visits", patient): an upcoming appointment, or one of today; see `Booking`."""

    appointment: bytes
    provider: bytes
    start_ms: int
    end_ms: int
    day_ms: int
    arranged_by: bytes

    def is_on_its_day(self, at_ms: int) -> bool:
        """Tell whether an instant is on the day of it."""
        return _is_on(self.day_ms, at_ms)

    def is_for(self, person: bytes, at_ms: int) -> bool:
        """Tell whether somebody sees the patient on the day of an instant."""
        return self.provider == person and self.is_on_its_day(at_ms)

    @property
    def is_vouched_for(self) -> bool:
        """Tell whether somebody else than the provider says that it is to be. Else anybody could
        let themselves in by a booking.
        """
        return self.arranged_by != self.provider


def note(context: Context, appointment: bytes, booking: Booking) -> None:
    """List an appointment where it stands now, or no longer if its slot is free."""
    listed = [one for one in _to_come(context, booking.patient) if one.appointment != appointment]
    if AppointmentStatus(booking.status) not in FREES_THE_SLOT:
        listed.append(
            Visit(
                appointment, booking.provider, booking.start_ms, booking.end_ms, booking.day_ms,
                booking.arranged_by,
            )
        )  # fmt: skip
    _put(context, booking.patient, listed)


def midnight_before(booked: BookAppointment | MoveAppointment) -> int:
    """Give the clinic's midnight before an appointment, by the wall time it was booked with."""
    return booked.start_ms - _minutes_of_the_day(booked.wall_start) * _MINUTE_MS


def _is_on(day_ms: int, at_ms: int) -> bool:
    return day_ms <= at_ms < day_ms + DAY_MS


def _to_come(context: Context, patient: bytes) -> list[Visit]:
    """Give those whose day is not over."""
    listed = map(Visit.of, context.state.get("visits", patient) or ())
    return [visit for visit in listed if context.now_ms < visit.day_ms + DAY_MS]


def _put(context: Context, patient: bytes, listed: list[Visit]) -> None:
    earliest = sorted(listed, key=lambda visit: (visit.start_ms, visit.appointment))[:MOST_VISITS]
    if earliest:
        context.state.put("visits", patient, value=[visit.stored() for visit in earliest])
    else:
        context.state.remove("visits", patient)


def _minutes_of_the_day(wall: str) -> int:
    """Give the minutes since the clinic's midnight of a wall time such as 2027-01-15T09:00; 0 for
    one that cannot be read, whose day begins with it.
    """
    hour, _, minute = wall[11:].partition(":")
    if not (len(hour) == len(minute) == 2 and (hour + minute).isdigit()):
        return 0
    return min(int(hour), 23) * 60 + min(int(minute), 59)
