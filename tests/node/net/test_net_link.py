import asyncio
import functools

from ehr_desktop.node.net.errors import Ending
from ehr_desktop.node.net.messages import ContainerChunk, GetBlocks, Have
from tests.support.net_nodes import QUICK, SmallNode, key_of, small_nodes, soon, until


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(test(*args, **kwargs))

    return run


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
        mine, theirs = await a.link_to(b)
        reading = [asyncio.ensure_future(link.receive()) for link in (mine, theirs)]
        await until(lambda: mine.rtt_ms is not None and theirs.rtt_ms is not None)
        assert 0 < mine.rtt_ms < 1000
        mine.abort(Ending.LOST)
        await asyncio.gather(*reading, return_exceptions=True)
