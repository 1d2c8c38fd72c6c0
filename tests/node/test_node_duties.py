"""What a workstation does by itself: after a turn, after a start, when the time has come."""

import asyncio
from types import SimpleNamespace

from ehr_desktop.node.contracts.statements import RegisterPatient
from ehr_desktop.node.duties.duties import Duties
from ehr_desktop.node.duties.duty import Cause, Later
from tests.support.one_pc import ANNA, story


class Noting:
    """A duty that says nothing and notes what it was asked about."""

    kinds = frozenset({RegisterPatient.KIND})
    looks_back = 10

    def __init__(self, loop, answer=lambda _here: ()):
        self.asked = asyncio.Queue()
        self._loop, self._answer = loop, answer

    def owed(self, here, cause):
        """Note it."""
        self._loop.call_soon_threadsafe(self.asked.put_nowait, cause.statement.patient.hex())
        return self._answer(here)


async def next_of(duty):
    """What a duty was asked about next."""
    return await asyncio.wait_for(duty.asked.get(), 60)


def test_a_duty_is_asked_about_what_was_missed_and_about_what_comes(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        before = (await pc.clinic.patients.register(pc.actors["lee"], ANNA)).id
        duty = Noting(asyncio.get_running_loop())
        duties = Duties(pc.node._core, [duty])
        await duties.open()
        assert await next_of(duty) == before
        after = (await pc.clinic.patients.register(pc.actors["lee"], ANNA)).id
        assert await next_of(duty) == after
        await duties.close()
        await pc.clinic.patients.register(pc.actors["lee"], ANNA)
        assert duty.asked.empty()


def test_a_duty_that_fails_is_reported_and_the_others_go_on(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        loop, reported = asyncio.get_running_loop(), asyncio.Queue()
        loop.set_exception_handler(lambda _loop, context: reported.put_nowait(context))

        def fail(_here):
            raise ValueError("broken")

        failing, sound = Noting(loop, fail), Noting(loop)
        duties = Duties(pc.node._core, [failing, sound])
        await duties.open()
        patient = (await pc.clinic.patients.register(pc.actors["lee"], ANNA)).id
        assert [await next_of(failing), await next_of(sound)] == [patient, patient]
        report = await asyncio.wait_for(reported.get(), 60)
        assert str(report["exception"]) == "broken"
        await duties.close()


def test_a_duty_is_asked_again_when_it_said_so(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        times = iter([50, 50])
        duty = Noting(
            asyncio.get_running_loop(),
            lambda here: [Later(here.now_ms + wait) for wait in [next(times, 0)] if wait],
        )
        duties = Duties(pc.node._core, [duty])
        await duties.open()
        patient = (await pc.clinic.patients.register(pc.actors["lee"], ANNA)).id
        assert [await next_of(duty) for _ in range(3)] == [patient] * 3
        await duties.close()


def test_what_may_never_come_is_looked_for_less_and_less_often(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        waits, causes = [], []
        duty = Noting(asyncio.get_running_loop())

        def owed(here, cause):
            later = Later.again(here, cause)
            waits.append(later.due_ms - here.now_ms)
            causes.append(cause.put_off)
            duty.owed = Noting.owed.__get__(duty) if len(waits) == 2 else owed
            return [later]

        duty.owed = owed
        duties = Duties(pc.node._core, [duty])
        await duties.open()
        await pc.clinic.patients.register(pc.actors["lee"], ANNA)
        await next_of(duty)
        assert (waits, causes) == ([200, 400], [0, 1])
        many = Cause(bytes(32), None, put_off=1000)
        here = SimpleNamespace(now_ms=0)
        assert Later.again(here, many).due_ms == 30_000
        await duties.close()
