"""Results and vital signs as trends: what a graph and its table twin are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from ehr_desktop.domain.chart import Entry
from ehr_desktop.ui.models.chart_flags import number, shown_unit
from ehr_desktop.ui.models.chart_times import first_day
from ehr_desktop.ui.models.chart_vitals import VITAL_KINDS, VitalKind
from ehr_desktop.ui.widgets.trend import Reading, Trend


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured of one thing, newest first. Never empty."""

    entries: tuple[Entry, ...]

    @property
    def newest(self) -> Entry:
        """The last entry."""
        return self.entries[0]

    @property
    def before(self) -> Entry | None:
        """The one before the last."""
        return self.entries[1] if len(self.entries) > 1 else None


def by_code(entries: Iterable[Entry]) -> tuple[Measured, ...]:
    """Gather entries (newest first) that measure the same thing, the latest measured first.

    A panel that only gathers other results has no value of its own and is left to the full list.
    """
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.value:
            continue
        found.setdefault(entry.code or entry.title, []).append(entry)
    return tuple(Measured(tuple(same)) for same in found.values())


def trend_of(entries: Sequence[Entry]) -> Trend | None:
    """Give the trend of entries of one code, oldest first; None if none of them has a number.

    Units are never mixed: what is not in the newest one's unit is left to the table.
    """
    if not entries:
        return None
    newest = entries[-1]
    same = [entry for entry in entries if entry.unit == newest.unit]
    readings = tuple(reading for entry in same if (reading := _reading(entry)))
    if not readings:
        return None
    low, high = number(newest.reference_low), number(newest.reference_high)
    kind = vital_kind(newest)
    if low is None and high is None and kind and len(kind.readings) == 1:
        limits = kind.readings[0].limits
        low, high = limits.soft_low, limits.soft_high
    return Trend(newest.title, shown_unit(newest.unit), readings, low, high)


def scale_for(trend: Trend, newest: Entry) -> tuple[float, float]:
    """Give the ends of the axis: what is usual with a margin, never fitted to the data."""
    kind = vital_kind(newest)
    if kind is not None:
        lows = [reading.limits.soft_low for reading in kind.readings]
        highs = [reading.limits.soft_high for reading in kind.readings]
        return min(lows) * 0.9, max(highs) * 1.05
    if trend.low is not None or trend.high is not None:
        low = trend.low if trend.low is not None else 0.0
        high = trend.high if trend.high is not None else low * 2 or 1.0
        margin = (high - low) * 0.5
        return max(low - margin, 0.0) if low >= 0 else low - margin, high + margin
    values = [reading.value for reading in trend.readings]
    return min(0.0, *values), max(values) * 1.2 or 1.0


def vital_kind(entry: Entry) -> VitalKind | None:
    """Give the vital sign an entry is about, if it is one of the common ones."""
    return next((kind for kind in VITAL_KINDS if entry.code in kind.codes), None)


def _reading(entry: Entry) -> Reading | None:
    moment = _moment(entry.when)
    upper, _, lower = entry.value.partition("/")
    value = number(lower or upper)
    if moment is None or value is None:
        return None
    return Reading(moment, value, entry.value, number(upper) if lower else None)


def _moment(when: str) -> datetime | None:
    day = first_day(when, UTC)
    if day is None:
        return None
    if "T" in when:
        return datetime.fromisoformat(when)
    return datetime.combine(day, time(12), UTC)
