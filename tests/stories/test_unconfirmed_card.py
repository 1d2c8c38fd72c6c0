"""A dishonest receptionist makes a card for somebody else's record, and comes to the kiosk with it."""

import os
from datetime import timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.domain.errors import (
    CardLostError,
    CardUnknownError,
    NoKeyError,
    NotSignedInError,
    RefusedError,
)
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.contracts.consent_state import card as card_of
from ehr_desktop.node.contracts.consent_statements import GrantAccess, ReadOwn
from ehr_desktop.node.keys.guarding import PIN_PURPOSE
from ehr_desktop.node.keys.opening import reader_keys
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import containers, destroying, secrets, transactions
from tests.support.consent_pc import (
    PIN,
    Visit,
    chart_is_closed,
    confirmed,
    keys_reached,
    registered,
)
from tests.support.custody import books_today
from tests.support.one_pc import story


async def boxes_for(pc, reader):
    """How many keys are sealed on disk for somebody, of any part of anybody's record."""

    def count(connection):
        return [
            box
            for category in Category
            for box in secrets.boxes_of(
                connection, bytes.fromhex(reader), category, bytes.fromhex(reader)
            )
        ]

    return len(await pc.on_disk(count))


async def says(pc, session, statement):
    """Say with a card's key what no screen says."""
    said = Unsigned(statement, session.person, session.keys.signing, subject=session.patient)
    await pc.node._core.say(said, subject=session.patient)


