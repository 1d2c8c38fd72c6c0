"""A full check that is stopped, signed out of, or run while others write."""

import asyncio
from dataclasses import replace

from tests.support.one_pc import ANNA, opened, story


def test_a_check_that_is_stopped_says_it_is_not_complete(clinic):
    @story(clinic.home, "lee")
    async def _(pc):
        steps = []
        report = await pc.clinic.integrity.check(
            pc.actors["lee"],
            lambda done, total: steps.append((done, total)),
            lambda: len(steps) > 3,
        )
        assert not report.complete
        assert not report.views_checked
        assert await pc.clinic.integrity.last() is not None
        before = await pc.clinic.integrity.last()
        assert before.complete
        assert all(done <= total for done, total in steps)


def test_signing_out_during_a_check_stops_it_and_blames_nobody(clinic):
    async def work():
        async with opened(clinic.home, "lee") as pc:
            lee = pc.actors["lee"]
            loop = asyncio.get_running_loop()
            left = []

            def leave(done: int, _total: int) -> None:
                if done > 3 and not left:
                    left.append(True)
                    asyncio.run_coroutine_threadsafe(pc.clinic.session.sign_out(lee), loop).result()

            report = await pc.clinic.integrity.check(lee, leave, lambda: False)
            assert not report.complete
            assert report.faults == ()

    asyncio.run(work())


def test_a_check_while_writing_goes_on_finds_nothing(clinic):
    @story(clinic.home, "lee")
    async def _(pc):
        lee = pc.actors["lee"]
        done = asyncio.Event()

        async def write() -> int:
            count = 0
            while not done.is_set():
                patient = (
                    await pc.clinic.patients.register(lee, replace(ANNA, given=f"N{count}"))
                ).id
                chart = await pc.clinic.charts.open(lee, patient)
                await pc.clinic.charts.add_note(chart, "Note", "text")
                count += 1
            return count

        writing = asyncio.create_task(write())
        for _ in range(3):
            report = await pc.check("lee")
            assert report.faults == ()
            assert report.views_checked
        done.set()
        assert await writing > 3
        assert (await pc.check("lee")).faults == ()
