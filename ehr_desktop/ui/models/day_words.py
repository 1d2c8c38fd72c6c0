"""What an appointment's states are called, and appointments as sentences."""

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.schedule import NEXT_STATUSES, Appointment, AppointmentStatus, Slot
from ehr_desktop.ui.models.day_wall import MINUTE, wall_text
from ehr_desktop.ui.models.pending_words import PENDING_WORDS
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.tokens import Tone


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How a status is shown: a word, an icon and a tone; `step` is the command that sets it."""

    word: str
    icon_name: str
    tone: Tone
    step: str


LOOKS: Final = {
    AppointmentStatus.BOOKED: StatusLook("Booked", "calendar-check", Tone.NOTE, "Back to booked"),
    AppointmentStatus.ARRIVED: StatusLook("Arrived", "user-check", Tone.WARNING, "Arrived"),
    AppointmentStatus.IN_ROOM: StatusLook("In room", "door-open", Tone.ACCENT, "In room"),
    AppointmentStatus.DONE: StatusLook("Done", "circle-check", Tone.SUCCESS, "Done"),
    AppointmentStatus.CANCELLED: StatusLook("Cancelled", "ban", Tone.NEUTRAL, "Cancel"),
    AppointmentStatus.NO_SHOW: StatusLook("No show", "user-x", Tone.DANGER, "No show"),
}
USUAL_STEPS: Final = {
    AppointmentStatus.BOOKED: AppointmentStatus.ARRIVED,
    AppointmentStatus.ARRIVED: AppointmentStatus.IN_ROOM,
    AppointmentStatus.IN_ROOM: AppointmentStatus.DONE,
}
"""What F9 does."""
MOVABLE: Final = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED})


def next_steps(status: AppointmentStatus) -> tuple[AppointmentStatus, ...]:
    """Give what may follow, the usual step first; cancelling is a command of its own."""
    return tuple(s for s in NEXT_STATUSES[status] if s is not AppointmentStatus.CANCELLED)


def may_cancel(appointment: Appointment) -> bool:
    """Tell whether the appointment can still be cancelled."""
    return AppointmentStatus.CANCELLED in NEXT_STATUSES[appointment.status]


def steps_to(now: AppointmentStatus, wanted: AppointmentStatus) -> tuple[AppointmentStatus, ...]:
    """Give the fewest allowed steps from `now` to `wanted`; empty if there is no way."""
    ways: deque[tuple[AppointmentStatus, ...]] = deque([()])
    seen = {now}
    while ways:
        way = ways.popleft()
        here = way[-1] if way else now
        if here is wanted:
            return way
        for step in NEXT_STATUSES[here]:
            if step not in seen:
                seen.add(step)
                ways.append((*way, step))
    return ()


def times_text(appointment: Appointment) -> str:
    """Write when it is, in the time the person was told: 10:20-10:40 with an en dash."""
    zone = ZoneInfo(appointment.time_zone)
    return f"{start_text(appointment)}\u2013{wall_text(appointment.slot.end, zone)}"


def start_text(appointment: Appointment) -> str:
    """Write the time the person was told, such as 10:20."""
    return appointment.wall_start[11:16]


def day_of(appointment: Appointment) -> date:
    """Give the clinic's day it is on."""
    return date.fromisoformat(appointment.wall_start[:10])


def minutes_of(length: timedelta) -> int:
    """Give a length in minutes."""
    return length // MINUTE


def sentence(appointment: Appointment) -> str:
    """Tell one appointment to somebody who hears the screen."""
    parts = [
        times_text(appointment),
        appointment.patient_name,
        appointment.provider_name,
        appointment.reason,
        LOOKS[appointment.status].word.lower(),
    ]
    if appointment.pending:
        parts.append(PENDING_WORDS.lower())
    if appointment.override_reason:
        parts.append(f"booked over another: {appointment.override_reason}")
    return ", ".join(part for part in parts if part)


def waiting_minutes(appointment: Appointment, now: datetime) -> int | None:
    """Give how long somebody who has arrived has waited; None for everybody else."""
    since = appointment.status_since
    if appointment.status is not AppointmentStatus.ARRIVED or since is None:
        return None
    return max((now - since) // MINUTE, 0)


def taken_text(taken: Appointment | None) -> str:
    """Say who is busy when."""
    if taken is None:
        return "Somebody else is already booked at that time."
    return f"{taken.provider_name} already has {times_text(taken)}."


def slot_text(slot: Slot, zone: ZoneInfo, today: date) -> str:
    """Write a free slot: *Today 11:20*, *Mon 17-Aug 09:00*."""
    begins = slot.start.astimezone(zone)
    day = begins.date()
    named = {today: "Today", today + timedelta(days=1): "Tomorrow"}.get(day)
    short = f"{weekday_text(day)[:3]} {shown_date(day)[:6]}"
    return f"{named or short} {wall_text(slot.start, zone)}"