def test_a_receptionists_card_for_another_opens_nothing_and_the_patients_own_does(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        lee, rae, cards = pc.actors["lee"], pc.actors["rae"], pc.clinic.cards
        anna = await registered(pc)
        visit_today = await books_today(pc.clinic, lee, lee, anna)
        stolen = await cards.take(rae, anna, PIN, CONTROLLED)
        assert await boxes_for(pc, anna) == 0

        async with Visit(pc, stolen) as thief:
            kiosk, actor = thief.kiosk, thief.actor
            assert (actor.confirmed, actor.name) == (False, "")
            for reading in (
                kiosk.summary(actor),
                kiosk.save_record(actor, pc.home / "stolen.json"),
                kiosk.looks(actor),
                kiosk.requests(actor),
                kiosk.shares(actor),
                kiosk.rules(actor),
                kiosk.delegations(actor),
            ):
                with pytest.raises(NoKeyError):
                    await reading
            assert not (pc.home / "stolen.json").exists()

            # what the screens do not offer is refused by the contracts
            session = pc.node._core.keyring.patient(actor)
            to_herself = GrantAccess(
                os.urandom(16), session.patient, b"", "person", bytes.fromhex(rae.id), ("notes",),
                "treatment", pc.node._core.clock(), 0, 0, 0,
            )  # fmt: skip
            for said in (to_herself, ReadOwn(session.patient, "open", ("notes",))):
                with pytest.raises(RefusedError) as refused:
                    await says(pc, session, said)
                assert refused.value.outcome.rule == "unconfirmed"
            with pytest.raises(RefusedError):
                await kiosk.share_with_team(actor, frozenset({Category.NOTES}))

            # nor is anything on the disk that her keys would open
            value = pc.node._core.value
            found = await pc.on_disk(
                lambda c: reader_keys(c, value, session.patient, session.keys.box)
            )
            assert found == {}
            assert await boxes_for(pc, anna) == 0

            # that the patient has arrived is all the card can say
            shown = await kiosk.check_in(actor, visit_today.id)
            assert shown.status is AppointmentStatus.ARRIVED
        receipts = await pc.on_disk(
            lambda c: [
                row
                for row in transactions.about(c, bytes.fromhex(anna), [ReadOwn.KIND], 9)
                if not row.rule
            ]
        )
        assert receipts == []

        # the clinic's policy is what it was, and who made the card stands there
        assert (await pc.clinic.charts.open(lee, anna)).summary.notes.total == 1
        (waiting,) = await cards.unconfirmed(lee)
        assert (waiting.patient, waiting.speaker, waiting.made_by) == (anna, anna, rae.id)
        with pytest.raises(RefusedError):
            await cards.confirm(rae, waiting)

        # the doctor makes a card for Anna, who is there: it counts, and the other opens nothing
        own = await cards.take(lee, anna, "629518", frozenset())
        assert (own.generation, await cards.unconfirmed(lee)) == (2, ())
        with pytest.raises(CardLostError):
            await pc.clinic.kiosk.open(stolen.code, PIN)
        shares = await pc.on_disk(lambda c: destroying.boxes_about(c, bytes.fromhex(anna)))
        assert [box.epoch for box in shares if box.purpose == PIN_PURPOSE] == [2]
        await keys_reached(pc, anna)
        await chart_is_closed(pc, "lee", anna)
        async with Visit(pc, own, "629518") as visit:
            assert visit.actor.confirmed
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1
        assert (await pc.check("lee")).faults == ()


def test_a_card_of_an_honest_desk_reads_once_the_doctor_has_confirmed_it(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        lee, cards = pc.actors["lee"], pc.clinic.cards
        anna = await registered(pc)
        card = await cards.take(pc.actors["rae"], anna, PIN, frozenset({Category.EMERGENCY}))
        (waiting,) = (await cards.status(lee, anna)).unconfirmed
        assert (waiting.made_by_name, waiting.generation) == ("Rae Reception", 1)
        assert "Anna" in waiting.patient_name
        async with Visit(pc, card) as visit:
            with pytest.raises(NoKeyError):
                await visit.kiosk.summary(visit.actor)
            # the doctor says so while the patient stands there: it holds from the next visit on
            status = await cards.confirm(lee, waiting)
            assert (status.decides, status.unconfirmed, status.is_policy) == (True, (), False)
        await keys_reached(pc, anna)
        async with Visit(pc, card) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1
            (share,) = await visit.kiosk.shares(visit.actor)
            assert share.categories == {Category.EMERGENCY}
        with pytest.raises(RefusedError) as refused:
            await cards.confirm(lee, waiting)
        assert refused.value.outcome.rule == "already-confirmed"


def test_a_card_that_the_doctor_turns_away_is_gone_from_the_disk_and_unknown_at_the_kiosk(homes):
    home, kept = homes.staffed(), {}

    async def shares_of(pc, patient):
        boxes = await pc.on_disk(lambda c: destroying.boxes_about(c, bytes.fromhex(patient)))
        return [box.epoch for box in boxes if box.purpose == PIN_PURPOSE]

    @story(home, "lee", "rae")
    async def _(pc):
        lee, rae, cards = pc.actors["lee"], pc.actors["rae"], pc.clinic.cards
        anna = await registered(pc)
        stolen = await cards.take(rae, anna, PIN, CONTROLLED)
        thief = await pc.clinic.kiosk.open(stolen.code, PIN)
        sealed = card_of(pc.node._core.value, bytes.fromhex(anna)).secrets
        (waiting,) = await cards.unconfirmed(lee)
        assert await shares_of(pc, anna) == [1]

        status = await cards.reject(lee, waiting)
        assert (status.taken, status.is_policy, status.unconfirmed) == (False, True, ())
        gone = status.turned_away
        assert (gone.generation, gone.by, gone.by_name) == (1, lee.id, "Dr Lee")
        assert await cards.unconfirmed(lee) == ()
        # the share of its PIN and its sealed keys are nowhere any more, and it opens nothing
        assert await shares_of(pc, anna) == []
        assert await pc.on_disk(lambda c: containers.container(c, sealed)) is None
        with pytest.raises(CardUnknownError):
            await pc.clinic.kiosk.open(stolen.code, PIN)
        with pytest.raises(NotSignedInError):
            await pc.clinic.kiosk.requests(thief)
        assert (await pc.clinic.charts.open(lee, anna)).summary.notes.total == 1
        with pytest.raises(RefusedError) as refused:
            await cards.reject(rae, waiting)
        assert refused.value.outcome.rule == "no-card"
        kept.update(anna=anna, stolen=stolen)

    @story(home, "lee", "rae")
    async def _(pc):
        anna, stolen, cards = kept["anna"], kept["stolen"], pc.clinic.cards
        status = await cards.status(pc.actors["rae"], anna)
        assert status.turned_away.by_name == "Dr Lee"
        # Anna's own card has the next number; the other stays unknown, and not as one before it
        own = await cards.take(pc.actors["rae"], anna, "629518", frozenset())
        assert own.generation == 2
        await confirmed(pc.clinic, pc.actors["lee"], anna)
        assert (await cards.status(pc.actors["rae"], anna)).turned_away is None
        with pytest.raises(CardUnknownError):
            await pc.clinic.kiosk.open(stolen.code, PIN)
        await keys_reached(pc, anna)
        async with Visit(pc, own, "629518") as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1
        assert await shares_of(pc, anna) == [2]
        assert (await pc.check("lee")).faults == ()


def test_a_guardian_whom_the_desk_takes_back_never_decides_and_may_be_named_again(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        lee, rae, cards = pc.actors["lee"], pc.actors["rae"], pc.clinic.cards
        mother, child = await registered(pc), await registered(pc)
        card = await cards.take(lee, mother, PIN, CONTROLLED)
        until = pc.node.now().date() + timedelta(days=400)
        await cards.name_guardian(rae, child, card.code, PIN, until)
        (waiting,) = await cards.unconfirmed(lee)
        assert waiting.is_guardian
        status = await cards.reject(rae, waiting)
        gone = status.turned_away
        assert (gone.is_guardian, gone.speaker_name, gone.by_name) == (
            True, waiting.speaker_name, "Rae Reception",
        )  # fmt: skip
        assert status.is_policy
        async with Visit(pc, card) as visit:
            assert await visit.kiosk.represented(visit.actor) == ()
        await cards.name_guardian(rae, child, card.code, PIN, until)
        assert (await cards.status(rae, child)).turned_away is None
        await confirmed(pc.clinic, lee, child)
        assert (await cards.status(rae, child)).guardians[0].delegate == mother
