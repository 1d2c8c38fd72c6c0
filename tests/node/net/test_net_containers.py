import asyncio
import os

import pytest

from ehr_desktop.node.crypto.hashes import Hasher, digest
from ehr_desktop.node.net.containers import Download, Source, serve
from ehr_desktop.node.net.errors import DownloadError, LinkEndedError
from ehr_desktop.node.net.messages import (
    ContainerChunk,
    ContainerGet,
    ContainerMissing,
    ContainerStart,
)
from tests.support.net_nodes import SmallNode, on_a_loop, small_nodes, soon

SEALED = os.urandom(900_000)
NAME = digest("ehr/test/v1", b"salt", SEALED)


class MemoryPart:
    def __init__(self, octets=b""):
        self.octets = octets

    def pieces(self):
        for at in range(0, len(self.octets), 1000):
            yield self.octets[at : at + 1000]

    def append(self, piece):
        self.octets += piece

    def discard(self):
        self.octets = b""


def download(part, sealed=SEALED, name=NAME):
    return Download(name, len(sealed), Hasher("ehr/test/v1", b"salt", size=len(sealed)), part)


def source(sealed=SEALED):
    return Source(len(sealed), b"preamble", lambda at, size: sealed[at : at + size])


async def fetch(link, wanted, most=1000):
    """Take chunks in until the container is complete; at most so many."""
    assert isinstance(await soon(link.receive()), ContainerStart)
    for _ in range(most):
        if wanted.add(await soon(link.receive())):
            return True
    return False


@on_a_loop
async def test_a_container_arrives_checked():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        part = MemoryPart()
        wanted = download(part)
        serving = asyncio.ensure_future(serve(theirs, wanted.request, source()))
        assert await fetch(mine, wanted)
        assert part.octets == SEALED
        await serving


@on_a_loop
async def test_a_download_that_broke_goes_on_where_it_was_with_another_peer():
    part = MemoryPart()
    for allowed in (2, 1000):
        async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
            mine, theirs = await a.link_to(b)
            wanted = download(part)
            serving = asyncio.ensure_future(serve(theirs, wanted.request, source()))
            complete = await fetch(mine, wanted, allowed)
            await asyncio.gather(serving, return_exceptions=True)
    assert wanted.request.offset == len(SEALED)
    assert complete
    assert part.octets == SEALED


@on_a_loop
async def test_an_empty_container_arrives_too():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        name = digest("ehr/test/v1", b"salt", b"")
        await serve(theirs, ContainerGet(name, 0), source(b""))
        assert await fetch(mine, download(MemoryPart(), b"", name))


@on_a_loop
async def test_who_does_not_store_it_says_so():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        await serve(theirs, ContainerGet(NAME, 0), None)
        assert await soon(mine.receive()) == ContainerMissing(NAME)
        await serve(theirs, ContainerGet(NAME, len(SEALED) + 1), source())
        assert await soon(mine.receive()) == ContainerMissing(NAME)


@on_a_loop
async def test_serving_ends_with_the_link():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        endless = Source(1 << 40, b"", lambda _at, size: bytes(size))
        serving = asyncio.ensure_future(serve(theirs, ContainerGet(NAME, 0), endless))
        await soon(mine.receive())
        await a.endpoint.close()
        await b.endpoint.close()
        with pytest.raises(LinkEndedError):
            await soon(serving)


def test_one_changed_byte_is_found_and_nothing_is_kept():
    part = MemoryPart()
    wanted = download(part)
    changed = SEALED[:-1] + bytes([SEALED[-1] ^ 1])
    wanted.add(ContainerChunk(NAME, 0, changed[:500_000]))
    with pytest.raises(DownloadError):
        wanted.add(ContainerChunk(NAME, 500_000, changed[500_000:]))
    assert part.octets == b""


@pytest.mark.parametrize(
    "chunk",
    [
        ContainerChunk(NAME, 1, b"x"),
        ContainerChunk(bytes(32), 0, b"x"),
        ContainerChunk(NAME, 0, b""),
        ContainerChunk(NAME, 0, SEALED + b"x"),
    ],
)
def test_a_chunk_out_of_place_is_refused(chunk):
    part = MemoryPart()
    with pytest.raises(DownloadError):
        download(part).add(chunk)
    assert part.octets == b""


def test_what_is_on_disk_is_checked_again_before_it_counts():
    part = MemoryPart(b"x" * 1000)
    wanted = download(part)
    assert wanted.request == ContainerGet(NAME, 1000)
    with pytest.raises(DownloadError):
        wanted.add(ContainerChunk(NAME, 1000, SEALED[1000:]))
