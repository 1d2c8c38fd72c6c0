"""A workstation that was off makes readers wait until it has caught up, and not for ever."""

import asyncio
from types import SimpleNamespace

from ehr_desktop.node.consent import freshness
from ehr_desktop.node.consent.freshness import Freshness
from tests.support.net_nodes import on_a_loop, soon


def core(*, shared, behind):
    pipeline = SimpleNamespace(is_shared=shared, sync=SimpleNamespace(is_behind=behind))
    return SimpleNamespace(pipeline=pipeline)


async def is_made_to_wait(waiting):
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    return not done


@on_a_loop
async def test_readers_wait_until_what_the_others_know_is_known_here_and_then_never_again():
    found = core(shared=True, behind=True)
    fresh = Freshness(found)
    waiting = asyncio.ensure_future(fresh.wait())
    assert await is_made_to_wait(waiting)
    found.pipeline.sync.is_behind = False
    await soon(waiting)
    found.pipeline.sync.is_behind = True
    await soon(fresh.wait())


@on_a_loop
async def test_where_nobody_is_found_work_goes_on_after_a_moment(monkeypatch):
    fresh = Freshness(core(shared=True, behind=None))
    waiting = asyncio.ensure_future(fresh.wait())
    assert await is_made_to_wait(waiting)
    monkeypatch.setattr(freshness, "ALONE_S", 0.0)
    await soon(waiting)


@on_a_loop
async def test_nobody_waits_in_a_clinic_of_one():
    await soon(Freshness(core(shared=False, behind=None)).wait())


def test_a_workstation_knows_whether_it_is_behind(clinic_of):
    clinic = clinic_of(3)
    third = clinic[3]
    assert third.pipeline.sync.is_behind is False
    clinic.cut({"PC 1", "Room 2"}, {"Room 3"})
    assert third.pipeline.sync.is_behind is None, "nobody is linked"
    clinic.registers(clinic[1])
    clinic.settle(rounds=4)
    assert clinic[1].height > third.height
    clinic.heal()
    assert third.pipeline.sync.is_behind is True
    clinic.catch_up(third)
    assert third.pipeline.sync.is_behind is False
