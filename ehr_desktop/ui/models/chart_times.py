"""Days, moments and ages of a chart, as a clinic reads them.

Source: NHS Common User Interface, Date and Time Display and Patient Banner (PAB-0016 to 0024).
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from ehr_desktop.dates import shown_date, typed_date
from ehr_desktop.domain.patients import Demographics

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_YEAR: Final = re.compile(r"\d{4}")
_YEAR_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})")
_MONTH_YEAR: Final = re.compile(r"([A-Za-z]{3,9})\.?[\s\-./]*(\d{4})")
_FULL_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INFANT_DAYS: Final = 28
_INFANT_MONTHS: Final = 24


def shown_when(when: str, zone: tzinfo) -> str:
    """Write a FHIR date or instant with the precision it has: 14-Aug-1980 10:40, Aug-1980, 1980.

    What is no FHIR date is shown as it stands.
    """
    if _FULL_DAY.fullmatch(when):
        day = _day(when)
        return shown_date(day) if day else when
    if found := _YEAR_MONTH.fullmatch(when):
        month = int(found[2])
        return f"{_MONTHS[month - 1]}-{found[1]}" if 1 <= month <= 12 else when
    moment = _moment(when)
    return shown_moment(moment, zone) if moment else when


def shown_moment(moment: datetime, zone: tzinfo) -> str:
    """Write an aware time as 14-Aug-2026 10:40, in the clinic's `zone`."""
    local = moment.astimezone(zone)
    return f"{shown_date(local.date())} {local:%H:%M}"


def ago(when: str, now: datetime) -> str:
    """Say how long before `now` a FHIR date or instant lies: today, 3 days ago, 2 years ago.

    Empty for what lies ahead or is no date.
    """
    day = first_day(when, now.tzinfo or UTC)
    if day is None or day > now.date():
        return ""
    if _YEAR.fullmatch(when):
        years = now.year - day.year
        return f"{years} years ago" if years > 1 else ("this year", "last year")[years]
    return _ago(day, now.date())


def first_day(when: str, zone: tzinfo) -> date | None:
    """Give the first day a FHIR date or instant may mean, in `zone`."""
    if _YEAR.fullmatch(when):
        return _day(f"{when}-01-01")
    if found := _YEAR_MONTH.fullmatch(when):
        return _day(f"{found[1]}-{int(found[2]):02d}-01")
    if _FULL_DAY.fullmatch(when):
        return _day(when)
    moment = _moment(when)
    return moment.astimezone(zone).date() if moment else None


def age_text(birth_date: str, at: date) -> str:
    """Give the age on the day `at`: 46y, 14m under two years, 12d under four weeks.

    An age from a partial birth date is marked as about; empty where there is none.
    """
    born = first_day(birth_date, UTC)
    if born is None or born > at:
        return ""
    if not _FULL_DAY.fullmatch(birth_date):
        return f"about {at.year - born.year}y"
    if at - born < timedelta(days=_INFANT_DAYS):
        return f"{(at - born).days}d"
    months = _months_between(born, at)
    return f"{months}m" if months < _INFANT_MONTHS else f"{months // 12}y"


def birth_text(demographics: Demographics, today: date) -> str:
    """Write the birth date with the age in brackets: 14-Aug-1980 (46y); or that it is not known."""
    born = demographics.birth_date
    if not born:
        return "Not known"
    died = first_day(demographics.deceased, UTC)
    age = age_text(born, died or today)
    if died and age:
        age = f"died at {age}"
    return f"{shown_when(born, UTC)} ({age})" if age else shown_when(born, UTC)


def typed_fhir_date(text: str) -> str | None:
    """Read a birth date or onset as typed: a day, Aug-1980, 1980-08 or 1980.

    Gives the FHIR date, empty for an empty text, None for what is no date.
    """
    wanted = text.strip()
    if not wanted or (_YEAR.fullmatch(wanted) and _day(f"{wanted}-01-01")):
        return wanted
    if day := typed_date(wanted):
        return day.isoformat()
    if found := _YEAR_MONTH.fullmatch(wanted):
        month = int(found[2])
        return f"{found[1]}-{month:02d}" if 1 <= month <= 12 else None
    if found := _MONTH_YEAR.fullmatch(wanted):
        short = found[1][:3].title()
        return f"{found[2]}-{_MONTHS.index(short) + 1:02d}" if short in _MONTHS else None
    return None


def _ago(day: date, today: date) -> str:
    days, months = (today - day).days, _months_between(day, today)
    if days <= 1:
        return ("today", "yesterday")[days]
    if days < 14:
        return f"{days} days ago"
    if days < 61:
        return f"{days // 7} weeks ago"
    return f"{months} months ago" if months < 24 else f"{months // 12} years ago"


def _months_between(earlier: date, later: date) -> int:
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None
