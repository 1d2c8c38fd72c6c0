"""The state contracts read and write: keys and canonical values, with undo for a refused one."""

from collections.abc import Callable
from typing import Any, Protocol

from ehr_desktop.node.contracts.shapes import plain
from ehr_desktop.node.ledger.codec import Value, decode, encode

Lookup = Callable[[bytes], bytes | None]


class StateReader(Protocol):
    """Gives a decoded value of the contract state, or None."""

    def __call__(self, *parts: str | bytes | int) -> Any:
        """Look up one key."""
        ...


def key(*parts: str | bytes | int) -> bytes:
    """Give the canonical encoding of a state key; its first part is the contract's label."""
    return encode([plain(part) for part in parts])


class State:
    """Reads through to `lookup`; keeps what was written until someone stores `changes`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._written: dict[bytes, bytes | None] = {}
        self._undo: dict[bytes, bytes | None] | None = None
        self._places: dict[tuple[str | bytes | int, ...], bytes] = {}
        self._found: dict[bytes, bytes | None] = {}
        self._decoded: dict[bytes, Any] = {}

    @property
    def changes(self) -> dict[bytes, bytes | None]:
        """All keys written so far with their values; None removes the key."""
        return self._written

    def get(self, *parts: str | bytes | int) -> Any:
        """Give a decoded value, or None."""
        raw = self._raw(self._place(parts))
        if raw is None:
            return None
        # a block asks for the same few values again and again
        if raw not in self._decoded:
            self._decoded[raw] = decode(raw)
        return self._decoded[raw]

    def put(self, *parts: str | bytes | int, value: Value) -> None:
        """Write a value."""
        kept = plain(value)
        raw = encode(kept)
        self._decoded[raw] = kept
        self._write(self._place(parts), raw)

    def remove(self, *parts: str | bytes | int) -> None:
        """Remove a key."""
        self._write(self._place(parts), None)

    def begin(self) -> None:
        """Start remembering what `undo` must put back."""
        self._undo = {}

    def undo(self) -> None:
        """Take back everything written since `begin`."""
        for place, before in (self._undo or {}).items():
            if before is _ABSENT:
                del self._written[place]
            else:
                self._written[place] = before
        self._undo = None

    def _place(self, parts: tuple[str | bytes | int, ...]) -> bytes:
        if parts not in self._places:
            self._places[parts] = key(*parts)
        return self._places[parts]

    def _raw(self, place: bytes) -> bytes | None:
        if place in self._written:
            return self._written[place]
        if place not in self._found:
            self._found[place] = self._lookup(place)
        return self._found[place]

    def _write(self, place: bytes, value: bytes | None) -> None:
        if self._undo is not None and place not in self._undo:
            self._undo[place] = self._written.get(place, _ABSENT)
        self._written[place] = value


_ABSENT: Any = object()
