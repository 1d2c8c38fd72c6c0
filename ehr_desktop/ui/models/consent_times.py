"""How long an access is asked for: a few usual lengths instead of a calendar."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

UNTIL: Final[Mapping[str, tuple[str, int | None]]] = {
    "today": ("End of today", 0),
    "month": ("30 days", 30),
    "half-year": ("6 months", 182),
    "year": ("1 year", 365),
    "open": ("Until the patient stops it", None),
}
KEEP: Final[Mapping[str, tuple[str, int | None]]] = {
    "none": ("No copies", None),
    "month": ("30 days", 30),
    "year": ("1 year", 365),
    "ten-years": ("10 years", 3652),
}
"""By key: the words, and how many days after today; None is no end, or nothing kept."""


def choices(lengths: Mapping[str, tuple[str, int | None]]) -> list[tuple[str, str]]:
    """Give what a drop-down offers."""
    return [(key, words) for key, (words, _) in lengths.items()]


def end_of(
    lengths: Mapping[str, tuple[str, int | None]], key: str, now: datetime
) -> datetime | None:
    """Give the midnight a length ends at, in the zone of `now`."""
    days = lengths[key][1]
    if days is None:
        return None
    return datetime.combine(now.date() + timedelta(days=days + 1), time(), now.tzinfo)
