"""FHIR dates and instants as points in time, for ordering only."""

from datetime import UTC, datetime

_PARTIAL = {4: "-01-01", 7: "-01", 10: ""}


def instant_ms(text: str) -> int:
    """Give a FHIR date, dateTime or instant in UTC milliseconds since 1970.

    A partial date counts from its first instant, a time without zone as UTC; 0 where `text` is
    empty or no date.
    """
    try:
        moment = datetime.fromisoformat(text + _PARTIAL.get(len(text), ""))
    except ValueError:
        moment = _leap_second(text)
    if moment is None:
        return 0
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _leap_second(text: str) -> datetime | None:
    """FHIR allows second 60, Python does not: take the second before."""
    if text[16:19] != ":60":
        return None
    try:
        return datetime.fromisoformat(f"{text[:16]}:59{text[19:]}")
    except ValueError:
        return None
