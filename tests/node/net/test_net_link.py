import asyncio
import os
import time
from dataclasses import replace

import pytest

from ehr_desktop.node.net.errors import Ending, LinkEndedError, LinkRefusedError
from ehr_desktop.node.net.limits import Limits
from ehr_desktop.node.net.messages import ContainerChunk, Farewell, GetBlocks, Have, Ping
from ehr_desktop.node.net.wire import MAX_CHUNK, encode_message, frame
from tests.support.net_clients import raw_client, rogue
from tests.support.net_nodes import (
    QUICK,
    SmallNode,
    key_of,
    on_a_loop,
    small_nodes,
    soon,
    until,
)

# --- two honest ends -----------------------------------------------------------------------


@on_a_loop
async def test_two_paired_workstations_talk_both_ways():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        assert (mine.key, theirs.key) == (key_of("b"), key_of("a"))
        assert (mine.hello.height, mine.dialled, theirs.dialled) == (7, True, False)
        mine.send(GetBlocks(1, 5))
        theirs.send(Have(3, b"x" * 32, ()))
        assert await soon(theirs.receive()) == GetBlocks(1, 5)
        assert await soon(mine.receive()) == Have(3, b"x" * 32, ())


@on_a_loop
async def test_the_round_trip_is_measured_while_a_link_is_idle():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        began = time.monotonic()
        mine, theirs = await a.link_to(b)
        reading = [asyncio.ensure_future(link.receive()) for link in (mine, theirs)]
        await until(lambda: mine.rtt_ms is not None and theirs.rtt_ms is not None)
        assert 0 < mine.rtt_ms <= (time.monotonic() - began) * 1000
        await a.endpoint.close()
        ended = await asyncio.gather(*reading, return_exceptions=True)
        assert [type(error) for error in ended] == [LinkEndedError, LinkEndedError]
        assert (mine.ending, theirs.ending) == (Ending.CLOSED_HERE, Ending.BYE)


@on_a_loop
async def test_a_goodbye_is_heard_by_who_is_just_sending():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        for _ in range(10):
            mine, theirs = await a.link_to(b)
            theirs.send(GetBlocks(1, 5))
            mine.end(Ending.NOT_ON_ROSTER, Farewell.REMOVED)
            for _ in range(50):
                theirs.send(ContainerChunk(b"c" * 32, 0, bytes(MAX_CHUNK // 8)))
                await asyncio.sleep(0)
            with pytest.raises(LinkEndedError):
                await soon(theirs.receive())
            assert theirs.ending is Ending.NOT_ON_ROSTER
            await soon(mine.wait_parted())


@on_a_loop
async def test_two_busy_peers_that_both_send_megabytes_do_not_wait_for_each_other():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        chunks = [ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)) for n in range(24)]

        async def pour(link):
            for chunk in chunks:
                await link.room()
                link.send(chunk)

        async def drink(link):
            return [(await link.receive()).offset for _ in chunks]

        links = await a.link_to(b)
        pouring = [asyncio.ensure_future(pour(link)) for link in links]
        assert await soon(asyncio.gather(*map(drink, links))) == [list(range(24))] * 2
        await asyncio.gather(*pouring)


@on_a_loop
async def test_what_decides_overtakes_what_is_merely_large():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        for n in range(20):
            mine.send(ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)))
        mine.send(GetBlocks(1, 1))
        kinds = [type(await soon(theirs.receive())) for _ in range(21)]
        assert kinds.index(GetBlocks) < 5


@on_a_loop
async def test_a_slow_consumer_is_not_taken_for_a_dead_peer():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        mine, theirs = await a.link_to(b)
        reading = asyncio.ensure_future(mine.receive())
        mine.send(GetBlocks(1, 1))
        await soon(theirs.receive())
        await asyncio.sleep(QUICK.dead_s * 2)  # it works on what it received
        theirs.send(Have(1, bytes(32), ()))
        assert isinstance(await soon(reading), Have)


# --- bounds --------------------------------------------------------------------------------


@on_a_loop
async def test_a_silent_client_is_dropped_after_the_handshakes_time_and_not_before():
    async with small_nodes(SmallNode("a", "b", Limits(handshake_s=0.6))) as (a,):
        reader, writer = await asyncio.open_connection(a.address.host, a.address.port)
        began = time.monotonic()
        assert await soon(reader.read()) == b""
        assert time.monotonic() - began > 0.5
        writer.close()


@on_a_loop
async def test_a_paired_client_that_says_no_hello_is_dropped(tmp_path):
    async with small_nodes(SmallNode("a", "b", Limits(handshake_s=1.0, goodbye_s=0.2))) as (a,):
        _, writer = await raw_client(a, tmp_path, "b")
        assert await soon(a.refusals.get()) is Ending.SILENT
        writer.transport.abort()


