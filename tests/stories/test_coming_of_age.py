"""A child for whom a parent decides comes of age, takes up a card and decides alone."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import GrantState
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.node.contracts.consent_state import Delegated, entry
from ehr_desktop.node.keys.opening import reader_keys
from ehr_desktop.node.keys.records import RecordHeader, opens
from ehr_desktop.node.pipeline.history import History
from ehr_desktop.node.store import containers, secrets
from tests.support.consent_pc import (
    PIN,
    Visit,
    card_for,
    chart_is_closed,
    confirmed,
    eventually,
    keys_reached,
    registered,
)
from tests.support.custody import Clock, writes
from tests.support.one_pc import ANNA, story

NOTES = frozenset({Category.NOTES})
BORN = "2020-02-29"
LAST_DAY = date(2038, 2, 28)
OF_AGE = datetime(2038, 3, 1, tzinfo=UTC)


async def a_child_with_a_guardian(pc, kept):
    """Register a mother with a card and her child, for whom she decides until it is of age."""
    lee, rae = pc.actors["lee"], pc.actors["rae"]
    mother = kept["mother"] = (await pc.clinic.patients.register(lee, replace(ANNA, given="Mo"))).id
    kept["card"] = await card_for(pc, mother)
    dora = replace(ANNA, given="Dora", birth_date=BORN)
    child = kept["child"] = await registered(pc, who=dora)
    with pytest.raises(InvalidInputError):
        await pc.clinic.cards.name_guardian(rae, child, kept["card"].code, PIN, OF_AGE.date())
    named = await pc.clinic.cards.name_guardian(rae, child, kept["card"].code, PIN, LAST_DAY)
    assert named.until == datetime(2038, 2, 28, 23, 59, 59, tzinfo=UTC)
    kept["guardian"] = bytes.fromhex(named.id)
    await confirmed(pc.clinic, lee, child)


async def speaks_for(pc, kept):
    """The mother shows her card, speaks for the child, and sees the record."""
    async with Visit(pc, kept["card"]) as visit:
        visit.actor = await visit.kiosk.speak_for(visit.actor, kept["child"])
        return await visit.kiosk.summary(visit.actor)


async def has_keys(pc, kept):
    """Wait until the mother has the keys of the notes; give all that her card opens."""
    subject, mother = bytes.fromhex(kept["child"]), bytes.fromhex(kept["mother"])

    async def has_them():
        rows = pc.node._core.value("sealed", subject, "notes")
        return all(mother in key(epoch)[1] for epoch, _count in rows)

    def key(epoch):
        return pc.node._core.value("key", subject, "notes", epoch)

    await eventually(pc, has_them)
    async with Visit(pc, kept["card"]) as visit:
        box = pc.node._core.keyring.patient(visit.actor).keys.box
        return await pc.on_disk(lambda c: reader_keys(c, pc.node._core.value, mother, box))


async def opened_by(pc, patient, keys):
    """How many of a patient's notes these keys open, and how many there are."""
    subject = bytes.fromhex(patient)

    def run(connection):
        vaults = secrets.vault_keys_of(connection, subject)
        notes = [
            containers.container(connection, one.name)
            for one in History.of(connection, subject).standing(Category.NOTES)
        ]
        assert {RecordHeader.decode(one.header).category for one in notes} == {Category.NOTES}
        return [
            any(opens(one.header, one.wrapped_key, key, v) for key in keys for v in vaults)
            for one in notes
        ]

    return await pc.on_disk(run)


async def guardianship_is_over(pc, kept):
    """Wait until the workstation has said so by itself."""

    async def is_over():
        return not entry(pc.node._core.value, Delegated, "delegation", kept["guardian"]).active

    await eventually(pc, is_over)


def to_the(clock, moment):
    """Set a clock forward to a moment."""
    clock.forward(int(moment.timestamp() * 1000) - clock())


def test_on_the_eighteenth_birthday_the_parent_is_shut_out_and_the_adult_decides(homes):
    home, clock, kept = homes.staffed(), Clock(), {}

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        await a_child_with_a_guardian(pc, kept)
        kept["keys"] = set((await has_keys(pc, kept)).values())
        assert await opened_by(pc, kept["child"], kept["keys"]) == [True]

    to_the(clock, datetime(2038, 2, 28, 23, 50, tzinfo=UTC))

    @story(home, "lee", clock=clock)
    async def _(pc):
        assert (await speaks_for(pc, kept)).notes.total == 1
        to_the(clock, OF_AGE)
        with pytest.raises(NotFoundError):
            await speaks_for(pc, kept)

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        lee, rae, child = pc.actors["lee"], pc.actors["rae"], kept["child"]
        await guardianship_is_over(pc, kept)
        status = await pc.clinic.cards.status(rae, child)
        assert (status.taken, status.guardians, status.is_policy) == (False, (), False)
        own = await card_for(pc, child, keep=NOTES)
        await writes(pc.clinic, lee, child, Category.NOTES, 3)
        async with Visit(pc, own) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 4
            shares = await visit.kiosk.shares(visit.actor)
            active = [one.categories for one in shares if one.state is GrantState.ACTIVE]
            assert active == [NOTES]
        async with Visit(pc, kept["card"]) as visit:
            assert await visit.kiosk.represented(visit.actor) == ()

        async def is_sealed_anew():
            return await opened_by(pc, child, kept["keys"]) == [False] * 4

        await eventually(pc, is_sealed_anew)
        assert (await pc.check("lee")).faults == ()


def test_what_only_the_parent_could_read_gets_to_the_adult_and_nothing_written_since_is_lost(
    homes,
):
    home, clock, kept = homes.staffed(), Clock(), {}

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        await a_child_with_a_guardian(pc, kept)
        await has_keys(pc, kept)
        async with Visit(pc, kept["card"]) as visit:
            visit.actor = await visit.kiosk.speak_for(visit.actor, kept["child"])
            (share,) = await visit.kiosk.shares(visit.actor)
            await visit.kiosk.stop(visit.actor, share.id)

            async def has_stopped():
                return [one.state for one in await visit.kiosk.shares(visit.actor)] == ["revoked"]

            await eventually(pc, has_stopped)

    to_the(clock, OF_AGE)

    # nobody decides: what the doctor writes is kept, and read by nobody
    @story(home, "lee", clock=clock)
    async def _(pc):
        await guardianship_is_over(pc, kept)
        await writes(pc.clinic, pc.actors["lee"], kept["child"], Category.NOTES, 1)
        await chart_is_closed(pc, "lee", kept["child"])

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        child = kept["child"]
        own = await card_for(pc, child, reached=False)
        async with Visit(pc, kept["card"]) as visit:
            assert await visit.kiosk.represented(visit.actor) == ()
        await keys_reached(pc, child)
        async with Visit(pc, own) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 2
        await chart_is_closed(pc, "lee", child)
        assert (await pc.check("lee")).faults == ()
