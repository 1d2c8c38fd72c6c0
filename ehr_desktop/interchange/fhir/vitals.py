"""The vital signs a form offers: their codes, units and limits.

Limits are for adults. Outside `usual` the person is asked to look again; outside `possible` the
value is refused, since it can only be a slip of the hand or of the unit.
Source: codes and units of the R4 vital signs profiles.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ehr_desktop.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a vital sign, with its limits (both ends included)."""

    code: str
    title: str
    usual: tuple[Decimal, Decimal]
    possible: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Vital:
    """One vital sign. `unit` is what people read, `ucum` its UCUM code. `also` is a second LOINC
    code for the same thing. Two measures make a panel.
    """

    kind: str
    code: str
    title: str
    unit: str
    ucum: str
    measures: tuple[Measure, ...]
    also: str = ""


def _limits(low: str, high: str) -> tuple[Decimal, Decimal]:
    return Decimal(low), Decimal(high)


def _single(
    kind: str,
    code: str,
    title: str,
    *,
    units: tuple[str, str],
    usual: tuple[str, str],
    possible: tuple[str, str],
    also: str = "",
) -> Vital:
    measure = Measure(code, title, _limits(*usual), _limits(*possible))
    return Vital(kind, code, title, units[0], units[1], (measure,), also)


_BLOOD_PRESSURE = Vital(
    "blood-pressure",
    "85354-9",
    "Blood pressure",
    "mmHg",
    "mm[Hg]",
    (
        Measure("8480-6", "Systolic blood pressure", _limits("90", "180"), _limits("40", "300")),
        Measure("8462-4", "Diastolic blood pressure", _limits("50", "110"), _limits("20", "200")),
    ),
)
_PER_MINUTE = ("/min", "/min")

VITALS: dict[str, Vital] = {
    vital.kind: vital
    for vital in (
        _BLOOD_PRESSURE,
        _single(
            "heart-rate",
            "8867-4",
            "Heart rate",
            units=_PER_MINUTE,
            usual=("45", "130"),
            possible=("15", "300"),
        ),
        _single(
            "temperature",
            "8310-5",
            "Body temperature",
            units=("\N{DEGREE SIGN}C", "Cel"),
            usual=("35", "39.5"),
            possible=("25", "45"),
        ),
        _single(
            "respiratory-rate",
            "9279-1",
            "Respiratory rate",
            units=_PER_MINUTE,
            usual=("8", "30"),
            possible=("3", "90"),
        ),
        _single(
            "oxygen-saturation",
            "2708-6",
            "Oxygen saturation",
            units=("%", "%"),
            usual=("92", "100"),
            possible=("30", "100"),
            also="59408-5",
        ),
        _single(
            "weight",
            "29463-7",
            "Body weight",
            units=("kg", "kg"),
            usual=("35", "200"),
            possible=("0.2", "650"),
        ),
        _single(
            "height",
            "8302-2",
            "Body height",
            units=("cm", "cm"),
            usual=("130", "210"),
            possible=("20", "275"),
        ),
    )
}
"""By kind, in the order a form shows them."""


def check_vital(kind: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Give the titles of the measures that are unusual, so that the person looks again.

    `values` are numbers as typed, one for each measure (systolic first).

    Raises: InvalidInputError with the measure's title as field: `unknown` kind, `count`,
    `number` for what is none, `impossible` outside the limits, `order` where the diastolic
    pressure is not below the systolic.
    """
    vital = VITALS.get(kind)
    if vital is None:
        raise InvalidInputError(kind, "unknown")
    if len(values) != len(vital.measures):
        raise InvalidInputError(vital.title, "count")
    numbers = tuple(map(_number, vital.measures, values))
    if len(numbers) > 1 and numbers[1] >= numbers[0]:
        raise InvalidInputError(vital.title, "order")
    return tuple(
        measure.title
        for measure, number in zip(vital.measures, numbers, strict=True)
        if not measure.usual[0] <= number <= measure.usual[1]
    )


def _number(measure: Measure, literal: str) -> Decimal:
    digits = literal.replace(".", "", 1)
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise InvalidInputError(measure.title, "number") from None
    # what JSON writes the same way: no signs, exponents, spaces or leading zeros
    plain = digits.isascii() and digits.isdigit() and not literal.endswith(".")
    if not plain or literal.startswith(".") or (literal[0] == "0" and literal[1:2].isdigit()):
        raise InvalidInputError(measure.title, "number")
    if not measure.possible[0] <= number <= measure.possible[1]:
        raise InvalidInputError(measure.title, "impossible")
    return number
