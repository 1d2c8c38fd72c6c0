"""A patient loses the card: a delay, a second member of staff, three papers, and all is there."""

import pytest

from ehr_desktop.domain.errors import CardLostError, RefusedError, SharesWrongError
from ehr_desktop.node.node import system_clock
from tests.support.consent_pc import PIN, Visit, card_for, registered
from tests.support.one_pc import story
from tests.support.papers import name_custodians

HOUR_MS = 3_600_000


class Clock:
    """This computer's, set forward."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead_ms

    def forward(self, hours: int) -> None:
        self.ahead_ms += hours * HOUR_MS


def told(homes, work):
    clock = Clock()

    @story(homes.staffed(), "admin", "lee", "nia", "rae", clock=clock)
    async def _(pc):
        await work(pc, clock)
        assert (await pc.check("lee")).faults == ()


async def sees_the_note(pc, card, pin=PIN):
    async with Visit(pc, card, pin) as visit:
        summary = await visit.kiosk.summary(visit.actor)
        return summary.notes.total == 1


async def replace_card(pc, clock, anna, papers):
    cards = pc.clinic.cards
    await cards.lose(pc.actors["rae"], anna)
    with pytest.raises(RefusedError):
        await cards.replace(pc.actors["nia"], anna, PIN, papers)
    clock.forward(25)
    with pytest.raises(RefusedError):
        await cards.replace(pc.actors["rae"], anna, PIN, papers)
    with pytest.raises(SharesWrongError):
        await cards.replace(pc.actors["nia"], anna, PIN, papers[:1])
    return await cards.replace(pc.actors["nia"], anna, PIN, papers)


def test_what_only_the_patient_could_open_opens_with_the_new_card(homes):
    async def work(pc, clock):
        papers = await name_custodians(pc)
        anna = await registered(pc)
        lost = await card_for(pc, anna)
        assert await sees_the_note(pc, lost)
        new = await replace_card(pc, clock, anna, papers[1:4])
        assert new.generation == 2
        assert await sees_the_note(pc, new)
        with pytest.raises(CardLostError):
            await pc.clinic.kiosk.open(lost.code, PIN)
        # and once more: the custodians have the new keys, too
        third = await replace_card(pc, clock, anna, papers[:3])
        assert await sees_the_note(pc, third)

    told(homes, work)


def test_custodians_who_came_after_the_card_help_once_it_was_shown(homes):
    async def work(pc, clock):
        anna = await registered(pc)
        lost = await card_for(pc, anna)
        papers = await name_custodians(pc)
        assert await sees_the_note(pc, lost)
        newer = await name_custodians(pc, 2, 3, papers[:3])
        new = await replace_card(pc, clock, anna, newer)
        assert await sees_the_note(pc, new)

    told(homes, work)
