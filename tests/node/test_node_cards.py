"""Cards, PINs and patients' sessions on one PC, where it alone guards the PIN."""

import asyncio

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, MOST_GUESSES
from ehr_desktop.domain.errors import (
    CardLostError,
    CardUnknownError,
    InvalidInputError,
    NoKeyError,
    NotSignedInError,
    PinLockedError,
    PinWrongError,
    RefusedError,
)
from ehr_desktop.node.cards.exit_pin import ExitPin
from ehr_desktop.node.keys.cards import new_card
from ehr_desktop.node.store import destroying
from tests.support.consent_pc import (
    NOTE_IN_FHIR,
    PIN,
    Visit,
    card_for,
    chart_is_closed,
    keys_reached,
    registered,
)
from tests.support.one_pc import story


def test_a_patient_takes_a_card_and_decides_from_then_on(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        status = await pc.clinic.cards.status(pc.actors["rae"], anna)
        assert (status.taken, status.generation) == (True, 1)
        await chart_is_closed(pc, "lee", anna)
        with pytest.raises(RefusedError):
            await pc.clinic.cards.take(pc.actors["rae"], anna, PIN, frozenset())

        request = await pc.clinic.sharing.ask(
            pc.actors["lee"], anna, categories=frozenset({Category.NOTES, Category.EMERGENCY}),
            purpose="treatment", until=None, keep_until=None,
        )  # fmt: skip
        async with Visit(pc, card) as visit:
            assert "Anna" in visit.actor.name
            (waiting,) = await visit.kiosk.requests(visit.actor)
            assert waiting.id == request.id
            share = await visit.kiosk.approve(
                visit.actor, request.id, categories=frozenset({Category.NOTES}), until=None
            )
            assert share.categories == {Category.NOTES}
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        (note,) = chart.summary.notes.entries
        opened = await pc.clinic.charts.record(chart, note.source.record)
        assert NOTE_IN_FHIR in opened.body


def test_the_team_keeps_what_the_patient_leaves_it(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        await card_for(pc, anna, keep=frozenset({Category.NOTES}))
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        assert chart.summary.notes.total == 1
        assert not chart.summary.allergies
        assert chart.receipt.all_categories & CONTROLLED == {Category.NOTES}


def test_eleven_wrong_pins_lock_the_card_also_after_a_restart(homes):
    home = homes.staffed()
    kept = {}

    @story(home, "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        kept["card"], kept["anna"] = await card_for(pc, anna), anna
        for left in range(MOST_GUESSES - 1, 0, -1):
            with pytest.raises(PinWrongError) as wrong:
                await pc.clinic.kiosk.open(kept["card"].code, "830166")
            assert wrong.value.left == left
        with pytest.raises(PinLockedError):
            await pc.clinic.kiosk.open(kept["card"].code, "830166")

    @story(home, "rae")
    async def _(pc):
        with pytest.raises(PinLockedError):
            await pc.clinic.kiosk.open(kept["card"].code, PIN)
        status = await pc.clinic.cards.status(pc.actors["rae"], kept["anna"])
        assert status.guesses_left == 0


def test_a_card_that_somebody_made_up_costs_the_patient_no_guess(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        await card_for(pc, anna)
        made_up = new_card(bytes.fromhex(anna), 1)
        with pytest.raises(CardUnknownError):
            await pc.clinic.kiosk.open(made_up.code, PIN)
        status = await pc.clinic.cards.status(pc.actors["rae"], anna)
        assert status.guesses_left == MOST_GUESSES


def test_a_right_pin_gives_the_guesses_back(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        for _ in range(3):
            with pytest.raises(PinWrongError):
                await pc.clinic.kiosk.open(card.code, "830166")
        async with Visit(pc, card):
            pass
        status = await pc.clinic.cards.status(pc.actors["rae"], anna)
        assert status.guesses_left == MOST_GUESSES


def test_a_card_under_another_pin_opens_with_that_one_and_its_old_shares_are_gone(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)

        def shares(connection):
            boxes = destroying.boxes_about(connection, bytes.fromhex(anna))
            return {box.name for box in boxes if box.purpose == "pin"}

        async with Visit(pc, card) as visit:
            with pytest.raises(InvalidInputError):
                await visit.kiosk.change_pin(visit.actor, "111111")
            before = await pc.node._core.read(shares)
            await visit.kiosk.change_pin(visit.actor, "830166")
        assert len(before) == 1
        assert not before & await pc.node._core.read(shares)
        with pytest.raises(PinWrongError):
            await pc.clinic.kiosk.open(card.code, PIN)
        async with Visit(pc, card, "830166"):
            pass


def test_a_lost_card_opens_nothing_and_ends_what_it_opened(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        actor = await pc.clinic.kiosk.open(card.code, PIN)
        status = await pc.clinic.cards.lose(pc.actors["rae"], anna)
        assert status.lost_since is not None
        with pytest.raises(NotSignedInError):
            await pc.clinic.kiosk.summary(actor)
        with pytest.raises(CardLostError):
            await pc.clinic.kiosk.open(card.code, PIN)


def test_a_lost_card_that_was_found_is_shown_with_its_pin_and_works_again(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        cards, rae = pc.clinic.cards, pc.actors["rae"]
        anna, other = await registered(pc), await registered(pc)
        card, stranger = await card_for(pc, anna), await card_for(pc, other)
        with pytest.raises(RefusedError):
            await cards.find(rae, anna, card.code, PIN)
        await cards.lose(rae, anna)
        with pytest.raises(PinWrongError):
            await cards.find(rae, anna, card.code, "830166")
        with pytest.raises(CardUnknownError):
            await cards.find(rae, anna, stranger.code, PIN)
        with pytest.raises(CardLostError):
            await pc.clinic.kiosk.open(card.code, PIN)
        status = await cards.find(rae, anna, card.code, PIN)
        assert (status.lost_since, status.guesses_left) == (None, MOST_GUESSES)
        assert status.since is not None
        async with Visit(pc, card):
            pass


def test_a_code_of_no_card_is_told_so(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        for code in ("", "EHR1-AAAAA", card.code[:-1] + ("0" if card.code[-1] != "0" else "1")):
            with pytest.raises(CardUnknownError):
                await pc.clinic.kiosk.open(code, PIN)


def test_whoever_has_left_the_kiosk_is_forgotten(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        card = await card_for(pc, await registered(pc))
        async with Visit(pc, card) as visit:
            summary = await visit.kiosk.summary(visit.actor)
            assert summary.notes.total == 1
            left = visit.actor
        for ask in (pc.clinic.kiosk.summary, pc.clinic.kiosk.requests, pc.clinic.kiosk.looks):
            with pytest.raises(NotSignedInError):
                await ask(left)


def test_a_patient_sees_the_own_record_and_a_clinician_of_no_grant_does_not(homes):
    @story(homes.staffed(), "lee", "nia", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        for name in ("lee", "nia"):
            await chart_is_closed(pc, name, anna)
        async with Visit(pc, card) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1
            report = await visit.kiosk.save_record(visit.actor, pc.home / "own.json")
            assert report.resources >= 3
            assert not report.left_out
        assert NOTE_IN_FHIR in (pc.home / "own.json").read_bytes()


def test_a_card_of_one_clinic_is_unknown_to_another(homes):
    kept = {}

    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        kept["card"] = await card_for(pc, await registered(pc))

    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        with pytest.raises(CardUnknownError):
            await pc.clinic.kiosk.open(kept["card"].code, PIN)


def test_keys_reach_a_card_when_somebody_who_holds_them_signs_in(homes):
    home = homes.staffed()
    kept = {}

    @story(home, "lee")
    async def _(pc):
        kept["anna"] = await registered(pc)

    @story(home, "lee", "rae")
    async def _(pc):
        # nobody seals anything before the workstation goes off
        await pc.node._stewards.close()
        card = kept["card"] = await card_for(pc, kept["anna"], reached=False)
        status = await pc.clinic.cards.status(pc.actors["rae"], kept["anna"])
        assert not status.keys_reached
        async with Visit(pc, card) as visit:
            with pytest.raises(NoKeyError):
                await visit.kiosk.summary(visit.actor)

    @story(home, "lee", "rae")
    async def _(pc):
        await keys_reached(pc, kept["anna"])
        async with Visit(pc, kept["card"]) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1


def test_the_kiosk_is_left_with_the_pin_that_staff_chose_for_it(homes):
    home = homes.staffed()

    @story(home, "rae")
    async def _(pc):
        assert not await pc.clinic.kiosk.may_leave("274905")
        with pytest.raises(InvalidInputError):
            await pc.clinic.cards.set_exit_pin(pc.actors["rae"], "123456")
        await pc.clinic.cards.set_exit_pin(pc.actors["rae"], "274905")

    @story(home)
    async def _(pc):
        assert await pc.clinic.kiosk.may_leave("274905")
        for wrong in ("274906", "", "abc"):
            assert not await pc.clinic.kiosk.may_leave(wrong)


def test_whoever_tries_pins_at_the_kiosks_way_out_is_soon_made_to_wait(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        await pc.clinic.cards.set_exit_pin(pc.actors["rae"], "274905")
        way_out = ExitPin(pc.node._core, pc.node.people.parameters, wait_s=3600)
        for _ in range(4):
            assert not await way_out.is_right("274906")
        assert await way_out.is_right("274905")
        for _ in range(5):
            assert not await way_out.is_right("274906")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await way_out.is_right("274905")
