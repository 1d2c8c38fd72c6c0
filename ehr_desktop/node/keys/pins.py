"""Which PINs hold for a card: they are guarded against guessing, but not against the first ten."""

from datetime import date

from ehr_desktop.domain.consent import PIN_DIGITS
from ehr_desktop.domain.errors import InvalidInputError

LONGEST_PIN = 12
_FEWEST_DIFFERENT = 3
_RUNS = ("01234567890123456789", "147258369147", "159357159", "135791357", "246802468")
_CENTURIES = (1900, 2000)


def normal_pin(typed: str) -> str:
    """Give a PIN in the digits 0 to 9, whatever digits it was typed in.

    Raises:
        InvalidInputError: `digits`: something else was typed, or nothing.
    """
    text = typed.strip()
    if not text.isdecimal():
        raise InvalidInputError("pin", "digits")
    return "".join(str(int(letter)) for letter in text)


def check_new_pin(typed: str) -> str:
    """Take a new PIN and give it as `normal_pin` does.

    Raises:
        InvalidInputError: field `pin`; `digits`: something else was typed; `short`: under 6;
            `long`: over 12; `common`: a repetition, a run or a pattern; `date`: it can be read as a
            date, and a birthday is what others would try first.
    """
    pin = normal_pin(typed)
    if len(pin) < PIN_DIGITS:
        raise InvalidInputError("pin", "short")
    if len(pin) > LONGEST_PIN:
        raise InvalidInputError("pin", "long")
    if _is_common(pin):
        raise InvalidInputError("pin", "common")
    if _is_date(pin):
        raise InvalidInputError("pin", "date")
    return pin


def _is_common(pin: str) -> bool:
    size = len(pin)
    blocks = (pin[:length] for length in range(1, size // 2 + 1))
    return (
        len(set(pin)) < _FEWEST_DIFFERENT
        or pin == pin[::-1]
        or pin[::2] == pin[1::2]
        or any((block * size)[:size] == pin for block in blocks)
        or any(pin in run or pin[::-1] in run for run in _RUNS)
    )


def _is_date(pin: str) -> bool:
    """Tell whether six or eight digits are a day in any usual order."""
    if len(pin) == 8:
        orders = ((pin[4:], pin[2:4], pin[:2]), (pin[4:], pin[:2], pin[2:4]),
                  (pin[:4], pin[4:6], pin[6:]))  # fmt: skip
        return any(
            _CENTURIES[0] <= int(year) < _CENTURIES[1] + 100 and _is_day(int(year), month, day)
            for year, month, day in orders
        )
    if len(pin) == 6:
        orders = ((pin[4:], pin[2:4], pin[:2]), (pin[4:], pin[:2], pin[2:4]),
                  (pin[:2], pin[2:4], pin[4:]))  # fmt: skip
        return any(
            _is_day(century + int(year), month, day)
            for year, month, day in orders
            for century in _CENTURIES
        )
    return False


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True
