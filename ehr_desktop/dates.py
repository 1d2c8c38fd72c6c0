"""Dates as people in a clinic write and read them.

Source: NHS Common User Interface, Date and Time Display: the month as text, the year
with four digits, so that no two readers take the same date for different days.
"""

import re
from datetime import UTC, date, datetime, time, tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORDED = re.compile(r"(\d{1,2})[\s\-./]*([A-Za-z]{3,9})\.?[\s\-./,]*(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap]m?)?", re.IGNORECASE)


def shown_date(day: date) -> str:
    """Return `day` as `14-Aug-1980`, in English on every machine."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}"


def typed_date(text: str) -> date | None:
    """Return the date in `text`: `1980-08-14`, `14-Aug-1980`, `14 august 1980`; else None.

    Digits alone in another order are refused: `03/04/1980` is two different days.
    """
    if found := _ISO.fullmatch(text.strip()):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _WORDED.fullmatch(text.strip()):
        short = found[2][:3].title()
        if short in _MONTHS:
            return _date(int(found[3]), _MONTHS.index(short) + 1, int(found[1]))
    return None


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the last second of `day` in a time zone, as aware UTC."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def shown_time(moment: time) -> str:
    """Return `moment` as `09:05`, on a 24-hour clock."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def typed_time(text: str) -> time | None:
    """Return the time in `text`: `9:05`, `0905`, `9`, `2:30 pm`; else None."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if half := (found[3] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
