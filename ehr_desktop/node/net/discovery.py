"""Finding workstations on the LAN by multicast DNS (RFC 6762, RFC 6763).

An announcement says nothing about the clinic: a random name that changes at every start, the
version, and a tag that only who knows the network's id can compute. Every answer is a hint from a
stranger: what it leads to is for the handshake to decide.
"""

import asyncio
import hashlib
import hmac
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.interfaces import is_dialable, own_addresses

NODE_SERVICE: Final = "_ehr-node._tcp.local."
PAIRING_SERVICE: Final = "_ehr-pair._tcp.local."
"""Announced only while a pairing window is open."""

_VERSION: Final = "1"
_RESOLVE_MS: Final = 3000
_RESOLVING_AT_ONCE: Final = 64
_MAX_ADDRESSES: Final = 8
_WATCH_S: Final = 2.0
_ASLEEP_S: Final = 10.0


def network_tag(network: bytes) -> str:
    """Give what tells a network (its id, 32 bytes) to its members and nothing to a stranger."""
    return hmac.digest(network, b"ehr/discovery/v1", hashlib.sha256)[:8].hex()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody announced itself: a name that means nothing, and where it says it listens."""

    name: str
    addresses: tuple[Address, ...]


class Discovery:
    """Announces one service and finds others of its kind, on every interface, as they change.

    `tag` separates networks and may be empty; with `port` 0 nothing is announced. `seen` gets
    every sighting, again when it changed or might have; `gone` gets the name of each that was taken
    back. At most `most` are kept, the newest. `clock` gives UTC seconds: a jump tells that the PC
    slept, which the loop's own clock does not everywhere.
    """

    def __init__(
        self,
        service: str,
        *,
        tag: str,
        port: int,
        seen: Callable[[Sighting], None],
        gone: Callable[[Sighting], None],
        most: int,
        clock: Callable[[], float],
    ) -> None:
        self._service = service
        self._properties = {"v": _VERSION, "n": tag} if tag else {"v": _VERSION}
        self._port = port
        self._seen = seen
        self._gone = gone
        self._most = most
        self._clock = clock
        self._host = os.urandom(8).hex()
        self._sightings: dict[str, Sighting] = {}
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_RESOLVING_AT_ONCE)

    @property
    def name(self) -> str:
        """What this end calls itself until it is started again."""
        return f"{self._host}.{self._service}"

    async def run(self) -> None:
        """Announce and find until cancelled; then take the announcement back."""
        while True:
            try:
                multicast = AsyncZeroconf(ip_version=IPVersion.V4Only)
            except OSError:  # no interface can do multicast yet
                await asyncio.sleep(_WATCH_S)
                continue
            try:
                await self._watch(multicast)
            except OSError:  # the interfaces changed under us
                await asyncio.sleep(_WATCH_S)
            finally:
                await self._leave(multicast)

    async def _watch(self, multicast: AsyncZeroconf) -> None:
        """Follow the interfaces: nobody tells when an address comes, goes, or slept."""
        addresses = own_addresses()
        await self._announce(multicast, addresses, anew=True)
        browser = self._browse(multicast)
        try:
            while True:
                polled = self._clock()
                await asyncio.sleep(_WATCH_S)
                current = own_addresses()
                if current == addresses and abs(self._clock() - polled) < _ASLEEP_S:
                    continue
                addresses = current
                await multicast.async_update_interfaces()
                await self._announce(multicast, addresses, anew=False)
                await browser.async_cancel()
                browser = self._browse(multicast)
        finally:
            await browser.async_cancel()

    async def _announce(
        self, multicast: AsyncZeroconf, addresses: frozenset[str], *, anew: bool
    ) -> None:
        if not self._port:
            return
        service = AsyncServiceInfo(
            self._service,
            self.name,
            addresses=[socket.inet_aton(address) for address in sorted(addresses)],
            port=self._port,
            properties=self._properties,
            # a random host name: two PCs of one name would answer for each other
            server=f"{self._host}.local.",
        )
        if anew:
            sent = await multicast.async_register_service(service)
        else:
            sent = await multicast.async_update_service(service)
        await sent

    def _browse(self, multicast: AsyncZeroconf) -> AsyncServiceBrowser:
        return AsyncServiceBrowser(multicast.zeroconf, self._service, handlers=[self._on_change])

    def _on_change(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        """Take in what a browser found. Zeroconf passes these by name."""
        if service_type != self._service or name == self.name:
            return
        if state_change is ServiceStateChange.Removed:
            self._drop(name)
        elif name not in self._resolving:
            if len(self._resolving) >= self._most:
                self._resolving.pop(next(iter(self._resolving))).cancel()
            task = asyncio.get_running_loop().create_task(self._resolve(zeroconf, name))
            self._resolving[name] = task
            task.add_done_callback(lambda done: self._on_resolved(name, done))

    def _on_resolved(self, name: str, done: asyncio.Task[None]) -> None:
        if self._resolving.get(name) is done:
            del self._resolving[name]

    async def _resolve(self, zeroconf: Zeroconf, name: str) -> None:
        service = AsyncServiceInfo(self._service, name)
        async with self._slots:
            is_found = await service.async_request(zeroconf, _RESOLVE_MS)
        if not is_found or not service.port:
            return
        properties = service.decoded_properties
        if any(properties.get(key) != value for key, value in self._properties.items()):
            return
        hosts = [host for host in service.parsed_addresses() if is_dialable(host)]
        addresses = tuple(Address(host, service.port) for host in hosts[:_MAX_ADDRESSES])
        if not addresses:
            return
        self._drop(name, keep=addresses)
        self._sightings[name] = Sighting(name, addresses)
        if len(self._sightings) > self._most:
            self._drop(next(iter(self._sightings)))
        self._seen(self._sightings[name])

    def _drop(self, name: str, keep: tuple[Address, ...] = ()) -> None:
        """Take back a sighting, but for the addresses it still has."""
        old = self._sightings.pop(name, None)
        left = tuple(address for address in old.addresses if address not in keep) if old else ()
        if left:
            self._gone(Sighting(name, left))

    async def _leave(self, multicast: AsyncZeroconf) -> None:
        tasks = tuple(self._resolving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await multicast.async_unregister_all_services()
        await multicast.async_close()
