"""What is granted opens, what is taken back does not, and nobody reads unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    CONTROLLED,
    Basis,
    GrantState,
    RequestState,
)
from ehr_desktop.domain.errors import (
    CardUnknownError,
    NoKeyError,
    NotFoundError,
    ReceiptMissingError,
    RefusedError,
)
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.node.keys.cards import new_card
from ehr_desktop.node.node import system_clock
from ehr_desktop.node.store import destroying
from tests.support.consent_pc import (
    NOTE_IN_FHIR,
    Visit,
    card_for,
    chart_is_closed,
    confirmed,
    eventually,
    keys_reached,
    registered,
)
from tests.support.one_pc import ANNA, story

NOTES = frozenset({Category.NOTES})


async def ask(pc, name, patient, categories=NOTES, until=None):
    """Somebody asks a patient."""
    return await pc.clinic.sharing.ask(
        pc.actors[name], patient, categories=categories, purpose="treatment", until=until,
        keep_until=None,
    )  # fmt: skip


async def grant(pc, name, patient, card, categories=NOTES, until=None):
    """Somebody asks, and the patient allows it."""
    asked = await ask(pc, name, patient, categories, until)
    async with Visit(pc, card) as visit:
        return await visit.kiosk.approve(visit.actor, asked.id, categories=categories, until=until)


def shown(pc, patient):
    """The categories the clinical team's view shows of a patient."""
    return pc.node._core.indexes[Team.CLINICAL].views.chart.categories(patient)


