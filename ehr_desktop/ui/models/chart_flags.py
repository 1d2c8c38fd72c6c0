"""What a result says beside its number: a symbol and words, never a colour alone."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from ehr_desktop.domain.chart import Entry
from ehr_desktop.ui.theme.tokens import Tone


@dataclass(frozen=True, slots=True)
class Flag:
    """How a result stands to its reference range."""

    symbol: str
    words: str
    tone: Tone

    @property
    def text(self) -> str:
        """Symbol and words."""
        return f"{self.symbol} {self.words}"


HIGH: Final = Flag("▲", "High", Tone.WARNING)
LOW: Final = Flag("▼", "Low", Tone.WARNING)
_CRITICAL_HIGH: Final = Flag("▲▲", "Critical high", Tone.DANGER)
_CRITICAL_LOW: Final = Flag("▼▼", "Critical low", Tone.DANGER)
_ABNORMAL: Final = Flag("◆", "Abnormal", Tone.WARNING)
_CRITICAL: Final = Flag("◆◆", "Critical", Tone.DANGER)
_POSITIVE: Final = Flag("◆", "Positive", Tone.WARNING)
_OFF_SCALE_HIGH: Final = Flag("▲", "Above scale", Tone.DANGER)
_OFF_SCALE_LOW: Final = Flag("▼", "Below scale", Tone.DANGER)
_FLAGS: Final = {
    "H": HIGH,
    "HU": _CRITICAL_HIGH,
    "HH": _CRITICAL_HIGH,
    "L": LOW,
    "LU": _CRITICAL_LOW,
    "LL": _CRITICAL_LOW,
    "A": _ABNORMAL,
    "AA": _CRITICAL,
    "POS": _POSITIVE,
    ">": _OFF_SCALE_HIGH,
    "<": _OFF_SCALE_LOW,
}
"""By code. Source: HL7 v3 ObservationInterpretation, as FHIR R4 binds it."""


def flag_of(entry: Entry) -> Flag | None:
    """Give the flag of a result: the laboratory's own, else from the range it came with."""
    if entry.interpretation:
        return _FLAGS.get(entry.interpretation.upper())
    value = number(entry.value)
    if value is None:
        return None
    low, high = number(entry.reference_low), number(entry.reference_high)
    if high is not None and value > high:
        return HIGH
    return LOW if low is not None and value < low else None


def flag_text(entry: Entry) -> str:
    """Give symbol and words of an entry's flag; empty if it has none."""
    flag = flag_of(entry)
    return flag.text if flag else ""


def flag_tone(entry: Entry) -> Tone:
    """Give the tone of an entry's flag."""
    flag = flag_of(entry)
    return flag.tone if flag else Tone.NEUTRAL


def reference_text(entry: Entry) -> str:
    """Write the reference range: 20 to 41, up to 41, from 20; empty if there is none."""
    low, high = entry.reference_low, entry.reference_high
    if low and high:
        return f"{low} to {high}"
    return f"up to {high}" if high else f"from {low}" if low else ""


def value_text(entry: Entry) -> str:
    """Write value and unit, the value to the letter."""
    return f"{entry.value} {shown_unit(entry.unit)}".strip()


def shown_unit(unit: str) -> str:
    """Write a UCUM unit as people read it."""
    return _UNITS.get(unit, unit)


def number(text: str) -> float | None:
    """Give `text` as a number, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return float(value) if value.is_finite() else None


_UNITS: Final = {
    "Cel": "°C",
    "mm[Hg]": "mmHg",
    "/min": "per min",
    "kg/m2": "kg/m²",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "{score}": "",
    "1": "",
}
