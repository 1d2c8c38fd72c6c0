"""FHIR dates and instants as points in time, for ordering only."""

import re
from datetime import UTC, datetime

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\Z")
_DATE_TIME = re.compile(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\Z")
_PARTIAL = {4: "-01-01", 7: "-01", 10: ""}


def instant_ms(text: str) -> int:
    """Give a FHIR date, dateTime or instant in UTC milliseconds since 1970.

    A partial date counts from its first instant, a time without zone as UTC; 0 where `text` is
    empty or no date.
    """
    moment = _read(text + _PARTIAL.get(len(text), "")) or _leap_second(text)
    if moment is None:
        return 0
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def is_date(text: str) -> bool:
    """Tell whether `text` is a FHIR date: a year, a month of a year, or a day that exists."""
    return bool(_DATE.match(text)) and _read(text + _PARTIAL[len(text)]) is not None


def is_date_time(text: str) -> bool:
    """Tell whether `text` is a FHIR dateTime: a date, or a moment with its offset."""
    return is_date(text) or (bool(_DATE_TIME.match(text)) and _read(text) is not None)


def _leap_second(text: str) -> datetime | None:
    """FHIR allows second 60, Python does not: take the second before."""
    return _read(f"{text[:16]}:59{text[19:]}") if text[16:19] == ":60" else None


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
