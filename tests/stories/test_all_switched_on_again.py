"""All workstations were off while something waited; not all of them come back."""

import asyncio
from contextlib import AsyncExitStack

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.lan.mining import Miner
from tests.support.custody import signs_in
from tests.support.growing_clinic import add, level, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, make_clinic


@on_a_loop
async def test_what_waited_is_decided_though_whose_turn_it_is_stays_away(homes, tmp_path):
    folders = [homes.staffed(), tmp_path / "b", tmp_path / "c"]
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        async with AsyncExitStack() as evening:
            first = await opened(evening, folders[0])
            second, third = [await add(evening, first, folders[n], f"Room {n + 1}") for n in (1, 2)]
            everybody = first, second, third
            rae = await signs_in(first, "rae")
            await level(*everybody)
            while _whose_turn(first) != third.node._core.pipeline.device:
                await first.patients.register(rae, ANNA)
                await level(*everybody)

        for folder in folders[:2]:
            async with AsyncExitStack() as evening:
                alone = await opened(evening, folder)
                registered = await alone.patients.register(await signs_in(alone, "rae"), ANNA)
                assert registered.pending
                assert _whose_turn(alone) == third.node._core.pipeline.device

        first, second = [await opened(stack, folder) for folder in folders[:2]]
        await second.node.network.add_address(first.node.network.addresses[0])

        async def is_decided() -> bool:
            standing = [one.node._core.pipeline.standing for one in (first, second)]
            return standing[0].head == standing[1].head and not any(s.pending for s in standing)

        await until(is_decided, first, second)


@on_a_loop
async def test_what_was_not_mined_when_the_pc_went_off_is_mined_when_it_is_on_again(
    tmp_path, monkeypatch
):
    home = tmp_path / "home"
    await make_clinic(home, staffed=False, proposers=ProposerMode.WORK)
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        monkeypatch.setattr(Miner, "mine", lambda _miner, _mining: None)
        async with AsyncExitStack() as evening:
            first = await opened(evening, home)
            patient = await first.patients.register(await signs_in(first, "admin"), ANNA)
            assert patient.pending
        monkeypatch.undo()
        first = await opened(stack, home)

        async def is_mined() -> bool:
            return not first.node._core.pipeline.standing.pending

        await until(is_mined, first)


def _whose_turn(clinic):
    return clinic.node._core.pipeline.standing.agreement.leader
