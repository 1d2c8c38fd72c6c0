"""What a value in a transaction's body may be: each shape checks one value and gives it back."""

import re
from collections.abc import Callable
from typing import Any


class MalformedBodyError(Exception):
    """A transaction's body does not have the shape its kind asks for."""


Shape = Callable[[Any], Any]

_CODE = re.compile("[!-~]{1,64}")


def fixed(size: int) -> Shape:
    """Exactly `size` bytes."""

    def check(value: Any) -> bytes:
        if type(value) is not bytes or len(value) != size:
            raise MalformedBodyError(f"expected {size} bytes")
        return value

    return check


def code(value: Any) -> str:
    """A code: 1 to 64 printable ASCII characters without blanks."""
    if type(value) is not str or not _CODE.fullmatch(value):
        raise MalformedBodyError("expected a code")
    return value


def octets(longest: int) -> Shape:
    """One to `longest` bytes."""

    def check(value: Any) -> bytes:
        if type(value) is not bytes or not 1 <= len(value) <= longest:
            raise MalformedBodyError(f"expected 1 to {longest} bytes")
        return value

    return check


def text(longest: int, least: int = 0) -> Shape:
    """Any text of `least` to `longest` characters."""

    def check(value: Any) -> str:
        if type(value) is not str or not least <= len(value) <= longest:
            raise MalformedBodyError(f"expected a text of {least} to {longest} characters")
        return value

    return check


def whole(lowest: int, highest: int) -> Shape:
    """A whole number in a range, both ends included."""

    def check(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise MalformedBodyError(f"expected a number from {lowest} to {highest}")
        return value

    return check


def one_of(*codes: str) -> Shape:
    """One of a set of codes."""
    allowed = frozenset(codes)

    def check(value: Any) -> str:
        if type(value) is not str or value not in allowed:
            raise MalformedBodyError("expected one of a set of codes")
        return value

    return check


def optional(shape: Shape) -> Shape:
    """Empty bytes or text, or what `shape` takes."""

    def check(value: Any) -> Any:
        return value if value in (b"", "") else shape(value)

    return check


def rows(*shapes: Shape, most: int, least: int = 0) -> Shape:
    """A list of rows, each with one value a shape; `least` to `most` of them."""

    def check(value: Any) -> tuple[tuple[Any, ...], ...]:
        if type(value) not in (list, tuple) or not least <= len(value) <= most:
            raise MalformedBodyError(f"expected {least} to {most} rows")
        return tuple(_row(row, shapes) for row in value)

    return check


def many(shape: Shape, *, most: int) -> Shape:
    """A list of values of one shape."""

    def check(value: Any) -> tuple[Any, ...]:
        if type(value) not in (list, tuple) or len(value) > most:
            raise MalformedBodyError(f"expected at most {most} values")
        return tuple(map(shape, value))

    return check


def _row(row: Any, shapes: tuple[Shape, ...]) -> tuple[Any, ...]:
    if type(row) not in (list, tuple) or len(row) != len(shapes):
        raise MalformedBodyError(f"expected rows of {len(shapes)} values")
    return tuple(shape(value) for shape, value in zip(shapes, row, strict=True))


def plain(value: Any) -> Any:
    """Give enums as the text they are, through lists; the codec takes nothing else."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value))
    return value


ID = fixed(16)
HASH = fixed(32)
SIGNING_KEY = fixed(32)
SIGNATURE = fixed(64)
BOX_KEY = fixed(1216)
INSTANT = whole(0, 253_402_128_000_000)
"""UTC milliseconds from 1970 on; what lasts a day from there still ends within the year 9999."""
