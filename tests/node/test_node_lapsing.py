"""What ran out while nobody was there: the workstation says so by itself, and keys are replaced."""

from dataclasses import replace
from datetime import timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.consent_state import Delegated, StandingRule, entry
from ehr_desktop.node.contracts.consent_statements import SetRule
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import destroying
from tests.support.consent_pc import Visit, card_for, eventually, registered
from tests.support.custody import MINUTE_MS, Clock
from tests.support.one_pc import ANNA, story

NOTES = frozenset({Category.NOTES})
HOUR = timedelta(hours=1)


async def boxes(pc, patient):
    """For whom, and for what, keys of a patient are sealed here."""
    subject = bytes.fromhex(patient)
    found = await pc.on_disk(lambda connection: destroying.boxes_about(connection, subject))
    return {(box.purpose, box.recipient) for box in found}


def rounds(pc, patient):
    """The rounds of keys under which notes of a patient are sealed."""
    sealed = pc.node._core.value("sealed", bytes.fromhex(patient), "notes")
    return {round_of(epoch) for epoch, _count in sealed}


def test_a_delegates_boxes_go_and_the_next_round_begins_when_the_time_is_over(homes):
    home, clock, kept = homes.staffed(), Clock(), {}

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        anna = kept["anna"] = await registered(pc)
        card = await card_for(pc, anna, keep=NOTES)
        ben = (await pc.clinic.patients.register(pc.actors["lee"], replace(ANNA, given="Ben"))).id
        bens = kept["bens"] = await card_for(pc, ben)
        kept["ben"] = bytes.fromhex(ben)
        async with Visit(pc, card) as visit:
            kept["delegation"] = await pc.node.consent.delegate(
                visit.actor, bens.code, pc.node.now() + HOUR
            )

        async def is_sealed_for_ben():
            return ("notes", kept["ben"]) in await boxes(pc, anna)

        await eventually(pc, is_sealed_for_ben)
        kept["rounds"] = rounds(pc, anna)

    clock.forward(60 * MINUTE_MS)

    # the patient is not here, and changes nothing; the doctor has the notes
    @story(home, "lee", clock=clock)
    async def _(pc):
        async def is_over():
            name = bytes.fromhex(kept["delegation"].id)
            found = entry(pc.node._core.value, Delegated, "delegation", name)
            return not found.active and ("notes", kept["ben"]) not in await boxes(pc, kept["anna"])

        async def is_sealed_anew():
            return rounds(pc, kept["anna"]) == {max(kept["rounds"]) + 1}

        await eventually(pc, is_over)
        await eventually(pc, is_sealed_anew)
        assert ("notes", kept["ben"]) not in await boxes(pc, kept["anna"])
        chart = await pc.clinic.charts.open(pc.actors["lee"], kept["anna"])
        assert chart.summary.notes.total == 1
        assert (await pc.check("lee")).faults == ()


def test_the_shares_of_a_standing_rule_go_when_its_time_is_over(homes):
    home, clock, kept = homes.staffed(), Clock(), {}
    rule = bytes(15) + b"r"

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        anna = kept["anna"] = await registered(pc)
        card = await card_for(pc, anna)
        until_ms = clock() + 60 * MINUTE_MS
        async with Visit(pc, card) as visit:
            session = pc.node._core.keyring.patient(visit.actor)
            said = SetRule(rule, session.patient, "appointment-day", ("notes",), until_ms)
            await pc.node._core.say(
                Unsigned(said, session.person, session.keys.signing, subject=session.patient),
                subject=session.patient,
            )
            pc.node.consent.after_rule(session)

            async def is_dealt():
                return "share:notes" in {what for what, _who in await boxes(pc, anna)}

            await eventually(pc, is_dealt)

    clock.forward(60 * MINUTE_MS)

    @story(home, clock=clock)
    async def _(pc):
        async def is_over():
            return not entry(pc.node._core.value, StandingRule, "rule", rule).active

        await eventually(pc, is_over)
        left = {what for what, _who in await boxes(pc, kept["anna"])}
        assert "share:notes" not in left
        assert {"notes", "share:emergency"} <= left
