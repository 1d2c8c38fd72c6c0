"""Handing a grant on: as far as the patient allows, and never longer than that."""

from datetime import timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, GranteeKind, GrantState
from ehr_desktop.domain.errors import NotFoundError, RefusedError
from tests.support.consent_pc import Visit, card_for, chart_is_closed, eventually, registered
from tests.support.custody import MINUTE_MS, Clock
from tests.support.one_pc import story

NOTES = frozenset({Category.NOTES})


async def granted(pc, name, patient, card):
    """Somebody asks for the notes, and the patient shares them."""
    asked = await pc.clinic.sharing.ask(
        pc.actors[name], patient, categories=NOTES, purpose="report", until=None, keep_until=None
    )
    async with Visit(pc, card) as visit:
        return await visit.kiosk.approve(visit.actor, asked.id, categories=NOTES, until=None)


def test_a_grant_is_handed_on_as_far_as_the_patient_allows_and_ends_with_it(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        sharing, lee, rae = pc.clinic.sharing, pc.actors["lee"], pc.actors["rae"]
        async with Visit(pc, card) as visit:
            plain = await pc.node.consent.share_with_team(visit.actor, NOTES)
            with pytest.raises(RefusedError):
                await sharing.hand_on(lee, plain.id, rae.id, NOTES, None)
            share = await pc.node.consent.share_with_team(visit.actor, NOTES, reshare=True)
        with pytest.raises(RefusedError):
            await sharing.hand_on(lee, share.id, rae.id, CONTROLLED, None)
        handed = await sharing.hand_on(lee, share.id, rae.id, NOTES, None)
        assert handed.handed_on_by == "Dr Lee"
        chart = await pc.clinic.charts.open(rae, anna)
        assert chart.summary.notes.total == 1
        async with Visit(pc, card) as visit:
            await visit.kiosk.stop(visit.actor, share.id)
        for name in ("lee", "rae"):
            await chart_is_closed(pc, name, anna)


def test_whom_a_patient_answered_may_hand_on_only_from_a_second_word_until_a_third(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        sharing, lee, rae = pc.clinic.sharing, pc.actors["lee"], pc.actors["rae"]
        given = await granted(pc, "lee", anna, card)
        with pytest.raises(RefusedError):
            await sharing.hand_on(lee, given.id, rae.id, NOTES, None)
        async with Visit(pc, card) as visit:
            allowed = await visit.kiosk.set_reshare(visit.actor, given.id, reshare=True)
            with pytest.raises(NotFoundError):
                await visit.kiosk.set_reshare(visit.actor, given.id, reshare=True)
        same = given.grantee, given.categories, given.purpose, given.until
        assert (allowed.grantee, allowed.categories, allowed.purpose, allowed.until) == same
        assert allowed.reshare
        handed = await sharing.hand_on(lee, allowed.id, rae.id, NOTES, None)
        assert handed.handed_on_from == allowed.id
        assert (await pc.clinic.charts.open(rae, anna)).summary.notes.total == 1
        async with Visit(pc, card) as visit:
            with pytest.raises(NotFoundError):
                await visit.kiosk.set_reshare(visit.actor, handed.id, reshare=True)
            taken_back = await visit.kiosk.set_reshare(visit.actor, allowed.id, reshare=False)
            active = [
                share.id
                for share in await visit.kiosk.shares(visit.actor)
                if share.state is GrantState.ACTIVE
            ]
        assert active == [taken_back.id]
        await chart_is_closed(pc, "rae", anna)

        async def still_open_to_lee():
            return await sharing.open_to(lee, anna) >= NOTES

        await eventually(pc, still_open_to_lee)
        assert (await pc.clinic.charts.open(lee, anna)).summary.notes.total == 1


def test_a_grant_whose_copies_are_to_be_gone_by_now_is_given_anew_without_any(homes):
    home, clock, kept = homes.staffed(), Clock(), {}

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        kept["anna"] = anna = await registered(pc)
        kept["card"] = card = await card_for(pc, anna)
        asked = await pc.clinic.sharing.ask(
            pc.actors["lee"], anna, categories=NOTES, purpose="report", until=None,
            keep_until=pc.node.now() + timedelta(hours=1),
        )  # fmt: skip
        async with Visit(pc, card) as visit:
            await visit.kiosk.approve(visit.actor, asked.id, categories=NOTES, until=None)

    clock.forward(120 * MINUTE_MS)

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        async with Visit(pc, kept["card"]) as visit:
            (given,) = [
                share
                for share in await visit.kiosk.shares(visit.actor)
                if share.grantee_kind is GranteeKind.PERSON
            ]
            allowed = await visit.kiosk.set_reshare(visit.actor, given.id, reshare=True)
        assert allowed.reshare


def test_one_patient_allows_nothing_about_another(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna, ben = await registered(pc), await registered(pc)
        cards = [await card_for(pc, patient) for patient in (anna, ben)]
        given = await granted(pc, "lee", anna, cards[0])
        async with Visit(pc, cards[1]) as visit:
            with pytest.raises(NotFoundError):
                await visit.kiosk.set_reshare(visit.actor, given.id, reshare=True)
            assert await visit.kiosk.shares(visit.actor) == ()
