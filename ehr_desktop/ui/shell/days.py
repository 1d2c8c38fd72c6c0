"""Days as people write them in the omnibox."""

import re
from datetime import date, timedelta
from typing import Final

from ehr_desktop.dates import shown_date

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_NAMED: Final = {"today": 0, "tomorrow": 1, "yesterday": -1}
_AHEAD: Final = re.compile(r"(?:in\s+|\+)(\d{1,3})\s*(d|day|days|w|week|weeks|m|month|months)?")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS: Final = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4})?)?")
_WORDS: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]*([a-z]{3,9})\.?(?:[\s-]+(\d{4}))?")
_LEAST_LETTERS: Final = 3


def weekday_text(day: date) -> str:
    """Write `day` with its weekday: Friday 14-Aug-2026."""
    return f"{_WEEKDAYS[day.weekday()].capitalize()} {shown_date(day)}"


def read_day(text: str, today: date) -> date | None:
    """Give the day `text` names, or None.

    Understood: today, tomorrow, yesterday, weekday names (the next such day), "next tue" (one
    week later), 14 aug, 14-Aug-2026, 14.8., 14/8/2026, 2026-08-14, +3, in 2 weeks. Day before
    month. Without a year it is the coming one, or the last if that is less than two months ago.
    """
    wanted = " ".join(text.casefold().split())
    if wanted in _NAMED:
        return today + timedelta(days=_NAMED[wanted])
    for reader in (_weekday, _ahead):
        found = reader(wanted, today)
        if found is not None:
            return found
    if match := _ISO.fullmatch(wanted):
        year, month, day = (int(part) for part in match.groups())
        return _made(year, month, day)
    if match := _NUMBERS.fullmatch(wanted):
        return _dated(int(match[1]), int(match[2]), match[3], today)
    if match := _WORDS.fullmatch(wanted):
        return _dated(int(match[1]), _month(match[2]), match[3], today)
    return None


def _weekday(wanted: str, today: date) -> date | None:
    name = wanted.removeprefix("next ")
    if len(name) < _LEAST_LETTERS:
        return None
    for number, weekday in enumerate(_WEEKDAYS):
        if weekday.startswith(name):
            days = (number - today.weekday() - 1) % 7 + 1
            return today + timedelta(days=days + 7 * (name != wanted))
    return None


def _ahead(wanted: str, today: date) -> date | None:
    match = _AHEAD.fullmatch(wanted)
    if match is None:
        return None
    count, unit = int(match[1]), (match[2] or "d")[0]
    if unit == "m":
        months = today.year * 12 + today.month - 1 + count
        return _made(months // 12, months % 12 + 1, min(today.day, 28))
    return today + timedelta(days=count * (7 if unit == "w" else 1))


def _month(name: str) -> int:
    return next((n for n, month in enumerate(_MONTHS, 1) if name[:3] == month), 0)


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _made(int(year), month, day)
    this_year = _made(today.year, month, day)
    if this_year is not None and this_year < today - timedelta(days=60):
        return _made(today.year + 1, month, day)
    return this_year


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
