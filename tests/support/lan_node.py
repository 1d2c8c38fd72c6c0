"""One workstation's links as a program: a hub on a real network that says what happens to it.

usage: lan_node.py NAME PEERS PORT DEAD_S [FOLDER]; every line of input is an order, every line of
output a fact.
"""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address, parse_address
from ehr_desktop.node.net.address_book import AddressBook, SavedAddress
from ehr_desktop.node.net.hub import Hub, HubEvents
from ehr_desktop.node.net.limits import PROTOCOL, Limits
from ehr_desktop.node.net.messages import GetBlocks, Hello
from tests.support.net_nodes import NETWORK, key_of, seed_of


def say(**facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class SavedFile:
    """What the address book keeps across restarts, as a file; without a folder nothing is kept."""

    def __init__(self, folder):
        self._path = Path(folder) / "addresses.json" if folder else None

    def load(self):
        if self._path is None or not self._path.exists():
            return []
        return [
            SavedAddress(Address(host, port), bytes.fromhex(key), typed)
            for host, port, key, typed in json.loads(self._path.read_text())
        ]

    def save(self, saved):
        if self._path is not None:
            rows = [(s.address.host, s.address.port, s.key.hex(), s.typed) for s in saved]
            self._path.write_text(json.dumps(rows))


class LanNode:
    """A hub that says what happens to it and does as it is told."""

    def __init__(self, name, peers, limits, saved):
        self._device = device_id_of(key_of(name))
        self._boot = os.urandom(8)
        self._started = time.monotonic()
        self._names = {key_of(each): each for each in [name, *peers]}
        self._roster = dict(self._names)
        self.hub = Hub(
            seed_of(name),
            roster=lambda: self._roster,
            hello=self._hello,
            book=AddressBook(saved.load, saved.save, limits.hints),
            events=HubEvents(
                self._on_linked, self._on_unlinked, self._on_received, self._on_refused
            ),
            limits=limits,
            clock=time.time,
        )

    def obey(self, order):
        if "dial" in order:
            self.hub.add_address(parse_address(order["dial"], order["port"]))
        if "remove" in order:
            del self._roster[key_of(order["remove"])]
            self.hub.roster_changed()
        if "broadcast" in order:
            say(event="broadcast", to=self.hub.broadcast(GetBlocks(1, 1)))

    def _hello(self):
        now_ms = time.time_ns() // 1_000_000
        return Hello(NETWORK, PROTOCOL, self._device, self._boot, 0, 0, 1, bytes(32), now_ms, ())

    def _on_linked(self, key, _hello):
        peer = next(peer for peer in self.hub.peers() if peer.key == key)
        at = time.monotonic() - self._started
        address = str(peer.address)
        say(event="linked", peer=peer.name, rung=peer.rung, address=address, at=at)

    def _on_unlinked(self, key, ending):
        say(event="unlinked", peer=self._names[key], why=ending)

    async def _on_received(self, key, message):
        say(event="received", peer=self._names[key], kind=type(message).__name__)

    def _on_refused(self, _address, ending):
        say(event="refused", why=ending)


async def main(name, peers, port, dead_s, folder=None):
    limits = Limits(dead_s=float(dead_s), heartbeat_s=float(dead_s) / 3)
    node = LanNode(name, peers.split(","), limits, SavedFile(folder))
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin, lambda: node.obey(json.loads(sys.stdin.readline())))
    say(event="listening", port=await node.hub.start(port=int(port)))
    await stop.wait()
    await node.hub.close()


asyncio.run(main(*sys.argv[1:]))
