"""A clinic that grows: the second workstation, once it is in, lets a third one in."""

import asyncio
from contextlib import AsyncExitStack

from tests.support.growing_clinic import add, opened
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import PASSWORDS


@on_a_loop
async def test_the_second_workstation_lets_a_third_one_in(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.founded())
        second = await add(stack, first, tmp_path / "b", "Room 2")
        third = await add(stack, second, tmp_path / "c", "Room 3")
        actor = await third.session.sign_in("admin", PASSWORDS["admin"])
        status = await third.network.status(actor)
    assert {one.name for one in status.workstations} == {"PC 1", "Room 2", "Room 3"}
    assert (status.total, status.quorum) == (3, 2)
