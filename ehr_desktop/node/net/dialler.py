"""Dialling: which addresses to try now, how often, and what came of it."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import AddressBook, Hint
from ehr_desktop.node.net.endpoint import Endpoint, Roster
from ehr_desktop.node.net.errors import Ending, LinkRefusedError
from ehr_desktop.node.net.link import Link

_AT_ONCE: Final = 8
_AT_ONCE_PER_HOST: Final = 2
_POLL_S: Final = 0.25
_PATIENCE_S: Final = 3.0
_FIRST_RETRY_S: Final = 0.5
_LAST_RETRY_S: Final = 30.0
_NOT_THEIRS: Final = {Ending.NOT_ON_ROSTER, Ending.NO_TLS, Ending.OTHER_NETWORK, Ending.ITSELF}


@dataclass(frozen=True, slots=True)
class _Failure:
    ending: Ending
    times: int
    retry_at: float


class Dialler:
    """Tries the addresses in `book` until every peer on the roster is linked.

    Of two workstations the one with the smaller device id dials at once, and the other if that
    came to nothing within 3 s; so most pairs make one link and a one-way firewall stops none.
    Whoever has just started waits for nobody: the others need not know that it is there.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        book: AddressBook,
        *,
        roster: Roster,
        is_linked: Callable[[bytes], bool],
        linked: Callable[[Link], None],
    ) -> None:
        self._endpoint = endpoint
        self._book = book
        self._roster = roster
        self._is_linked = is_linked
        self._linked = linked
        self._device = device_id_of(endpoint.key)
        self._failures: dict[Address, _Failure] = {}
        self._held_until: dict[Address, float] = {}
        self._dialling: dict[Address, asyncio.Task[None]] = {}
        self._missing_since: dict[bytes, float] = {}
        self._has_looked = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again now."""
        self._woken.set()

    def hear(self, address: Address, *, hold: bool) -> None:
        """An address was heard of anew: earlier failures count no more. With `hold` its owner is
        given 3 s to dial first.
        """
        self._failures.pop(address, None)
        if hold:
            now = asyncio.get_running_loop().time()
            self._held_until.setdefault(address, now + _PATIENCE_S)
        self._woken.set()

    def is_dialling(self, key: bytes) -> bool:
        """Tell whether an address thought to be `key`'s is being tried."""
        return any(
            hint.key == key and hint.address in self._dialling for hint in self._book.hints()
        )

    def trouble(self, key: bytes) -> Ending | None:
        """Tell what went wrong the last time an address of `key`'s was tried."""
        for hint in self._book.hints():
            failure = self._failures.get(hint.address)
            if hint.key == key and failure is not None:
                return failure.ending
        return None

    async def run(self) -> None:
        """Dial until cancelled."""
        try:
            while True:
                self._dial_what_is_due()
                self._woken.clear()
                try:
                    async with asyncio.timeout(_POLL_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            tasks = tuple(self._dialling.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _dial_what_is_due(self) -> None:
        loop = asyncio.get_running_loop()
        hints = self._book.hints()
        known = self._roster()
        self._note_missing(known, loop.time())
        self._prune({hint.address for hint in hints})
        # what has not failed goes first, so a flood of false hints cannot hold up a true one
        for hint in sorted(hints, key=self._failed_times):
            if len(self._dialling) >= _AT_ONCE:
                return
            if self._has_room(hint.address) and self._is_due(hint, known, loop.time()):
                self._dialling[hint.address] = loop.create_task(self._dial(hint))

    def _failed_times(self, hint: Hint) -> int:
        failure = self._failures.get(hint.address)
        return failure.times if failure else 0

    def _has_room(self, address: Address) -> bool:
        """Tell whether nobody is dialling `address`, and few its host, now."""
        same_host = sum(other.host == address.host for other in self._dialling)
        return address not in self._dialling and same_host < _AT_ONCE_PER_HOST

    def _note_missing(self, known: Collection[bytes], now: float) -> None:
        since = now if self._has_looked else now - _PATIENCE_S
        self._missing_since = {
            key: self._missing_since.get(key, since) for key in known if not self._is_linked(key)
        }
        self._has_looked = True

    def _prune(self, addresses: set[Address]) -> None:
        self._failures = {at: self._failures[at] for at in addresses & self._failures.keys()}
        self._held_until = {at: self._held_until[at] for at in addresses & self._held_until.keys()}

    def _is_due(self, hint: Hint, known: Collection[bytes], now: float) -> bool:
        failure = self._failures.get(hint.address)
        if failure is not None and now < failure.retry_at:
            return False
        if hint.key is None:
            is_held = now < self._held_until.get(hint.address, now)
            return not is_held and any(key != self._endpoint.key for key in self._missing_since)
        if hint.key not in known or hint.key == self._endpoint.key or self._is_linked(hint.key):
            return False
        is_ours_to_dial = self._device < device_id_of(hint.key)
        return is_ours_to_dial or now - self._missing_since[hint.key] >= _PATIENCE_S

    async def _dial(self, hint: Hint) -> None:
        loop = asyncio.get_running_loop()
        try:
            link = await self._endpoint.dial(hint.address)
        except LinkRefusedError as error:
            self._fail(hint.address, error.ending, loop.time())
            return
        finally:
            del self._dialling[hint.address]
        self._failures.pop(hint.address, None)
        self._book.prove(hint.address, link.key)
        self._linked(link)

    def _fail(self, address: Address, ending: Ending, now: float) -> None:
        old = self._failures.get(address)
        times = old.times + 1 if old else 1
        wait_s = min(_LAST_RETRY_S, _FIRST_RETRY_S * 2 ** (times - 1))
        self._failures[address] = _Failure(ending, times, now + wait_s)
        if ending in _NOT_THEIRS:
            self._book.disprove(address)
