"""Canonical CBOR, and nothing but canonical CBOR.

One value has one encoding and one encoding has one value, so what was signed cannot be written in
another way. Seven shapes are known here: the library is told to refuse every tag before it converts
anything, and floats, other simple values and indefinite lengths never get out of `decode`.

Source: RFC 8949, 4.2.1 (core deterministic encoding).
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import cbor2
from typing_extensions import override

Value: TypeAlias = int | bytes | str | bool | Sequence["Value"] | Mapping[str, "Value"] | None
"""What may be encoded. Decoding gives arrays as tuples and maps as dicts."""

MAX_DEPTH: Final = 16
MAX_ENCODED: Final = 1 << 20
"""The longest encoding `decode` looks at unless told otherwise, in bytes."""

MAX_ELEMENTS: Final = 100_000
"""How many elements `decode` reads unless told otherwise: what bounds its time, to 0.1 s or so."""

_ARRAYS: Final = frozenset({tuple, list})
_MAPS: Final = frozenset({dict, cbor2.frozendict})
_SCALARS: Final = frozenset({int, bytes, str, bool, type(None)})
_LEAST, _MOST = -(1 << 64), (1 << 64) - 1


class CodecError(Exception):
    """Bytes that are no canonical encoding, or a value that has none. Says what, not the bytes."""


class _NoTags(Mapping[int, Any]):
    """What the library asks for a tag's converter: there is none."""

    @override
    def __getitem__(self, tag: int) -> Any:
        raise CodecError(f"tag {tag}")

    @override
    def __iter__(self) -> Iterator[int]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0


_NO_TAGS: Final = _NoTags()


def encode(value: Value) -> bytes:
    """Give the one encoding of `value`.

    Raises:
        CodecError: it holds a type or an integer that cannot be encoded, or nests too deeply.
    """
    _has_maps(value, sys.maxsize)
    try:
        return cbor2.dumps(value, canonical=True)
    except UnicodeEncodeError:
        raise CodecError("text that is not Unicode") from None


def decode(data: bytes, *, limit: int = MAX_ENCODED, elements: int = MAX_ELEMENTS) -> Value:
    """Give the value `data` encodes.

    Raises:
        CodecError: `data` is longer than `limit` bytes, has more than `elements` elements at all
            levels together, or is not what `encode` would give.
    """
    if len(data) > limit:
        raise CodecError(f"longer than {limit} bytes")
    value = _read(data)
    has_maps = _has_maps(value, elements)
    if cbor2.dumps(value, canonical=True) != data:
        raise CodecError("not canonical")
    return _thawed(value) if has_maps else value


def _read(data: bytes) -> Any:
    try:
        return cbor2.loads(
            data,
            semantic_decoders=_NO_TAGS,
            allow_indefinite=False,
            max_depth=MAX_DEPTH,
            immutable=True,
        )
    except cbor2.CBORDecodeError:
        raise CodecError("cut off, nested too deeply, or a shape unknown here") from None


def _has_maps(value: Value, most: int) -> bool:
    """Tell whether there are maps in `value`; refuse more than `most` elements below it, integers
    beyond 64 bits, and any but the seven shapes, by exact type: what a subclass would decode to is
    another value.
    """
    has_maps = False
    level: Sequence[Any] = (value,)
    for _ in range(MAX_DEPTH + 1):
        is_last = True
        below: list[Any] = []
        for one in level:
            kind = type(one)
            if kind in _ARRAYS:
                is_last = False
                below += one
            elif kind in _MAPS:
                is_last, has_maps = False, True
                below += _keys_and_values(one)
            elif kind not in _SCALARS:
                raise CodecError("no encoding for a type")
            elif kind is int and not _LEAST <= one <= _MOST:
                raise CodecError("an integer beyond 64 bits")
        if is_last:
            return has_maps
        most -= len(below)
        if most < 0:
            raise CodecError("too many elements")
        level = below
    raise CodecError("nested too deeply")


def _keys_and_values(one: Mapping[Any, Any]) -> list[Any]:
    if any(type(key) is not str for key in one):
        raise CodecError("a map key that is no text")
    return [*one, *one.values()]


def _thawed(value: Any) -> Value:
    """Give maps as plain dicts; the library only has frozen ones to go with tuples."""
    if type(value) is tuple:
        return tuple(map(_thawed, value))
    if type(value) is cbor2.frozendict:
        return {key: _thawed(element) for key, element in value.items()}
    return value  # type: ignore[no-any-return]
