"""One link to every other workstation, kept up whatever comes and goes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import AddressBook, Rung
from ehr_desktop.node.net.dialler import Dialler
from ehr_desktop.node.net.discovery import NODE_SERVICE, Discovery, Sighting, network_tag
from ehr_desktop.node.net.endpoint import Endpoint
from ehr_desktop.node.net.errors import Ending
from ehr_desktop.node.net.interfaces import is_dialable
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.net.link import Link
from ehr_desktop.node.net.messages import Addresses, Farewell, Have, Hello, Message, PeerAddress
from ehr_desktop.node.net.peers import Peer, PeerState
from ehr_desktop.node.net.wire import MAX_ADDRESSES

NamedRoster = Callable[[], Mapping[bytes, str]]
"""Gives the devices that belong to the clinic now: public key (32 bytes) to name."""

_ROSTER_WATCH_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class HubEvents:
    """What the hub tells, on its loop. Peers are named by their public key (32 bytes).

    `received` is awaited before the next message of that peer is read, so whoever is busy slows
    the sender down. A peer is `linked` once before it is `unlinked`.
    """

    linked: Callable[[bytes, Hello], None]
    unlinked: Callable[[bytes, Ending], None]
    received: Callable[[bytes, Message], Awaitable[None]]
    refused: Callable[[Address, Ending], None]


class Hub:
    """Finds, dials and accepts all workstations of the roster. One event loop owns it.

    `hello` gives the node's own state; the port in it is filled in here. `clock` gives UTC seconds.
    """

    def __init__(
        self,
        seed: bytes,
        *,
        roster: NamedRoster,
        hello: Callable[[], Hello],
        book: AddressBook,
        events: HubEvents,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._roster = roster
        self._hello = hello
        self._book = book
        self._events = events
        self._limits = limits
        self._clock = clock
        self._links: dict[bytes, Link] = {}
        self._heights: dict[bytes, int] = {}
        self._clocks: dict[bytes, int] = {}
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._readers: set[asyncio.Task[None]] = set()
        self._endpoint = Endpoint(
            seed,
            roster=roster,
            hello=self._greeting,
            linked=self._on_link,
            refused=events.refused,
            limits=limits,
        )
        self._dialler = Dialler(
            self._endpoint,
            book,
            roster=roster,
            is_linked=self._links.__contains__,
            linked=self._on_link,
        )

    async def start(self, host: str = "", port: int = 0, *, announce: bool = True) -> int:
        """Listen, dial and (with `announce`) take part in discovery; give the port.

        Raises:
            OSError: the port is taken.
        """
        self._port = self._endpoint.listen(host, port)
        self._start(self._dialler.run(), self._tasks)
        self._start(self._watch_roster(), self._tasks)
        if announce:
            discovery = Discovery(
                NODE_SERVICE,
                tag=network_tag(self._hello().network),
                port=self._port,
                seen=lambda sighting: self._on_seen(sighting, discovery.name),
                gone=self._on_gone,
                most=self._limits.hints,
                clock=self._clock,
            )
            self._start(discovery.run(), self._tasks)
        return self._port

    async def close(self) -> None:
        """Say goodbye to everybody and wait until nothing is left open."""
        await _cancel(self._tasks)
        await self._endpoint.close()
        await _cancel(self._readers)

    def add_address(self, address: Address) -> None:
        """Try an address somebody typed, now and whenever a workstation is missing."""
        self._book.note(address, Rung.TYPED)
        self._dialler.hear(address, hold=False)

    def roster_changed(self) -> None:
        """End the links of who was removed, and look for who was added, at once."""
        self._endpoint.close_removed()
        self._dialler.wake()

    def send(self, peer: bytes, message: Message) -> bool:
        """Queue a message for a peer and tell whether there is a link to it.

        Raises:
            WireError: the message does not fit a frame.
        """
        link = self._links.get(peer)
        if link is None:
            return False
        link.send(message)
        return True

    def broadcast(self, message: Message) -> int:
        """Queue a message for every peer there is a link to, and tell how many that are.

        Raises:
            WireError: the message does not fit a frame.
        """
        for link in tuple(self._links.values()):
            link.send(message)
        return len(self._links)

    def link(self, peer: bytes) -> Link | None:
        """Give the link to a peer, for streaming over it; only the hub reads it."""
        return self._links.get(peer)

    def linked_peers(self) -> tuple[bytes, ...]:
        """Give the peers there is a link to, in ascending order of key."""
        return tuple(sorted(self._links))

    def peers(self) -> tuple[Peer, ...]:
        """Give all other workstations of the roster, by name."""
        named = sorted(self._roster().items(), key=lambda entry: (entry[1], entry[0]))
        return tuple(self._peer(key, name) for key, name in named if key != self._endpoint.key)

    def _peer(self, key: bytes, name: str) -> Peer:
        link = self._links.get(key)
        peer = Peer(
            key,
            name,
            PeerState.ABSENT,
            self._heights.get(key),
            clock_ahead_ms=self._clocks.get(key),
        )
        if link is not None:
            rung = self._book.rung_of(link.address) if link.dialled else Rung.INCOMING
            return replace(
                peer, state=PeerState.LINKED, rtt_ms=link.rtt_ms, address=link.address, rung=rung
            )
        if self._dialler.is_dialling(key):
            peer = replace(peer, state=PeerState.DIALLING)
        where = next(iter(self._book.of(key)), None)
        known_by = self._book.rung_of(where) if where else None
        return replace(peer, address=where, rung=known_by, trouble=self._dialler.trouble(key))

    def _greeting(self) -> Hello:
        return replace(self._hello(), port=self._port)

    def _start(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _watch_roster(self) -> None:
        """Even a change nobody told of ends the links of who was removed."""
        while True:
            self._endpoint.close_removed()
            await asyncio.sleep(_ROSTER_WATCH_S)

    # --- hints ---------------------------------------------------------------------------------

    def _on_seen(self, sighting: Sighting, own_name: str) -> None:
        for address in sighting.addresses:
            self._book.note(address, Rung.ANNOUNCED)
            # nobody knows yet whose device id is smaller, so the names decide who dials
            self._dialler.hear(address, hold=own_name > sighting.name)

    def _on_gone(self, sighting: Sighting) -> None:
        for address in sighting.addresses:
            self._book.retract(address, Rung.ANNOUNCED)

    def _on_told(self, told: Addresses) -> None:
        known = self._roster()
        for one in told.addresses:
            if one.key in known and is_dialable(one.host):
                self._book.note(Address(one.host, one.port), Rung.TOLD, one.key)
        self._dialler.wake()

    def _tell(self, link: Link) -> None:
        """Tell a new peer where the others are, and the others where it is."""
        addresses = {
            key: PeerAddress(key, where[0].host, where[0].port)
            for key in self._links
            if (where := self._book.of(key)) and is_dialable(where[0].host)
        }
        newcomer = addresses.pop(link.key, None)
        if addresses:
            link.send(Addresses(tuple(addresses.values())[:MAX_ADDRESSES]))
        if newcomer is not None:
            for key, other in self._links.items():
                if key != link.key:
                    other.send(Addresses((newcomer,)))

    # --- links ---------------------------------------------------------------------------------

    def _on_link(self, link: Link) -> None:
        old = self._links.get(link.key)
        if old is not None and not self._replaces(link, old):
            link.end(Ending.DUPLICATE, Farewell.DUPLICATE)
            return
        self._links[link.key] = link
        if old is not None:
            old.end(Ending.DUPLICATE, Farewell.DUPLICATE)
            self._events.unlinked(link.key, Ending.DUPLICATE)
        if not link.dialled and link.hello.port:
            self._book.prove(Address(link.address.host, link.hello.port), link.key)
        self._heights[link.key] = link.hello.height
        self._clocks[link.key] = link.hello.clock_ms - round(self._clock() * 1000)
        self._events.linked(link.key, link.hello)
        self._tell(link)
        self._start(self._read(link), self._readers)
        link.on_ended(lambda: self._on_ended(link))

    def _replaces(self, new: Link, old: Link) -> bool:
        """Tell which of two links to one peer both ends keep: the one the smaller device id
        dialled. A peer that has started again, or went quiet, has lost the old one anyway.
        """
        if new.hello.boot != old.hello.boot or old.quiet_s > self._limits.heartbeat_s * 1.5:
            return True
        is_smaller = device_id_of(self._endpoint.key) < device_id_of(new.key)
        return new.dialled in {old.dialled, is_smaller}

    def _on_ended(self, link: Link) -> None:
        if self._links.get(link.key) is link:
            del self._links[link.key]
            self._events.unlinked(link.key, link.ending or Ending.LOST)
            self._dialler.wake()

    async def _read(self, link: Link) -> None:
        try:
            async for message in link:
                if isinstance(message, Addresses):
                    self._on_told(message)
                    continue
                if isinstance(message, Have):
                    self._heights[link.key] = message.height
                await self._events.received(link.key, message)
        finally:
            # a link nobody reads any more must not look alive; a goodbye goes out in peace
            if link.ending is None:
                link.abort(Ending.LOST)


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tuple(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