def test_a_receptionist_who_is_granted_a_note_reads_that_and_it_is_never_indexed(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        await grant(pc, "rae", anna, card)
        chart = await pc.clinic.charts.open(pc.actors["rae"], anna)
        assert {one.basis for one in chart.receipt.all} == {Basis.POLICY, Basis.PATIENT}
        assert chart.summary.patient.demographics.given == "Anna"
        assert not chart.summary.allergies
        section = await pc.clinic.charts.section(chart, SectionKind.NOTES)
        (note,) = section.entries
        assert NOTE_IN_FHIR in (await pc.clinic.charts.record(chart, note.source.record)).body
        assert shown(pc, anna) == frozenset()
        # an allergy is of the emergency set, which was not granted
        allergies = [
            r for r in await pc.node.charts.records_of(anna) if r.category is Category.EMERGENCY
        ]
        with pytest.raises(NoKeyError):
            await pc.clinic.charts.record(chart, allergies[0].record)


def test_an_old_receipt_opens_nothing_once_the_grant_has_ended(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        share = await grant(pc, "lee", anna, card)
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        (note,) = chart.summary.notes.entries
        async with Visit(pc, card) as visit:
            stopped = await visit.kiosk.stop(visit.actor, share.id)
            assert stopped.state in (GrantState.ENDING, GrantState.REVOKED)
            assert [category for category, _ in stopped.opened_before] == [Category.NOTES]
        with pytest.raises(NoKeyError):
            await pc.clinic.charts.record(chart, note.source.record)
        section = await pc.clinic.charts.section(chart, SectionKind.NOTES)
        assert section.total == 0
        await chart_is_closed(pc, "lee", anna)


def test_what_is_written_after_a_revocation_is_under_another_key(homes):
    @story(homes.staffed(), "lee", "rae", "nia")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        await grant(pc, "nia", anna, card)
        share = await grant(pc, "lee", anna, card)
        held = dict(pc.session("lee").category_keys)
        async with Visit(pc, card) as visit:
            await visit.kiosk.stop(visit.actor, share.id)
        chart = await pc.clinic.charts.open(pc.actors["nia"], anna)
        await pc.clinic.charts.add_note(chart, "Later", "Written after the grant had ended.")
        newest = pc.node._core.value("epoch", bytes.fromhex(anna), "notes")[0]
        assert (bytes.fromhex(anna), "notes", newest) not in held
        readers = pc.node._core.value("key", bytes.fromhex(anna), "notes", newest)[1]
        assert pc.session("lee").person not in readers


def test_a_receipt_of_anothers_or_for_another_category_reads_nothing(homes):
    @story(homes.staffed(), "lee", "nia", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        await grant(pc, "lee", anna, card)
        await grant(pc, "nia", anna, card, frozenset({Category.EMERGENCY}))
        lees = (await pc.clinic.charts.open(pc.actors["lee"], anna)).receipt
        nias = (await pc.clinic.charts.open(pc.actors["nia"], anna)).receipt
        (note,) = [r for r in await pc.node.charts.records_of(anna) if r.category in NOTES]
        nia = pc.actors["nia"]
        with pytest.raises(ReceiptMissingError):
            await pc.node.charts.open(nia, lees, note.record, None, {})
        with pytest.raises(NoKeyError):
            await pc.node.charts.open(nia, nias, note.record, None, {})
        # what a receipt claims to be for is looked up in the ledger
        with pytest.raises(NoKeyError):
            await pc.node.charts.open(
                nia, replace(nias, categories=CONTROLLED), note.record, None, {}
            )


def test_the_teams_view_shows_what_the_team_may_see_and_forgets_the_rest(homes):
    home = homes.staffed()
    kept = {}

    @story(home, "lee", "rae")
    async def _(pc):
        anna = kept["anna"] = await registered(pc)
        assert shown(pc, anna) == {Category.NOTES, Category.EMERGENCY}
        card = kept["card"] = await card_for(pc, anna, keep=NOTES)
        assert shown(pc, anna) == NOTES
        async with Visit(pc, card) as visit:
            await visit.kiosk.share_with_team(visit.actor, frozenset({Category.EMERGENCY}))
        assert shown(pc, anna) == {Category.EMERGENCY}
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        assert [entry.title for entry in chart.summary.allergies] == ["Penicillin"]
        assert chart.summary.notes.total == 0

    @story(home, "lee")
    async def _(pc):
        assert shown(pc, kept["anna"]) == {Category.EMERGENCY}
        async with Visit(pc, kept["card"]) as visit:
            await visit.kiosk.share_with_team(visit.actor, CONTROLLED)
        assert shown(pc, kept["anna"]) == {Category.NOTES, Category.EMERGENCY}
        report = await pc.check("lee")
        assert report.faults == ()


def test_a_view_that_was_closed_forgets_before_anybody_looks(homes):
    home = homes.staffed()
    kept = {}

    @story(home, "lee", "rae")
    async def _(pc):
        kept["anna"] = await registered(pc)
        kept["card"] = await card_for(pc, kept["anna"], keep=CONTROLLED)

    @story(home)
    async def _(pc):
        async with Visit(pc, kept["card"]) as visit:
            await visit.kiosk.share_with_team(visit.actor, NOTES)

    @story(home, "lee")
    async def _(pc):
        assert shown(pc, kept["anna"]) == NOTES


def test_a_refused_or_withdrawn_request_opens_nothing(homes):
    @story(homes.staffed(), "lee", "nia", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        refused, withdrawn = await ask(pc, "lee", anna), await ask(pc, "nia", anna)
        with pytest.raises(RefusedError):
            await pc.clinic.sharing.withdraw(pc.actors["lee"], withdrawn.id)
        await pc.clinic.sharing.withdraw(pc.actors["nia"], withdrawn.id)
        async with Visit(pc, card) as visit:
            await visit.kiosk.refuse(visit.actor, refused.id)
            for request in (refused, withdrawn):
                with pytest.raises(RefusedError):
                    await visit.kiosk.approve(visit.actor, request.id, categories=NOTES, until=None)
            with pytest.raises(NotFoundError):
                await visit.kiosk.approve(visit.actor, "ab" * 16, categories=NOTES, until=None)
            states = {r.id: r.state for r in await visit.kiosk.requests(visit.actor)}
        assert states == {refused.id: RequestState.REFUSED, withdrawn.id: RequestState.WITHDRAWN}
        (own,) = await pc.clinic.sharing.own_requests(pc.actors["lee"])
        assert own.state is RequestState.REFUSED
        await chart_is_closed(pc, "lee", anna)


def test_a_patient_may_narrow_but_nobody_may_widen(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        asked = await ask(pc, "lee", anna)
        async with Visit(pc, card) as visit:
            with pytest.raises(RefusedError) as wide:
                await visit.kiosk.approve(visit.actor, asked.id, categories=CONTROLLED, until=None)
        assert wide.value.outcome.rule == "over-scoped"


def test_a_grant_that_is_over_lets_nobody_in_and_the_ledger_says_so(homes):
    home = homes.staffed()
    kept = {}
    ahead = [0]

    def clock():
        return system_clock() + ahead[0]

    @story(home, "lee", "rae", clock=clock)
    async def _(pc):
        anna = kept["anna"] = await registered(pc)
        card = kept["card"] = await card_for(pc, anna)
        until = pc.node.now() + timedelta(hours=1)
        share = kept["share"] = await grant(pc, "lee", anna, card, until=until)
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        (note,) = chart.summary.notes.entries
        ahead[0] += 3_600_000
        with pytest.raises(NoKeyError):
            await pc.clinic.charts.record(chart, note.source.record)
        await chart_is_closed(pc, "lee", anna)
        assert share.state is GrantState.ACTIVE

    # the workstation was off when the time was over, and makes up for it
    @story(home, "lee", clock=clock)
    async def _(pc):
        async def has_lapsed():
            return pc.node._core.value("grant", bytes.fromhex(kept["share"].id))[9] == "expired"

        await eventually(pc, has_lapsed)


def test_a_delegate_decides_and_reads_with_the_own_card_until_told_otherwise(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        ben = (await pc.clinic.patients.register(pc.actors["lee"], replace(ANNA, given="Ben"))).id
        bens = await card_for(pc, ben)
        asked = await ask(pc, "lee", anna)
        async with Visit(pc, card) as visit:
            until = (pc.node.now() + timedelta(days=30)).date()
            # a code for Ben that is on no card
            made_up = new_card(bytes.fromhex(ben), 1)
            with pytest.raises(CardUnknownError):
                await visit.kiosk.delegate(visit.actor, made_up.code, until)
            delegation = await visit.kiosk.delegate(visit.actor, bens.code, until)
            (told,) = await visit.kiosk.delegations(visit.actor)
            assert told.since is not None
            assert abs(told.since - pc.node.now()) < timedelta(minutes=5)
        async with Visit(pc, bens) as visit:
            (told,) = await visit.kiosk.represented(visit.actor)
            assert (told.patient, "Anna" in told.name) == (anna, True)
            visit.actor = await visit.kiosk.speak_for(visit.actor, anna)
            assert visit.actor.is_delegate
            summary = await visit.kiosk.summary(visit.actor)
            assert summary.notes.total == 1
            await visit.kiosk.approve(visit.actor, asked.id, categories=NOTES, until=None)
        await pc.clinic.charts.open(pc.actors["lee"], anna)
        async with Visit(pc, card) as visit:
            await visit.kiosk.end_delegation(visit.actor, delegation.id)
        async with Visit(pc, bens) as visit:
            with pytest.raises(NotFoundError):
                await visit.kiosk.speak_for(visit.actor, anna)


def test_a_guardian_decides_for_a_child_without_a_card(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        child = await registered(pc)
        mother = (await pc.clinic.patients.register(pc.actors["lee"], replace(ANNA, given="Mo"))).id
        mothers = await card_for(pc, mother)
        until = (pc.node.now() + timedelta(days=1000)).date()
        named = await pc.clinic.cards.name_guardian(
            pc.actors["rae"], child, mothers.code, "592741", until
        )
        assert named.guardian
        assert "Mo" in named.name
        # whom the desk has named waits for a clinician
        status = await pc.clinic.cards.status(pc.actors["lee"], child)
        assert (status.is_policy, status.guardians) == (True, ())
        (waiting,) = await pc.clinic.cards.unconfirmed(pc.actors["lee"])
        assert (waiting.patient, waiting.speaker, waiting.made_by_name) == (
            child,
            mother,
            "Rae Reception",
        )
        async with Visit(pc, mothers) as visit:
            assert await visit.kiosk.represented(visit.actor) == ()
            with pytest.raises(NotFoundError):
                await visit.kiosk.speak_for(visit.actor, child)
        await confirmed(pc.clinic, pc.actors["lee"], child)
        # the team keeps what it had until the guardian says otherwise
        assert (await pc.clinic.charts.open(pc.actors["lee"], child)).summary.notes.total == 1
        await eventually(pc, lambda: sealed_for(pc, child, mother))
        async with Visit(pc, mothers) as visit:
            visit.actor = await visit.kiosk.speak_for(visit.actor, child)
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 1
            (share,) = await visit.kiosk.shares(visit.actor)
            await visit.kiosk.stop(visit.actor, share.id)
        await chart_is_closed(pc, "lee", child)
        status = await pc.clinic.cards.status(pc.actors["rae"], child)
        assert [one.delegate for one in status.guardians] == [mother]


async def sealed_for(pc, patient, reader):
    """Whether the note's key is sealed for a reader."""
    subject = bytes.fromhex(patient)
    (row,) = pc.node._core.value("sealed", subject, "notes")
    return bytes.fromhex(reader) in pc.node._core.value("key", subject, "notes", row[0])[1]


def test_what_a_grantee_writes_is_the_patients_too(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        await grant(pc, "lee", anna, card, frozenset({Category.NOTES, Category.GENERAL}))
        chart = await pc.clinic.charts.open(pc.actors["lee"], anna)
        entry = await pc.clinic.charts.add_note(chart, "Second", "Better.")
        assert entry.title == "Second"
        await keys_reached(pc, anna)
        async with Visit(pc, card) as visit:
            assert (await visit.kiosk.summary(visit.actor)).notes.total == 2


def test_a_member_who_leaves_is_left_no_key_and_what_was_open_to_them_is_sealed_anew(homes):
    @story(homes.staffed(), "lee", "rae", "nia", "admin")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna, keep=CONTROLLED)
        await grant(pc, "lee", anna, card)
        subject, lee = bytes.fromhex(anna), pc.session("lee").person

        def boxed(connection):
            return lee in {box.recipient for box in destroying.boxes_about(connection, subject)}

        async def is_settled():
            return not await pc.node.resealing.owed(subject)

        async def sealed_anew():
            return before not in dict(pc.node._core.value("sealed", subject, "notes"))

        await eventually(pc, is_settled)
        before = pc.node._core.value("epoch", subject, "notes")[0]
        assert await pc.node._core.read(boxed)
        await pc.clinic.people.deactivate(pc.actors["admin"], lee.hex())
        assert not await pc.node._core.read(boxed)

        await eventually(pc, sealed_anew)
