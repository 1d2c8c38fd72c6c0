"""Checks of primitive values: the right JSON type, the right form, a day that exists.

A check takes any JSON value and gives the code of what is wrong with it, or an empty string.
"""

import binascii
import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from typing import Any

PrimitiveCheck = Callable[[Any], str]

TEXTS = {
    "type": "The value has the wrong JSON type.",
    "empty": "The value is empty.",
    "format": "The value does not have the form this element needs.",
    "date": "There is no such day in the calendar.",
    "range": "The number is outside the range allowed.",
    "code": "The code is not one of those allowed here.",
    "control": "The text holds a control character.",
    "too-long": "The text is longer than FHIR allows (1,048,576 characters).",
    "base64": "The value is not base64.",
    "markup": "The narrative is not a plain XHTML division.",
}

LONGEST_STRING = 1024 * 1024
_INTEGER_BOUND = 2**31
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ACTIVE_MARKUP = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|link|meta|base|frame|applet)\b", re.IGNORECASE
)
_DATE_TYPES = frozenset({"date", "dateTime", "instant"})
_TEXT_TYPES = frozenset({"string", "markdown"})


def primitive_check(name: str, pattern: str) -> PrimitiveCheck:
    """Make the check of primitive type `name`; `pattern` is HL7's regular expression for it."""
    if name in _NOT_BY_PATTERN:
        return _NOT_BY_PATTERN[name]
    if name in _TEXT_TYPES:
        return _text
    matches = re.compile(rf"(?:{pattern})\Z").match

    def check_form(value: Any) -> str:
        if type(value) is not str:
            return "type"
        if not value:
            return "empty"
        return "" if matches(value) else "format"

    def check_date(value: Any) -> str:
        return check_form(value) or ("" if _is_in_calendar(value) else "date")

    return check_date if name in _DATE_TYPES else check_form


def code_check(codes: frozenset[str]) -> PrimitiveCheck:
    """Make the check of a code bound to a required set."""

    def check(value: Any) -> str:
        if type(value) is not str:
            return "type"
        return "" if value in codes else "code"

    return check


def _is_in_calendar(date: str) -> bool:
    day = date[8:10]
    return day <= "28" or int(day) <= monthrange(int(date[:4]), int(date[5:7]))[1]


def _text(value: Any) -> str:
    if type(value) is not str:
        return "type"
    if not value or value.isspace():
        return "empty"
    if not value.isprintable() and _CONTROL.search(value):
        return "control"
    return "too-long" if len(value) > LONGEST_STRING else ""


def _boolean(value: Any) -> str:
    return "" if value is True or value is False else "type"


def _integer_from(lowest: int) -> PrimitiveCheck:
    def check(value: Any) -> str:
        if type(value) is not int:
            return "type"
        return "" if lowest <= value < _INTEGER_BOUND else "range"

    return check


def _decimal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return "type"
    return ""


def _base64(value: Any) -> str:
    if type(value) is not str:
        return "type"
    if not value:
        return "empty"
    try:
        binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except ValueError:
        return "base64"
    return ""


def _narrative(value: Any) -> str:
    if type(value) is not str:
        return "type"
    if not value.lstrip().startswith("<div") or _ACTIVE_MARKUP.search(value):
        return "markup"
    return ""


_NOT_BY_PATTERN: dict[str, PrimitiveCheck] = {
    "boolean": _boolean,
    "integer": _integer_from(-_INTEGER_BOUND),
    "unsignedInt": _integer_from(0),
    "positiveInt": _integer_from(1),
    "decimal": _decimal,
    "base64Binary": _base64,
    "xhtml": _narrative,
}
