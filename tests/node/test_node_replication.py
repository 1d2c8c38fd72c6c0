"""Large containers between real links, real files and real databases."""

import asyncio
import os
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.records import RecordHeader, commitment_of
from ehr_desktop.node.lan.replication import Replication
from ehr_desktop.node.net.messages import ContainerChunk, ContainerGet, ContainerMissing
from ehr_desktop.node.store import awaited, containers
from ehr_desktop.node.store.awaited import CONTAINER, Awaited
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import migrate, open_database
from ehr_desktop.node.store.tables import STEPS
from ehr_desktop.node.sync.effects import Fetch
from tests.support.net_nodes import SmallNode, key_of, on_a_loop, small_nodes, until

SEALED = os.urandom(3_000_000)
HEADER = RecordHeader(b"p" * 16, "imaging", 1, b"r" * 16, 1, b"a" * 16, b"").encode()
NAME = commitment_of(b"s" * 16, HEADER, sha256(SEALED), b"w" * 40, b"f" * 32)
ROW = StoredContainer(
    NAME, b"t" * 32, b"r" * 16, 1, HEADER, b"s" * 16, b"w" * 40, b"f" * 32, len(SEALED), None
)
PROMISED = Awaited(NAME, CONTAINER, b"t" * 32, b"d" * 16, 1, len(SEALED), large=True)


class Pc:
    """A workstation that only moves large containers: database, files and links."""

    def __init__(self, folder, name):
        folder.mkdir()
        self.name = name
        self.database = open_database(folder / "ledger.db", b"k" * 32)
        migrate(self.database, STEPS)
        self.files = ContainerFiles(folder / "containers")
        self.links = {}
        self.ended = []
        self.pipeline = self
        self.spoil = lambda message: message
        self.replication = Replication(
            self, SimpleNamespace(link=self.links.get), lambda peer: peer,
            lambda name, stored: self.ended.append((name, stored)), patience_s=0.5,
        )  # fmt: skip

    async def read(self, query):
        with self.database.reading() as connection:
            return query(connection)

    async def turn(self, work):
        return await asyncio.to_thread(work)

    def run(self, steps):
        turn = SimpleNamespace(arrived=[])
        with self.database.writing() as connection:
            for step in steps:
                step(SimpleNamespace(connection=connection))
        return turn

    def store(self, sealed=SEALED):
        path, file = self.files.create()
        with file:
            file.write(sealed)
        self.files.keep(path, NAME)
        with self.database.writing() as connection:
            containers.add_containers(connection, [ROW])

    def promise(self):
        with self.database.writing() as connection:
            awaited.add(connection, [PROMISED])

    def stored(self):
        with self.database.reading() as connection:
            return containers.container(connection, NAME), awaited.count(connection)

    async def listen(self, peer, link):
        self.links[peer] = link
        async for message in link:
            changed = self.spoil(message)
            if changed is not None:
                await self.replication.received(peer, changed)
        self.links.pop(peer, None)


@asynccontextmanager
async def linked(pcs):
    """Link all the workstations with one another."""
    names = [pc.name for pc in pcs]
    nodes = [SmallNode(name, [n for n in names if n != name]) for name in names]
    async with small_nodes(*nodes):
        tasks = []
        for place, one in enumerate(pcs):
            for other_place in range(place):
                mine, theirs = await nodes[place].link_to(nodes[other_place])
                other = pcs[other_place]
                tasks.append(asyncio.ensure_future(one.listen(key_of(other.name), mine)))
                tasks.append(asyncio.ensure_future(other.listen(key_of(one.name), theirs)))
        await until(lambda: all(len(pc.links) == len(pcs) - 1 for pc in pcs))
        try:
            yield
        finally:
            for pc in pcs:
                await pc.replication.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def pcs(tmp_path):
    made = [Pc(tmp_path / name, name) for name in "abc"]
    yield made
    for pc in made:
        pc.database.close()


def fetch_from(*pcs):
    return Fetch(NAME, len(SEALED), tuple(key_of(pc.name) for pc in pcs))


async def outcome(pc, wanted):
    count = len(pc.ended)
    pc.replication.fetch(wanted)
    await until(lambda: len(pc.ended) > count)
    return pc.ended[-1]


