"""A clinician opens the emergency set of a patient who has not shared it: for all to see, and for
half an hour.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis, Finding, GuardRule
from ehr_desktop.domain.errors import (
    GuardsAwayError,
    NoKeyError,
    RefusedError,
    SignInRefusedError,
)
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.explain import explain
from ehr_desktop.node.consent.resealing import Resealing, _Work
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.core import Prepared
from ehr_desktop.node.emergency import claiming
from ehr_desktop.node.sealing import drawing
from ehr_desktop.node.store import transactions
from tests.support.custody import (
    MINUTE_MS,
    Clock,
    books_today,
    patient_with_notes,
    shows,
    signs_in,
    takes_a_card,
    writes,
)
from tests.support.growing_clinic import add, level, opened, until
from tests.support.net_nodes import on_a_loop
from tests.support.one_pc import ANNA, PASSWORDS, story

HERS = frozenset(Category) - {Category.NOTES}


def test_where_no_emergency_entry_was_ever_written_it_says_so_and_keeps_the_try(homes):
    @story(homes.staffed(), "lee")
    async def _(pc):
        clinic, lee = pc.clinic, pc.actors["lee"]
        patient = (await clinic.patients.register(lee, ANNA)).id
        await writes(clinic, lee, patient, Category.NOTES, 1)
        await takes_a_card(clinic, lee, patient, keep=frozenset())
        with pytest.raises(RefusedError) as refused:
            await clinic.emergency.open(
                lee, patient, password=PASSWORDS["lee"], reason="unconscious", words="Found lying."
            )
        assert explain(refused.value).startswith("No emergency entry was ever written")
        (tried,) = await pc.on_disk(lambda c: transactions.of_kind(c, "escrow.claim", 9))
        assert tried.rule == "nothing-written"


def test_the_emergency_set_opens_for_half_an_hour_and_is_reviewed_by_somebody_else(homes):
    clock = Clock()

    @story(homes.staffed(), "admin", "lee", "nia", clock=clock)
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        emergency = clinic.emergency
        async with asyncio.timeout(300):
            patient, notes = await patient_with_notes(clinic, lee, 2)
            card = await takes_a_card(clinic, lee, patient, keep=frozenset())
            with pytest.raises(NoKeyError):
                await clinic.charts.open(lee, patient)
            with pytest.raises(SignInRefusedError):
                await emergency.open(
                    lee, patient, password="wrong", reason="unconscious", words="Found lying."
                )
            assert await emergency.current(lee, patient) is None

            access, chart = await emergency.open(
                lee, patient, password=PASSWORDS["lee"], reason="unconscious", words="Found lying."
            )
            assert (access.threshold, access.shares) == (1, 1)
            assert [entry.title for entry in chart.summary.allergies] == ["Penicillin"]
            assert chart.summary.notes.total == 0
            assert Basis.EMERGENCY in {receipt.basis for receipt in chart.receipt.all}
            assert await emergency.current(lee, patient) == access
            with pytest.raises(NoKeyError):
                await clinic.charts.record(chart, notes[0])
            with pytest.raises(NoKeyError):
                await clinic.charts.open(nia, patient)

            (waiting,) = await emergency.reviews(nia)
            assert (waiting.words, waiting.reason, waiting.name) == (
                "Found lying.", "unconscious", "Dr Lee",
            )  # fmt: skip
            assert waiting.due - waiting.when == timedelta(hours=72)
            with pytest.raises(RefusedError):
                await emergency.review(lee, access.claim, Finding.JUSTIFIED, "I was right.")

            clock.forward(31 * MINUTE_MS)
            with pytest.raises(NoKeyError):
                await clinic.charts.open(lee, patient)
            with pytest.raises(NoKeyError):
                await clinic.charts.record(chart, chart.summary.allergies[0].source.record)
            assert await emergency.current(lee, patient) is None

            await emergency.review(nia, access.claim, Finding.JUSTIFIED, "Clearly.")
            (done,) = await emergency.reviews(nia)
            assert (done.finding, done.reviewer) == (Finding.JUSTIFIED, "Nia Nurse")

            # the patient's keys are those that seal it anew; nobody else holds any
            subject = bytes.fromhex(patient)
            epoch = clinic.node._core.value("epoch", subject, Category.EMERGENCY)[0]
            assert await clinic.node.resealing.owed(subject)
            anna = clinic.node._core.keyring.patient(await shows(clinic, card))

            async def is_sealed_anew() -> bool:
                # the staff's sessions may just be looking whether they can do it
                await clinic.node.resealing.run(anna, subject)
                return not await clinic.node.resealing.owed(subject)

            await until(is_sealed_anew, clinic)
            assert clinic.node._core.value("epoch", subject, Category.EMERGENCY)[0] != epoch
            access, chart = await emergency.open(
                lee, patient, password=PASSWORDS["lee"], reason="unconscious", words="Again."
            )
            assert len(chart.summary.allergies) == 1
        assert (await pc.check("lee")).faults == ()


async def nobody_has_it(_resealing):
    """What is said of resealing has not reached the others."""
    return False


def test_an_emergency_opens_the_set_while_it_is_being_sealed_anew_too(homes, monkeypatch):
    """Until the earlier keys are ended both containers are here, and only the newer one opens."""
    monkeypatch.setattr(Resealing, "_others_have_it", nobody_has_it)

    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        async with asyncio.timeout(300):
            patient = await shared_with(clinic, lee)
            _, chart = await clinic.emergency.open(
                nia, patient, password=PASSWORDS["nia"], reason="unconscious", words="Found lying."
            )
            assert [entry.title for entry in chart.summary.allergies] == ["Penicillin"]
            assert clinic.node._core.value("closing", bytes.fromhex(patient), "emergency") is None


async def shared_with(clinic, doctor):
    """A patient with an allergy who lets a doctor see the emergency set, and nobody else, once it is
    sealed anew; gives the pseudonym.
    """
    patient, _ = await patient_with_notes(clinic, doctor, 0)
    card = await takes_a_card(clinic, doctor, patient, keep=frozenset())
    anna, only = await shows(clinic, card), frozenset({Category.EMERGENCY})
    asked = await clinic.node.consent.ask(doctor, patient, only, "treatment", None, None)
    await clinic.node.consent.approve(anna, asked.id, only, None)

    async def is_sealed_anew() -> bool:
        rows = clinic.node._core.value("sealed", bytes.fromhex(patient), Category.EMERGENCY)
        newest = max(round_of(epoch) for epoch, _ in rows)
        return newest > 1 and all(round_of(epoch) == newest for epoch, count in rows if count)

    await until(is_sealed_anew, clinic)
    return patient


def test_an_emergency_opens_the_set_where_two_keys_of_one_round_were_begun(homes, monkeypatch):
    """Two workstations may each draw one; only the later one is shared out."""

    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        core = clinic.node._core
        async with asyncio.timeout(300):
            patient = await shared_with(clinic, lee)
            subject, session = bytes.fromhex(patient), core.session(lee)

            async def is_sealed_anew() -> bool:
                return not await clinic.node.resealing.owed(subject)

            await until(is_sealed_anew, clinic)
            first = core.value("epoch", subject, Category.EMERGENCY)[0]
            monkeypatch.setattr(drawing, "next_epoch", lambda *_: first ^ 1)

            def begin_another(connection):
                work = _Work(
                    connection, core.pipeline.value_here(connection), session, subject,
                    Category.EMERGENCY, core.clock(),
                )  # fmt: skip
                return Prepared(work.opening()[1])

            outcomes = await core.write(subject, begin_another)
            assert [one.rule for one in outcomes] == ["", ""]
            monkeypatch.undo()
            assert list(await clinic.node.resealing.owed(subject)) == [Category.EMERGENCY]
            clinic.node._upkeep.consider(subject)
            await until(is_sealed_anew, clinic)
            _, chart = await clinic.emergency.open(
                nia, patient, password=PASSWORDS["nia"], reason="unconscious", words="Found lying."
            )
            assert [entry.title for entry in chart.summary.allergies] == ["Penicillin"]


def test_after_a_review_whoever_holds_the_keys_replaces_them_at_once(homes):
    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        async with asyncio.timeout(300):
            patient = await shared_with(clinic, lee)
            subject = bytes.fromhex(patient)
            access, _ = await clinic.emergency.open(
                nia, patient, password=PASSWORDS["nia"], reason="unconscious", words="Found lying."
            )
            before = clinic.node._core.value("epoch", subject, Category.EMERGENCY)[0]
            await clinic.emergency.review(lee, access.claim, Finding.JUSTIFIED, "Clearly.")

            async def is_replaced() -> bool:
                newest = clinic.node._core.value("epoch", subject, Category.EMERGENCY)[0]
                return newest > before and not await clinic.node.resealing.owed(subject)

            await until(is_replaced, clinic)


def test_a_second_review_before_the_earlier_keys_are_ended_keeps_nothing_from_ending(
    homes, monkeypatch
):
    """It closes the key that the first one gave rise to, too, so nothing ends by that one."""

    @story(homes.staffed(), "admin", "lee", "nia")
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        core, resealing = clinic.node._core, clinic.node.resealing
        async with asyncio.timeout(300):
            patient = await shared_with(clinic, lee)
            subject = bytes.fromhex(patient)

            def rounds() -> list[int]:
                rows = core.value("sealed", subject, Category.EMERGENCY)
                return [round_of(epoch) for epoch, count in rows if count]

            async def is_done() -> bool:
                return not await resealing.owed(subject)

            await until(is_done, clinic)
            claims = []
            for words in ("Found lying.", "Again."):
                access, _ = await clinic.emergency.open(
                    nia, patient, password=PASSWORDS["nia"], reason="unconscious", words=words
                )
                claims.append(access.claim)
            before = rounds()
            monkeypatch.setattr(Resealing, "_others_have_it", nobody_has_it)
            await clinic.emergency.review(lee, claims[0], Finding.JUSTIFIED, "Clearly.")

            async def is_sealed_anew() -> bool:
                return rounds() > before

            await until(is_sealed_anew, clinic)
            await clinic.emergency.review(lee, claims[1], Finding.JUSTIFIED, "Clearly.")
            monkeypatch.undo()
            await until(is_done, clinic)
            assert len(rounds()) == 1


def test_a_rule_opens_what_it_names_on_the_day_of_the_appointment(homes):
    clock = Clock()

    @story(homes.staffed(), "admin", "lee", "nia", clock=clock)
    async def _(pc):
        clinic, lee, nia = pc.clinic, pc.actors["lee"], pc.actors["nia"]
        async with asyncio.timeout(300):
            patient, notes = await patient_with_notes(clinic, lee, 2)
            card = await takes_a_card(clinic, lee, patient, keep=frozenset())
            anna = await shows(clinic, card)
            await clinic.node.consent.set_rule(anna, frozenset({Category.NOTES}))
            own = await books_today(clinic, lee, lee, patient)

            async def dealt() -> bool:
                subject = bytes.fromhex(patient)
                return clinic.node._core.value("escrow", subject, Category.NOTES) is not None

            await until(dealt, clinic)
            with pytest.raises(NoKeyError):
                await clinic.charts.open(lee, patient)
            await clinic.appointments.change_status(nia, own.id, AppointmentStatus.ARRIVED)
            chart = await clinic.charts.open(lee, patient)
            assert chart.summary.notes.total == 2
            assert {r.basis for r in chart.receipt.all} == {Basis.POLICY, Basis.RULE}
            assert (await clinic.charts.record(chart, notes[0])).body
            with pytest.raises(NoKeyError):
                await clinic.charts.open(nia, patient)

            clock.forward(24 * 60 * MINUTE_MS)
            with pytest.raises(NoKeyError):
                await clinic.charts.open(lee, patient)


@on_a_loop
async def test_two_workstations_open_it_together_and_one_alone_never(homes, tmp_path, monkeypatch):
    async with asyncio.timeout(300), AsyncExitStack() as stack:
        first = await opened(stack, homes.staffed())
        evening = await stack.enter_async_context(AsyncExitStack())
        second = await add(evening, first, tmp_path / "b", "Room 2")
        lee = await signs_in(first, "lee")
        patient, _ = await patient_with_notes(first, lee, 1)
        await takes_a_card(first, lee, patient, keep=frozenset())
        await level(first, second)
        assert await first.emergency.rule(lee) == GuardRule(2, 2)
        how = {"password": PASSWORDS["lee"], "reason": "unconscious", "words": "Found lying."}
        there = await signs_in(second, "lee")
        access, chart = await second.emergency.open(there, patient, **how)
        assert (access.threshold, access.shares) == (2, 2)
        assert len(chart.summary.allergies) == 1

        await evening.aclose()
        monkeypatch.setattr(claiming, "PATIENCE_S", 0.5)
        nia, how["password"] = await signs_in(first, "nia"), PASSWORDS["nia"]
        with pytest.raises(GuardsAwayError) as away:
            await first.emergency.open(nia, patient, **how)
        assert away.value.needed == 2
        assert await first.emergency.current(nia, patient) is None
        with pytest.raises(NoKeyError):
            await first.charts.open(nia, patient)
