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


def decode(data: bytes, *, limit: int = MAX_ENCODED) -> Value:
    """Give the value `data` encodes.

    Raises:
        CodecError: `data` is longer than `limit` bytes or is not what `encode` would give.
    """
    if len(data) > limit:
        raise CodecError(f"longer than {limit} bytes")
    value, end = _read(data, 0, MAX_DEPTH)
    if end != len(data):
        raise CodecError("bytes behind the end")
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


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Read one value at `at`; give it and where the next one starts."""
    if at >= len(data):
        raise CodecError("cut off")
    first = data[at]
    major, argument = first >> 5, first & 0x1F
    at += 1
    if argument >= _FOLLOWS:
        if argument > _EIGHT_BYTES or major >= _TAG:
            raise CodecError("an indefinite length, a tag, a float or an unknown simple value")
        width = 1 << (argument - _FOLLOWS)
        argument = int.from_bytes(_slice(data, at, width), "big")
        at += width
    return _READERS[major](data, at, argument, depth)


def _slice(data: bytes, at: int, size: int) -> bytes:
    if size > len(data) - at:
        raise CodecError("cut off")
    return data[at : at + size]


def _read_unsigned(_data: bytes, at: int, argument: int, _depth: int) -> tuple[int, int]:
    return argument, at


def _read_negative(_data: bytes, at: int, argument: int, _depth: int) -> tuple[int, int]:
    return -1 - argument, at


def _read_bytes(data: bytes, at: int, size: int, _depth: int) -> tuple[bytes, int]:
    return _slice(data, at, size), at + size


def _read_text(data: bytes, at: int, size: int, _depth: int) -> tuple[str, int]:
    try:
        return _slice(data, at, size).decode(), at + size
    except UnicodeDecodeError:
        raise CodecError("text that is not UTF-8") from None


def _read_array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    _require_depth(depth)
    elements = []
    for _ in range(count):
        element, at = _read(data, at, depth - 1)
        elements.append(element)
    return tuple(elements), at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    _require_depth(depth)
    entries: dict[str, Value] = {}
    for _ in range(count):
        key, at = _read(data, at, depth - 1)
        if not isinstance(key, str):
            raise CodecError("a map key that is no text")
        entries[key], at = _read(data, at, depth - 1)
    return entries, at


def _refuse_tag(_data: bytes, _at: int, argument: int, _depth: int) -> tuple[Value, int]:
    raise CodecError(f"tag {argument}")


def _read_simple(_data: bytes, at: int, argument: int, _depth: int) -> tuple[Value, int]:
    if argument not in _SIMPLE_VALUES:
        raise CodecError("an unknown simple value")
    return _SIMPLE_VALUES[argument], at


_READERS: Final = (
    _read_unsigned,
    _read_negative,
    _read_bytes,
    _read_text,
    _read_array,
    _read_map,
    _refuse_tag,
    _read_simple,
)
"""By major type. RFC 8949, 3.1."""
