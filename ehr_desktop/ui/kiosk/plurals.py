"""Which form of a sentence goes with a number.

Source: Unicode CLDR, Language Plural Rules, cardinals, for whole numbers.
"""

from collections.abc import Callable, Mapping
from typing import Final


def _one(number: int) -> str:
    return "one" if number == 1 else "other"


def _none_or_one(number: int) -> str:
    return "one" if number in {0, 1} else "other"


def _arabic(number: int) -> str:
    if number in {0, 1, 2}:
        return ("zero", "one", "two")[number]
    rest = number % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


_RULES: Final[Mapping[str, tuple[Callable[[int], str], tuple[str, ...]]]] = {
    "en": (_one, ("one", "other")),
    "es": (_one, ("one", "other")),
    "fr": (_none_or_one, ("one", "other")),
    "ar": (_arabic, ("zero", "one", "two", "few", "many", "other")),
    "hi": (_none_or_one, ("one", "other")),
    "ta": (_one, ("one", "other")),
}


def plural_form(code: str, number: int) -> str:
    """Give the form (`one`, `few`, `other` ...) that `number` asks for in the language `code`."""
    return _RULES[code][0](number)


def plural_forms(code: str) -> tuple[str, ...]:
    """Give all forms the language `code` has."""
    return _RULES[code][1]
