"""Where other workstations may be, and who told: the ladder from remembered to typed addresses.

An entry is a hint until a link proved whose address it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ehr_desktop.node.net.address import Address


class Rung(StrEnum):
    """How an address came to be known, the first resort first."""

    REMEMBERED = "remembered"
    ANNOUNCED = "announced"
    TOLD = "told"
    TYPED = "typed"
    INCOMING = "incoming"
    """It was not looked for: the other workstation dialled this one."""


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """What is kept across restarts; `key` is empty while it is not proved whose address it is."""

    address: Address
    key: bytes
    typed: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """An address to try; `key` (32 bytes) is whose it is if that is known or claimed."""

    address: Address
    key: bytes | None
    rung: Rung


@dataclass(slots=True)
class _Entry:
    key: bytes | None = None
    rungs: set[Rung] = field(default_factory=set)
    proved: bool = False


_LADDER: Final = tuple(Rung)
_REMEMBERED_PER_KEY: Final = 4


class AddressBook:
    """At most `most` addresses; the oldest that nobody typed or proved makes room.

    `load` gives what `save` got last; `save` is called whenever that changes.
    """

    def __init__(
        self,
        load: Callable[[], Sequence[SavedAddress]],
        save: Callable[[Sequence[SavedAddress]], None],
        most: int,
    ) -> None:
        self._save = save
        self._most = most
        self._entries: dict[Address, _Entry] = {}
        for saved in load():
            rung = Rung.TYPED if saved.typed and not saved.key else Rung.REMEMBERED
            entry = _Entry(saved.key or None, {rung}, proved=bool(saved.key))
            if saved.typed:
                entry.rungs.add(Rung.TYPED)
            self._entries[saved.address] = entry

    def note(self, address: Address, rung: Rung, key: bytes | None = None) -> None:
        """Take a hint; what was proved before is not overridden by what somebody claims."""
        entry = self._entries.pop(address, None) or _Entry()
        self._entries[address] = entry
        is_new = rung not in entry.rungs
        entry.rungs.add(rung)
        if not entry.proved and key is not None:
            entry.key = key
        self._make_room()
        if is_new and rung is Rung.TYPED:
            self._write()

    def retract(self, address: Address, rung: Rung) -> None:
        """Take a hint back; the address stays if it is known in another way."""
        entry = self._entries.get(address)
        if entry is None:
            return
        entry.rungs.discard(rung)
        if not entry.rungs and not entry.proved:
            del self._entries[address]

    def prove(self, address: Address, key: bytes) -> None:
        """A link showed that `address` is `key`'s; it is remembered from now on."""
        entry = self._entries.setdefault(address, _Entry())
        if entry.proved and entry.key == key:
            return
        entry.key, entry.proved = key, True
        self._forget_oldest(key)
        self._write()

    def disprove(self, address: Address) -> None:
        """Whoever is at `address` now is not who was there: it is a mere hint again."""
        entry = self._entries.get(address)
        if entry is not None and entry.proved:
            entry.proved = False
            self._write()

    def remove(self, address: Address) -> None:
        """Forget an address altogether, a typed one too."""
        if self._entries.pop(address, None) is not None:
            self._write()

    def rung_of(self, address: Address) -> Rung:
        """Tell how `address` came to be known."""
        entry = self._entries.get(address)
        return _first(entry.rungs) if entry else Rung.INCOMING

    def hints(self) -> list[Hint]:
        """Give all addresses, in the order of the ladder, on one rung the newest first."""
        hints = [
            Hint(address, entry.key, _first(entry.rungs))
            for address, entry in reversed(self._entries.items())
        ]
        return sorted(hints, key=lambda hint: _LADDER.index(hint.rung))

    def of(self, key: bytes) -> list[Address]:
        """Give the addresses proved to be `key`'s, the newest first."""
        proved = [a for a, entry in self._entries.items() if entry.proved and entry.key == key]
        return proved[::-1]

    def _make_room(self) -> None:
        while len(self._entries) > self._most:
            loose = (
                address
                for address, entry in self._entries.items()
                if not entry.proved and Rung.TYPED not in entry.rungs
            )
            del self._entries[next(loose, next(iter(self._entries)))]

    def _forget_oldest(self, key: bytes) -> None:
        for address in self.of(key)[_REMEMBERED_PER_KEY:]:
            del self._entries[address]

    def _write(self) -> None:
        self._save(
            [
                SavedAddress(
                    address, entry.key or b"" if entry.proved else b"", Rung.TYPED in entry.rungs
                )
                for address, entry in self._entries.items()
                if entry.proved or Rung.TYPED in entry.rungs
            ]
        )


def _first(rungs: set[Rung]) -> Rung:
    return min(rungs, key=_LADDER.index, default=Rung.INCOMING)
