"""The fields of a decoded array, taken one after the other with their bounds."""

from collections.abc import Iterator, Sequence
from operator import length_hint
from typing import Final

from ehr_desktop.node.ledger.codec import CodecError, Value

MAX_INTEGER: Final = (1 << 63) - 1
"""The largest count, height or time: what a signed column of 64 bits holds."""


class Fields:
    """Takes the elements of an array in order.

    Every method takes the next element and raises `CodecError` if it is not there or is not what
    the method says; `end` raises it if any are left.
    """

    __slots__ = ("_elements",)

    def __init__(self, value: Value) -> None:
        if not isinstance(value, (tuple, list)):
            raise CodecError("not an array")
        self._elements: Iterator[Value] = iter(value)

    @property
    def left(self) -> int:
        """How many elements have not been taken yet."""
        return length_hint(self._elements)

    def integer(self, low: int = 0, high: int = MAX_INTEGER) -> int:
        """Take an integer from `low` to `high`, both included."""
        element = self.value()
        if type(element) is not int or not low <= element <= high:
            raise CodecError("not an integer in range")
        return element

    def octets(self, *sizes: int) -> bytes:
        """Take a byte string that has one of `sizes`."""
        element = self.value()
        if not isinstance(element, bytes) or len(element) not in sizes:
            raise CodecError("not a byte string of the right size")
        return element

    def octets_up_to(self, most: int) -> bytes:
        """Take a byte string of at most `most` bytes."""
        element = self.value()
        if not isinstance(element, bytes) or len(element) > most:
            raise CodecError("not a byte string, or too long")
        return element

    def text(self, most: int, least: int = 0) -> str:
        """Take a text of `least` to `most` characters."""
        element = self.value()
        if not isinstance(element, str) or not least <= len(element) <= most:
            raise CodecError("not a text of the right length")
        return element

    def flag(self) -> bool:
        """Take a truth value."""
        element = self.value()
        if not isinstance(element, bool):
            raise CodecError("not a truth value")
        return element

    def array(self, most: int, least: int = 0) -> Sequence[Value]:
        """Take an array of `least` to `most` elements."""
        element = self.value()
        if not isinstance(element, (tuple, list)) or not least <= len(element) <= most:
            raise CodecError("not an array of the right length")
        return element

    def value(self) -> Value:
        """Take the next element, whatever it is."""
        try:
            return next(self._elements)
        except StopIteration:
            raise CodecError("an element is missing") from None

    def rest(self, most: int) -> Sequence[Value]:
        """Take all elements that are left, at most `most`."""
        if self.left > most:
            raise CodecError("too many elements")
        return tuple(self._elements)

    def version(self, known: int) -> None:
        """Take a version number that must be `known`."""
        self.integer(known, known)

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.left:
            raise CodecError("an element too many")
