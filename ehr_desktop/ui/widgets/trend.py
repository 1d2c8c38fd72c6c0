"""Measurements over time as values: what a graph is made of, before anything is painted.

Source: NHS Common User Interface, Displaying Graphs and Tables: points and not bars; one
unit a graph; a proportional time axis; a scale that keeps the reference range in view.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10

_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement. `text` is its value to the letter; `upper` makes it a span, such as
    a blood pressure (diastolic in `value`, systolic in `upper`).
    """

    at: datetime
    value: float
    text: str
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """Readings of one kind, oldest first, with the range they should lie in, if there is one."""

    name: str
    unit: str
    readings: tuple[Reading, ...]
    low: float | None = None
    high: float | None = None

    def is_outside(self, reading: Reading) -> bool:
        """Tell whether `reading` lies outside the reference range."""
        top = reading.value if reading.upper is None else reading.upper
        below = self.low is not None and reading.value < self.low
        above = self.high is not None and top > self.high
        return below or above


def scale_of(trends: Sequence[Trend], least: float, most: float) -> tuple[float, float]:
    """Return the ends of the value axis: `least` to `most`, wider only where a reading needs it.

    The scale is the clinic's, not the data's: fitted to the data, noise looks like change.
    """
    for trend in trends:
        for reading in trend.readings:
            least = min(least, reading.value)
            most = max(most, reading.value if reading.upper is None else reading.upper)
    return least, most


def value_ticks(least: float, most: float, wanted: int = 4) -> tuple[float, ...]:
    """Return about `wanted` round values from `least` to `most`."""
    if most <= least:
        return (least,)
    raw = (most - least) / wanted
    power = 10 ** floor(log10(raw))
    step = next(factor * power for factor in _STEPS if factor * power >= raw * 0.999)
    first = floor(least / step + 0.999) * step
    count = floor((most - first) / step + 1.001)
    return tuple(round(first + at * step, 6) for at in range(count))


def time_ticks(first: datetime, last: datetime, wanted: int = 4) -> tuple[datetime, ...]:
    """Return `wanted` moments from `first` to `last`, evenly apart."""
    if last <= first or wanted < 2:
        return (first,)
    step = (last - first) / (wanted - 1)
    return tuple(first + step * at for at in range(wanted))


def span_of(trends: Sequence[Trend]) -> tuple[datetime, datetime] | None:
    """Return the first and last moment of all readings; None if there are none."""
    moments = [reading.at for trend in trends for reading in trend.readings]
    if not moments:
        return None
    first, last = min(moments), max(moments)
    return (first, last) if first < last else (first - timedelta(days=1), last + timedelta(days=1))