@pytest.mark.parametrize(
    ("octets", "ending"),
    [
        ((1 << 30).to_bytes(4, "big"), Ending.TOO_LONG),
        (bytes(4), Ending.GARBAGE),
        (b"\0\0\0\x05hello", Ending.GARBAGE),
        (frame([encode_message(Ping(1))])[:-1] + b"\xff", Ending.GARBAGE),
        (b"GET / HTTP/1.1\r\nHost: clinic\r\n\r\n", Ending.TOO_LONG),
    ],
)
@on_a_loop
async def test_garbage_ends_the_link_with_its_reason_and_the_node_goes_on(tmp_path, octets, ending):
    async with small_nodes(SmallNode("a", "bc"), SmallNode("c", "a")) as (a, c):
        _, writer, link = await rogue(a, tmp_path)
        writer.write(octets)
        with pytest.raises(LinkEndedError):
            await soon(link.receive())
        assert link.ending is ending
        _, honest = await c.link_to(a)
        assert honest.ending is None
        writer.transport.abort()


@on_a_loop
async def test_a_peer_that_falls_silent_is_dead_after_its_time(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        _, writer, link = await rogue(a, tmp_path)
        with pytest.raises(LinkEndedError):
            await soon(link.receive())
        assert link.ending is Ending.SILENT
        writer.transport.abort()


@on_a_loop
async def test_a_peer_that_does_not_read_loses_its_link_and_takes_no_memory(tmp_path):
    limits = Limits(send_queue=4 << 20, goodbye_s=0.2)
    async with small_nodes(SmallNode("a", "b", limits)) as (a,):
        reader, writer, link = await rogue(a, tmp_path)
        reader._transport.pause_reading()
        for n in range(200):
            link.send(ContainerChunk(b"c" * 32, n, bytes(MAX_CHUNK)))
            await asyncio.sleep(0)
        assert link.ending is Ending.SLOW
        writer.transport.abort()


@on_a_loop
async def test_a_flood_is_read_at_its_rate_and_an_honest_peer_does_not_notice(tmp_path):
    limits = Limits(frames_per_s=50, frames_burst=50, heartbeat_s=0.1, dead_s=3, goodbye_s=0.2)
    async with small_nodes(SmallNode("a", "bc", limits), SmallNode("c", "a", limits)) as (a, c):
        before = time.monotonic()
        _, writer, flooded = await rogue(a, tmp_path)
        writer.write(frame([encode_message(GetBlocks(1, 1))]) * 20_000)
        honest, theirs = await c.link_to(a)
        heard = 0

        async def count():
            nonlocal heard
            async for _ in flooded:
                heard += 1

        counting = asyncio.ensure_future(count())
        began = time.monotonic()
        for n in range(20):
            honest.send(GetBlocks(n, 1))
            assert await soon(theirs.receive()) == GetBlocks(n, 1)
        await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))
        assert 40 < heard < 50 + 50 * (time.monotonic() - before) + 50
        assert flooded.ending is None
        flooded.abort(Ending.CLOSED_HERE)
        await counting
        writer.transport.abort()


@on_a_loop
async def test_only_so_many_strangers_may_take_up_room_at_once():
    limits = replace(QUICK, handshake_s=1.5)
    async with small_nodes(SmallNode("a", "b", limits), SmallNode("b", "a")) as (a, b):
        held = [await asyncio.open_connection(a.address.host, a.address.port) for _ in range(9)]
        assert [await soon(a.refusals.get()) for _ in range(5)] == [Ending.CROWDED] * 5
        await until(lambda: a.refusals.qsize() >= QUICK.unproven_per_host)
        _, theirs = await b.link_to(a)
        assert theirs.ending is None
        for _, writer in held:
            writer.transport.abort()


@on_a_loop
async def test_one_peer_may_hold_only_so_many_links():
    async with small_nodes(SmallNode("a", "b"), SmallNode("b", "a")) as (a, b):
        for _ in range(QUICK.links_per_peer):
            await a.link_to(b)
        with pytest.raises(LinkRefusedError) as refused:
            await a.endpoint.dial(b.address)
        assert refused.value.ending is Ending.CROWDED


@on_a_loop
async def test_random_bytes_never_do_more_than_end_a_link(tmp_path):
    async with small_nodes(SmallNode("a", "b")) as (a,):
        for size in (1, 3, 4, 5, 100, 5000):
            _, writer, link = await rogue(a, tmp_path)
            writer.write(b"\0\0" + os.urandom(size))
            writer.close()
            with pytest.raises(LinkEndedError):
                await soon(link.receive())
            assert link.ending in {Ending.GARBAGE, Ending.LOST}