@on_a_loop
async def test_a_large_container_is_fetched_whole_and_stored_with_its_row(pcs):
    a, b, _ = pcs
    a.store()
    b.promise()
    async with linked([a, b]):
        assert await outcome(b, fetch_from(a)) == (NAME, True)
    assert b.files.path(NAME).read_bytes() == SEALED
    assert b.stored() == (ROW, 0)
    assert not b.files.part(NAME).exists()


@on_a_loop
async def test_who_does_not_have_it_is_passed_over(pcs):
    a, b, c = pcs
    a.store()
    b.promise()
    async with linked([a, b, c]):
        assert await outcome(b, fetch_from(c, a)) == (NAME, True)


@on_a_loop
async def test_a_download_that_broke_goes_on_where_it_was_after_a_restart(pcs):
    a, b, _ = pcs
    a.store()
    b.promise()
    b.spoil = lambda m: None if isinstance(m, ContainerChunk) and m.offset > 1_000_000 else m
    async with linked([a, b]):
        assert await outcome(b, fetch_from(a)) == (NAME, False)
    come = b.files.part(NAME).stat().st_size
    assert 1_000_000 < come < len(SEALED)
    with b.database.reading() as connection:
        assert b.files.remove_leftovers(connection) == 0

    offsets = []
    a.spoil = lambda m: (offsets.append(m.offset) if isinstance(m, ContainerGet) else None) or m
    b.spoil = lambda m: m
    async with linked([a, b]):
        assert await outcome(b, fetch_from(a)) == (NAME, True)
    assert offsets == [come]
    assert b.files.path(NAME).read_bytes() == SEALED


@on_a_loop
async def test_a_peer_that_lies_costs_a_download_and_no_more(pcs):
    a, b, c = pcs
    a.store()
    c.store(SEALED[:-1] + b"?")
    b.promise()
    async with linked([a, b, c]):
        assert await outcome(b, fetch_from(c, a)) == (NAME, True)
    assert b.files.path(NAME).read_bytes() == SEALED


@on_a_loop
async def test_a_file_that_is_too_short_is_as_good_as_missing(pcs):
    a, b, c = pcs
    a.store(SEALED[:2_000_000])
    c.store()
    b.promise()
    async with linked([a, b, c]):
        assert await outcome(b, fetch_from(a, c)) == (NAME, True)
    assert b.files.path(NAME).read_bytes() == SEALED


@on_a_loop
async def test_a_peer_that_says_nothing_is_given_up(pcs):
    a, b, c = pcs
    a.store()
    b.promise()
    c.spoil = lambda _message: None
    async with linked([a, b, c]):
        assert await outcome(b, fetch_from(c, a)) == (NAME, True)


@on_a_loop
async def test_what_nobody_promised_is_not_kept(pcs):
    a, b, _ = pcs
    a.store()
    async with linked([a, b]):
        assert await outcome(b, fetch_from(a)) == (NAME, False)
    assert list(b.files.names()) == []
    assert b.stored() == (None, 0)


@on_a_loop
async def test_a_part_nobody_awaits_any_more_is_a_leftover(pcs):
    _, b, _ = pcs
    b.promise()
    b.files.part(NAME).write_bytes(b"some of it")
    with b.database.writing() as connection:
        assert b.files.remove_leftovers(connection) == 0
        awaited.remove(connection, [NAME])
        assert b.files.remove_leftovers(connection) == 1


@on_a_loop
async def test_whoever_asks_for_what_is_not_here_is_told_so(pcs):
    a, b, _ = pcs
    heard = []
    b.spoil = heard.append
    async with linked([a, b]):
        b.links[key_of("a")].send(ContainerGet(NAME, 0))
        await until(lambda: heard)
    assert heard == [ContainerMissing(NAME)]


@on_a_loop
async def test_what_is_being_fetched_is_not_fetched_twice(pcs):
    a, b, _ = pcs
    a.store()
    b.promise()
    async with linked([a, b]):
        b.replication.fetch(fetch_from(a))
        assert await outcome(b, fetch_from(a)) == (NAME, True)
    assert b.ended == [(NAME, True)]


@on_a_loop
async def test_closing_breaks_everything_off(pcs):
    a, b, _ = pcs
    a.store()
    b.promise()
    b.spoil = lambda m: None if isinstance(m, ContainerChunk) else m
    async with linked([a, b]):
        b.replication.fetch(fetch_from(a))
        await until(lambda: b.replication._fetching)
        await b.replication.close()
    assert b.ended == []
