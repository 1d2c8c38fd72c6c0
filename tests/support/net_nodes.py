"""Small real nodes for tests of links: a key, an endpoint on loopback, and what it was told."""

import asyncio
import functools
from contextlib import asynccontextmanager
from dataclasses import replace

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.endpoint import Endpoint
from ehr_desktop.node.net.limits import PROTOCOL, Limits
from ehr_desktop.node.net.messages import Hello

NETWORK = b"n" * 32
QUICK = Limits(heartbeat_s=0.2, dead_s=1.2, handshake_s=20.0, goodbye_s=0.3, dial_s=20.0)


def seed_of(name):
    return name.encode().ljust(32, b".")


def key_of(name):
    return SigningKey(seed_of(name)).public


def hello_of(name, **changes):
    hello = Hello(
        network=NETWORK,
        protocol=PROTOCOL,
        device=device_id_of(key_of(name)),
        boot=b"12345678",
        port=0,
        epoch=0,
        height=7,
        head=b"h" * 32,
        clock_ms=1_700_000_000_000,
        feeds=(),
    )
    return replace(hello, **changes)


class SmallNode:
    """An endpoint whose roster is the set `knows`, and queues of what came in."""

    def __init__(self, name, knows, limits=QUICK, **hello):
        self.name = name
        self.knows = {key_of(peer) for peer in knows}
        self.links = asyncio.Queue()
        self.refusals = asyncio.Queue()
        self.greeted = 0
        self._hello = hello
        self.endpoint = Endpoint(
            seed_of(name),
            roster=lambda: self.knows,
            hello=self._greeting,
            linked=self.links.put_nowait,
            refused=lambda address, ending: self.refusals.put_nowait(ending),
            limits=limits,
        )
        self.address = Address("127.0.0.1", self.endpoint.listen("127.0.0.1"))

    def _greeting(self):
        self.greeted += 1
        return hello_of(self.name, **self._hello)

    async def link_to(self, other):
        """Both ends of a link this node dials: mine, theirs."""
        mine = await self.endpoint.dial(other.address)
        return mine, await soon(other.links.get())


@asynccontextmanager
async def small_nodes(*nodes):
    try:
        yield nodes
    finally:
        for node in nodes:
            await node.endpoint.close()


def on_a_loop(test):
    """Run an asynchronous test on a loop of its own."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    return run


async def soon(work, seconds=60.0):
    async with asyncio.timeout(seconds):
        return await work


async def until(holds, seconds=60.0):
    """Wait until `holds()`; the loop turns in between."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
