"""Canonical CBOR, and nothing but canonical CBOR.

One value has one encoding and one encoding has one value, so what was signed cannot be written in
another way. The reader here knows seven shapes only: a tag, a float or an indefinite length never
reaches a library's converters.

Source: RFC 8949, 4.2.1 (core deterministic encoding).
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import cbor2

Value: TypeAlias = int | bytes | str | bool | Sequence["Value"] | Mapping[str, "Value"] | None
"""What may be encoded. Decoding gives arrays as tuples and maps as dicts."""

MAX_DEPTH: Final = 16
MAX_ENCODED: Final = 1 << 20
"""The longest encoding `decode` looks at unless told otherwise, in bytes."""

MAX_ELEMENTS: Final = 100_000
"""How many elements `decode` reads unless told otherwise: what bounds its time, to 0.1 s or so."""

_FOLLOWS, _EIGHT_BYTES = 24, 27  # the argument stands in the 1, 2, 4 or 8 bytes that follow
_TAG: Final = 6
_SIMPLE_VALUES: Final = {20: False, 21: True, 22: None}
_PLAIN: Final = frozenset({bytes, bool, type(None)})
_ARRAYS: Final = frozenset({tuple, list})


class CodecError(Exception):
    """Bytes that are no canonical encoding, or a value that has none. Says what, not the bytes."""


def encode(value: Value) -> bytes:
    """Give the one encoding of `value`.

    Raises:
        CodecError: it holds a type or an integer that cannot be encoded, or nests too deeply.
    """
    _require_encodable(value, MAX_DEPTH)
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, *, limit: int = MAX_ENCODED, elements: int = MAX_ELEMENTS) -> Value:
    """Give the value `data` encodes.

    Raises:
        CodecError: `data` is longer than `limit` bytes, has more than `elements` elements at all
            levels together, or is not what `encode` would give.
    """
    if len(data) > limit:
        raise CodecError(f"longer than {limit} bytes")
    value = _Reader(data, elements).read()
    if cbor2.dumps(value, canonical=True) != data:
        raise CodecError("not canonical")
    return value


def _require_encodable(value: Value, depth: int) -> None:
    """Accept the seven shapes, by exact type: what a subclass would decode to is another value."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is int:
        _require_integer(value)
    elif kind is str:
        _require_text(value)
    elif kind in _ARRAYS and isinstance(value, Sequence):
        _require_depth(depth)
        for element in value:
            _require_encodable(element, depth - 1)
    elif kind is dict and isinstance(value, Mapping):
        _require_depth(depth)
        for key, element in value.items():
            _require_text(key)
            _require_encodable(element, depth - 1)
    else:
        raise CodecError(f"no encoding for {kind.__name__}")


def _require_integer(value: Value) -> None:
    if not isinstance(value, int) or not -(1 << 64) <= value < 1 << 64:
        raise CodecError("an integer beyond 64 bits")


def _require_text(text: Value) -> None:
    if type(text) is not str:
        raise CodecError("a map key that is no text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CodecError("text that is not Unicode") from None


def _require_depth(depth: int) -> None:
    if depth == 0:
        raise CodecError("nested too deeply")


class _Reader:
    """Reads one value from the front of `data` to its end."""

    __slots__ = ("_at", "_data", "_elements")

    def __init__(self, data: bytes, elements: int) -> None:
        self._data = data
        self._at = 0
        self._elements = elements

    def read(self) -> Value:
        value = self.value(MAX_DEPTH)
        if self._at != len(self._data):
            raise CodecError("bytes behind the end")
        return value

    def value(self, depth: int) -> Value:
        at = self._at
        if at >= len(self._data):
            raise CodecError("cut off")
        first = self._data[at]
        self._at = at + 1
        major, argument = first >> 5, first & 0x1F
        if argument >= _FOLLOWS:
            if argument > _EIGHT_BYTES or major >= _TAG:
                raise CodecError("an indefinite length, a tag, a float or an unknown simple value")
            argument = int.from_bytes(self.bytes(1 << (argument - _FOLLOWS), depth), "big")
        return _READERS[major](self, argument, depth)

    def unsigned(self, argument: int, _depth: int) -> int:
        return argument

    def negative(self, argument: int, _depth: int) -> int:
        return -1 - argument

    def bytes(self, size: int, _depth: int) -> bytes:
        start, end = self._at, self._at + size
        if end > len(self._data):
            raise CodecError("cut off")
        self._at = end
        return self._data[start:end]

    def text(self, size: int, depth: int) -> str:
        try:
            return self.bytes(size, depth).decode()
        except UnicodeDecodeError:
            raise CodecError("text that is not UTF-8") from None

    def array(self, count: int, depth: int) -> tuple[Value, ...]:
        self.enter(count, depth)
        return tuple([self.value(depth - 1) for _ in range(count)])

    def map(self, count: int, depth: int) -> dict[str, Value]:
        self.enter(2 * count, depth)
        entries: dict[str, Value] = {}
        for _ in range(count):
            key = self.value(depth - 1)
            if not isinstance(key, str):
                raise CodecError("a map key that is no text")
            entries[key] = self.value(depth - 1)
        return entries

    def enter(self, count: int, depth: int) -> None:
        _require_depth(depth)
        self._elements -= count
        if self._elements < 0:
            raise CodecError("too many elements")

    def tag(self, argument: int, _depth: int) -> Value:
        raise CodecError(f"tag {argument}")

    def simple(self, argument: int, _depth: int) -> Value:
        if argument not in _SIMPLE_VALUES:
            raise CodecError("an unknown simple value")
        return _SIMPLE_VALUES[argument]


_READERS: Final = (
    _Reader.unsigned,
    _Reader.negative,
    _Reader.bytes,
    _Reader.text,
    _Reader.array,
    _Reader.map,
    _Reader.tag,
    _Reader.simple,
)
"""By major type. RFC 8949, 3.1."""
