"""Clinic days as they really pass: 23, 24 or 25 hours, told in the clinic's wall time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ehr_desktop.domain.people import OpeningHours
from ehr_desktop.domain.schedule import Appointment

MINUTE: Final = timedelta(minutes=1)
HOURS_A_DAY: Final = 24
QUARTER: Final = 15
USUAL_HOURS: Final = (8, 18)
"""Shown on a day the clinic is closed."""


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The part of one clinic day that a column shows, `begins` to `ends` (aware UTC).

    Minutes count the time that really passes from `begins`; wall time is only written beside
    them, so a day on which the clocks change has 23 or 25 hours.
    """

    day: date
    zone: ZoneInfo
    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """How long the span is."""
        return (self.ends - self.begins) // MINUTE

    def minute_of(self, moment: datetime) -> int:
        """Give the minute of an aware time; below 0 or past the end when it lies outside."""
        return (moment - self.begins) // MINUTE

    def moment_at(self, minute: int) -> datetime:
        """Give the aware UTC time of a minute."""
        return self.begins + minute * MINUTE

    def wall_at(self, minute: int) -> str:
        """Write the wall time of a minute, such as 09:05."""
        return wall_text(self.moment_at(minute), self.zone)

    def full_hours(self) -> tuple[tuple[int, str], ...]:
        """Give minute and wall time of every full hour, both ends included."""
        quarters = range(0, self.minutes + 1, QUARTER)
        walls = ((minute, self.wall_at(minute)) for minute in quarters)
        return tuple((minute, wall) for minute, wall in walls if wall.endswith(":00"))


def wall_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write the wall time of an aware time, such as 09:05."""
    return f"{moment.astimezone(zone):%H:%M}"


def moments_of(day: date, wall: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Give the aware UTC times at which the clock on the wall shows `wall` on `day`.

    None when the clocks skip it, two (earlier first) when they show it twice.
    """
    naive = datetime.combine(day, wall)
    guesses = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = (guess for guess in guesses if guess.astimezone(zone).replace(tzinfo=None) == naive)
    return tuple(sorted(shown))


def span_of(day: date, zone: ZoneInfo, hours: tuple[int, int]) -> DaySpan:
    """Give the span from one full wall hour to another, 0 to 24, on `day`."""
    return DaySpan(day, zone, _hour(day, zone, hours[0]), _hour(day, zone, hours[1]))


def hours_shown(
    days: Iterable[date],
    opening: OpeningHours,
    appointments: Iterable[Appointment],
    zone: ZoneInfo,
) -> tuple[int, int]:
    """Give the wall hours that hold the opening hours of `days` and all `appointments`."""
    open_days = [hours for day in days if (hours := opening.on(day.weekday()))]
    first = min((start.hour for start, _ in open_days), default=USUAL_HOURS[0])
    last = max((_full_hours(end) for _, end in open_days), default=USUAL_HOURS[1])
    for appointment in appointments:
        begins = appointment.slot.start.astimezone(zone)
        ends = appointment.slot.end.astimezone(zone)
        first = min(first, begins.hour)
        over = ends.date() > begins.date()
        last = max(last, HOURS_A_DAY if over else _full_hours(ends.time()))
    return first, max(last, first + 1)


def open_minutes(span: DaySpan, opening: OpeningHours) -> tuple[int, int] | None:
    """Give first and last minute of the clinic's hours within `span`; None on a closed day."""
    hours = opening.on(span.day.weekday())
    if hours is None:
        return None
    begins, ends = (_at(span.day, wall, span.zone) for wall in hours)
    return max(span.minute_of(begins), 0), min(span.minute_of(ends), span.minutes)


def _hour(day: date, zone: ZoneInfo, hour: int) -> datetime:
    if hour == HOURS_A_DAY:
        return _at(day + timedelta(days=1), time(), zone)
    return _at(day, time(hour), zone)


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Give the first such time; a time the clocks skip counts as the first one after it."""
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _full_hours(end: time) -> int:
    return end.hour + (1 if end.minute or end.second else 0)
