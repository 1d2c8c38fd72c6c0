"""A clinic of two workstations burns down while one was off: what waited comes back, too, and
another workstation joins, which checks how the clinic began again.
"""

import asyncio
from contextlib import AsyncExitStack

from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.node.node import Sources, restore_clinic, system_clock
from tests.support.growing_clinic import add, level, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, PASSWORDS


def quietly(_done, _total):
    pass


async def faults(clinic, actor):
    report = await clinic.integrity.check(actor, quietly, lambda: False)
    assert report.complete
    return report.faults


async def burnt_down(homes, tmp_path):
    """Give a backup of one of two workstations, its papers, and a patient whose note waits."""
    async with AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        room_2 = AsyncExitStack()
        await add(room_2, first, tmp_path / "b", "Room 2")
        admin = await first.session.sign_in("admin", PASSWORDS["admin"])
        lee = await first.session.sign_in("lee", PASSWORDS["lee"])
        papers = [p.words for p in await first.recovery.set_custodians(admin, 2, 3)]
        anna = (await first.patients.register(lee, ANNA)).id
        await room_2.aclose()
        chart = await first.charts.open(lee, anna)
        await first.charts.add_note(chart, "Note", "nobody else was there")
        assert (await first.node.status()).pending > 0
        stick = tmp_path / "stick"
        stick.mkdir()
        backup = await first.recovery.back_up(admin, stick)
        return backup, papers, anna


@on_a_loop
async def test_what_waited_is_final_after_the_restore_and_a_newcomer_follows(homes, tmp_path):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        backup, papers, anna = await burnt_down(homes, tmp_path)
        home = tmp_path / "new"
        await asyncio.to_thread(
            restore_clinic, home, Sources.beside(backup), papers[1:], "New PC", None,
            system_clock, quietly, bool,
        )  # fmt: skip
        new = await opened(stack, home)
        lee = await new.session.sign_in("lee", PASSWORDS["lee"])
        assert (await new.node.status()).pending == 0
        chart = await new.charts.open(lee, anna)
        assert chart.summary.notes.total == 1
        assert await faults(new, lee) == ()
        joined = await add(stack, new, tmp_path / "c", "Room 3")
        await new.charts.add_note(chart, "Note", "both are there")
        lee_there = await joined.session.sign_in("lee", PASSWORDS["lee"])

        async def has_both() -> bool:
            try:
                there = await joined.charts.open(lee_there, anna)
            except RefusedError:
                return False
            return there.summary.notes.total == 2

        await until(has_both, new, joined)
        await level(new, joined)
        status = await joined.node.status()
        assert (status.validators, status.quorum, status.pending) == (2, 2, 0)
        assert await faults(joined, lee_there) == ()
        active = {one.name: one.active for one in await joined.node.workstations()}
        assert active == {"PC 1": False, "Room 2": False, "New PC": True, "Room 3": True}
