"""The vital signs one can write down, and what is worth a second look.

Soft limits only ask; hard limits are what no living person or no instrument gives.
"""

import re
from dataclasses import dataclass
from typing import Final

from ehr_desktop.ui.models.chart_flags import number

_PLAIN_NUMBER: Final = re.compile(r"(0|[1-9]\d{0,3})(\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Limits:
    """Both ends of what is usual (soft) and of what can be (hard), in the kind's unit."""

    hard_low: float
    soft_low: float
    soft_high: float
    hard_high: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of a vital sign."""

    label: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class VitalKind:
    """A vital sign: `key` is what the clinic calls it, `readings` its numbers in order, `codes`
    what records may call it (LOINC).
    """

    key: str
    title: str
    unit: str
    readings: tuple[Reading, ...]
    codes: tuple[str, ...]


def _single(key: str, title: str, unit: str, limits: Limits, *codes: str) -> VitalKind:
    return VitalKind(key, title, unit, (Reading(title, limits),), (key, *codes))


VITAL_KINDS: Final = (
    VitalKind(
        "blood-pressure",
        "Blood pressure",
        "mmHg",
        (
            Reading("Systolic", Limits(40, 90, 180, 300)),
            Reading("Diastolic", Limits(20, 50, 110, 200)),
        ),
        ("blood-pressure", "85354-9"),
    ),
    _single("heart-rate", "Heart rate", "per min", Limits(15, 45, 130, 300), "8867-4"),
    _single("temperature", "Temperature", "°C", Limits(25, 35, 39.5, 45), "8310-5"),
    _single("respiratory-rate", "Respiratory rate", "per min", Limits(3, 8, 30, 90), "9279-1"),
    _single(
        "oxygen-saturation", "Oxygen saturation", "%", Limits(30, 92, 100, 100), "2708-6", "59408-5"
    ),
    _single("weight", "Weight", "kg", Limits(0.2, 35, 200, 650), "29463-7"),
    _single("height", "Height", "cm", Limits(20, 130, 210, 275), "8302-2"),
)


def kind_of(key: str) -> VitalKind:
    """Give the kind with this key.

    Raises:
        KeyError: there is no such kind.
    """
    return {kind.key: kind for kind in VITAL_KINDS}[key]


def typed_number(text: str) -> str:
    """Give what was typed with a decimal point, however the keyboard writes it."""
    return text.strip().replace(",", ".")


def problem_of(reading: Reading, unit: str, text: str) -> str:
    """Say why `text` cannot be a reading, or nothing."""
    if not text:
        return "Write the number you read."
    value = number(text) if _PLAIN_NUMBER.fullmatch(text) else None
    if value is None:
        return "Write a number, such as 37.2."
    limits = reading.limits
    if not limits.hard_low <= value <= limits.hard_high:
        low, high = f"{limits.hard_low:g}", f"{limits.hard_high:g}"
        return f"This cannot be: a reading lies between {low} and {high} {unit}."
    return ""


def doubt_of(reading: Reading, unit: str, text: str) -> str:
    """Say what is unusual about a possible reading, or nothing."""
    value, limits = number(text), reading.limits
    if value is None:
        return ""
    if value > limits.soft_high:
        return f"Unusually high (over {limits.soft_high:g} {unit})."
    return f"Unusually low (under {limits.soft_low:g} {unit})." if value < limits.soft_low else ""


def pair_problem(kind: VitalKind, values: tuple[str, ...]) -> str:
    """Say what is wrong between the numbers of a pair, or nothing."""
    if len(kind.readings) < 2:
        return ""
    upper, lower = number(values[0]), number(values[1])
    if upper is not None and lower is not None and upper <= lower:
        return "The systolic number is the higher one. Were the two swapped?"
    return ""
