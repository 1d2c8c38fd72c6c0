"""One workstation's links as a program: a hub on a real network that says what happens to it.

usage: lan_node.py NAME PEERS PORT [FOLDER]; every line of input is an order, every line of output
a fact.
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
    print(json.dumps(facts), flush=True)


class SavedFile:
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


async def main(name, peers, port, folder=None):
    names = {key_of(peer): peer for peer in [name, *peers.split(",")]}
    started = time.monotonic()
    boot = os.urandom(8)
    hub = None

    def hello():
        now_ms = time.time_ns() // 1_000_000
        return Hello(NETWORK, PROTOCOL, device_id_of(key_of(name)), boot, 0, 0, 1, bytes(32), now_ms, ())

    def linked(key, _hello):
        peer = next(p for p in hub.peers() if p.key == key)
        say(event="linked", peer=names[key], rung=peer.rung, address=str(peer.address), at=time.monotonic() - started)

    async def received(key, message):
        say(event="received", peer=names.get(key, "?"), kind=type(message).__name__)

    events = HubEvents(
        linked=linked,
        unlinked=lambda key, ending: say(event="unlinked", peer=names.get(key, "?"), why=ending),
        received=received,
        refused=lambda address, ending: say(event="refused", why=ending, host=address.host),
    )
    saved = SavedFile(folder)
    current = dict(names)
    book = AddressBook(saved.load, saved.save, 256)
    hub = Hub(seed_of(name), roster=lambda: current, hello=hello, book=book, events=events, limits=Limits())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.set)
    say(event="listening", port=await hub.start(port=int(port)))

    def obey():
        line = sys.stdin.readline()
        if not line:
            loop.remove_reader(sys.stdin)
            return
        order = json.loads(line)
        if "dial" in order:
            hub.add_address(parse_address(order["dial"], int(port)))
        if "remove" in order:
            del current[key_of(order["remove"])]
            hub.roster_changed()
        if "broadcast" in order:
            say(event="broadcast", to=hub.broadcast(GetBlocks(1, 1)))
        if "peers" in order:
            for peer in hub.peers():
                say(event="peer", peer=peer.name, state=peer.state, trouble=peer.trouble,
                    measured=peer.rtt_ms is not None, rung=peer.rung, height=peer.height)  # fmt: skip

    loop.add_reader(sys.stdin, obey)
    await stop.wait()
    await hub.close()


asyncio.run(main(*sys.argv[1:]))
