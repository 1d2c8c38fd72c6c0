"""What the day book holds at the moment, and the columns that come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Clinic, Role, Staff
from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_wall import hours_shown, open_minutes, span_of
from ehr_desktop.ui.models.day_words import day_of
from ehr_desktop.ui.screens.appointments.columns import Column, cards_of
from ehr_desktop.ui.screens.appointments.date_strip import DAYS_A_WEEK
from ehr_desktop.ui.shell.days import weekday_text


class Mode(StrEnum):
    """How the book is shown."""

    DAY = "day"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the book is looked at. `provider` is the one of the week view."""

    mode: Mode
    day: date
    provider: PersonId
    hidden: frozenset[PersonId] = frozenset()
    with_cancelled: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """The days that are shown."""
        if self.mode is not Mode.WEEK:
            return (self.day,)
        monday = self.day - timedelta(days=self.day.weekday())
        return tuple(monday + timedelta(days=number) for number in range(DAYS_A_WEEK))


def shown_providers(window: Window, providers: Iterable[Staff]) -> tuple[Staff, ...]:
    """Give whose appointments are shown, never nobody as long as there is somebody."""
    everybody = tuple(providers)
    if window.mode is Mode.WEEK:
        return tuple(staff for staff in everybody if staff.id == window.provider)
    chosen = tuple(staff for staff in everybody if staff.id not in window.hidden)
    return chosen or everybody


def shown_appointments(
    window: Window, providers: Iterable[Staff], appointments: Iterable[Appointment]
) -> tuple[Appointment, ...]:
    """Give the appointments of the window, cancelled ones only if they are wanted."""
    people = {staff.id for staff in shown_providers(window, providers)}
    days = set(window.days)
    return tuple(
        appointment
        for appointment in appointments
        if appointment.provider in people
        and day_of(appointment) in days
        and (window.with_cancelled or appointment.status is not AppointmentStatus.CANCELLED)
    )


def columns_of(
    window: Window, clinic: Clinic, providers: Iterable[Staff], appointments: Iterable[Appointment]
) -> tuple[Column, ...]:
    """Give the columns: a provider each, or in the week view a day each."""
    zone = ZoneInfo(clinic.time_zone)
    everybody = tuple(providers)
    shown = shown_appointments(window, everybody, appointments)
    hours = hours_shown(window.days, clinic.hours, shown, zone)
    shown_days = tuple(day for day in window.days if _has_work(day, window, clinic, shown))
    by_place: dict[tuple[PersonId, date], list[Appointment]] = {}
    for appointment in shown:
        by_place.setdefault((appointment.provider, day_of(appointment)), []).append(appointment)
    spans = {day: span_of(day, zone, hours) for day in shown_days or window.days}
    labels = {day: span.full_hours() for day, span in spans.items()}
    opens = {day: open_minutes(span, clinic.hours) for day, span in spans.items()}
    columns = []
    for staff in shown_providers(window, everybody):
        for day, span in spans.items():
            his = by_place.get((staff.id, day), [])
            columns.append(
                Column(
                    provider=staff.id,
                    title=_title(window, staff, day),
                    remark=_remark(window, staff, his, closed=opens[day] is None),
                    span=span,
                    hours=labels[day],
                    open=opens[day],
                    cards=cards_of(his, span),
                )
            )
    return tuple(columns)


def _has_work(
    day: date, window: Window, clinic: Clinic, appointments: tuple[Appointment, ...]
) -> bool:
    """Tell whether a day gets a column: a closed day does if it is chosen or somebody comes."""
    is_open = clinic.hours.on(day.weekday()) is not None
    return is_open or day == window.day or any(day_of(a) == day for a in appointments)


def counts_text(appointments: Iterable[Appointment]) -> str:
    """Tell how the day stands: *12 appointments, 2 waiting, 1 in room, 3 done*."""
    shown = [a for a in appointments if a.status is not AppointmentStatus.CANCELLED]
    if not shown:
        return "No appointments. N books one; drag over free time to choose how long."
    parts = [f"{len(shown)} appointment" + ("s" if len(shown) != 1 else "")]
    for status, word in (
        (AppointmentStatus.ARRIVED, "waiting"),
        (AppointmentStatus.IN_ROOM, "in room"),
        (AppointmentStatus.DONE, "done"),
        (AppointmentStatus.NO_SHOW, "no show"),
    ):
        count = sum(a.status is status for a in shown)
        if count:
            parts.append(f"{count} {word}")
    return "  ·  ".join(parts)


def _title(window: Window, staff: Staff, day: date) -> str:
    if window.mode is Mode.WEEK:
        return f"{weekday_text(day)[:3]} {shown_date(day)[:6]}"
    return staff.display_name


def _remark(window: Window, staff: Staff, appointments: list[Appointment], *, closed: bool) -> str:
    count = sum(a.status not in FREES_THE_SLOT for a in appointments)
    nothing = "Closed" if closed else "Free"
    booked = f"{count} booked" if count else nothing
    if window.mode is Mode.WEEK:
        return booked
    role = "Doctor" if staff.role is Role.DOCTOR else "Nurse"
    return f"{role}  ·  {booked}"
