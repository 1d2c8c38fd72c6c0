"""Transactions that wait, as the front desk sees them: real records under real keys."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NotFoundError, RefusedError
from ehr_desktop.domain.ids import AppointmentId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.interchange.fhir.build import appointment as appointment_resource
from ehr_desktop.interchange.fhir.build import note
from ehr_desktop.interchange.fhir.build_patient import patient as patient_resource
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.statements import BookAppointment, ChangeAppointmentStatus
from ehr_desktop.node.happened import events_of_pending
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import told_pending, transactions
from ehr_desktop.services.values import Booking, SlotTakenError
from tests.support.one_pc import ANNA, ZONE, story
from tests.support.waiting_clinic import ACCEPTED, TAKEN, WaitingClinic

TEN = datetime(2030, 3, 5, 10, tzinfo=UTC)
LENGTH = timedelta(minutes=30)
STALE = Verdict("stale-version")


def start(pc):
    return WaitingClinic(pc), pc.actors["rae"]


async def booking(clinic, actor, patient, reason="Check-up", at=TEN):
    """A booking on another workstation, and the appointment's id."""
    doctor = await clinic.pc.person("lee")
    name = os.urandom(16)
    body = appointment_resource(
        "",
        at,
        at + LENGTH,
        AppointmentStatus.BOOKED,
        patient_ref=f"Patient/{patient}",
        provider_name="Dr Lee",
        reason=reason,
        comment="",
        override_reason="",
    )

    def statement(epoch):
        return BookAppointment(
            appointment=name,
            provider=bytes.fromhex(doctor),
            patient=bytes.fromhex(patient),
            start_ms=int(at.timestamp() * 1000),
            minutes=30,
            wall_start=at.strftime("%Y-%m-%dT%H:%M"),
            time_zone=ZONE,
            override="",
            epoch=epoch,
        )

    words = NewRecord(Category.APPOINTMENTS, "Appointment", body)
    unsigned = await clinic.with_words("rae", patient, words, statement)
    return unsigned, AppointmentId(name.hex())


def demographics(given, record):
    body = patient_resource(replace(ANNA, given=given), "")
    return NewRecord(Category.DEMOGRAPHICS, "Patient", body, record=record)


async def same_as_anew(clinic, tmp_path):
    """Whether what is final of the view is what a view built anew holds."""

    def run():
        fresh = clinic.index.beside(tmp_path / "fresh.db")
        try:
            fresh.catch_up({}, lambda _done, _total: None)
            return fresh.views.contents() == clinic.index.views.snapshot()[1]
        finally:
            fresh.close()

    return await clinic.tell(run)


def test_a_booking_that_waits_is_shown_as_pending_and_no_longer_once_it_is_final(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        *before, booked = await clinic.arrive((await booking(clinic, rae, anna.id))[0])
        await clinic.show(*((t, ACCEPTED) for t in (*before, booked)))
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert (shown.pending, shown.reason, shown.patient_name) == (
            True,
            "Check-up",
            "SMITH, Anna",
        )
        assert await same_as_anew(clinic, tmp_path)
        (event,) = events_of_pending([booked])
        assert (event.day, event.provider) == (TEN.date(), shown.provider)
        await clinic.decide(*((t, ACCEPTED) for t in (*before, booked)))
        assert await pc.clinic.appointments.day(rae, TEN.date()) == (replace(shown, pending=False),)
        assert await same_as_anew(clinic, tmp_path)


def test_a_booking_that_is_refused_leaves_the_book_and_its_follower_with_it(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted, name = await booking(clinic, rae, anna.id)
        session = pc.session("rae")
        arrived = ChangeAppointmentStatus(bytes.fromhex(name), "arrived", 0)
        wanted.append(Unsigned(arrived, session.person, session.keys.signing))
        *before, booked, come = await clinic.arrive(wanted)
        await clinic.show(*((t, ACCEPTED) for t in (*before, booked, come)))
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert shown.status is AppointmentStatus.ARRIVED
        await clinic.decide(*((t, ACCEPTED) for t in before), (booked, TAKEN))
        await clinic.show((come, Verdict("unknown-appointment")))
        assert await pc.clinic.appointments.day(rae, TEN.date()) == ()
        assert await same_as_anew(clinic, tmp_path)


def test_an_amendment_that_waits_gives_way_to_one_that_came_first(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        ours = await clinic.sealed("rae", anna.id, demographics("Annabel", anna.record))
        theirs = await clinic.sealed("rae", anna.id, demographics("Annika", anna.record))
        (mine,) = await clinic.arrive(ours)
        await clinic.show((mine, ACCEPTED))
        shown = await pc.clinic.patients.get(rae, anna.id)
        assert (shown.demographics.given, shown.pending) == ("Annabel", True)
        assert (await pc.clinic.patients.search(rae, "annabel")).total == 1
        (other,) = await clinic.arrive(theirs)
        await clinic.decide((other, ACCEPTED), (mine, STALE))
        shown = await pc.clinic.patients.get(rae, anna.id)
        assert (shown.demographics.given, shown.pending) == ("Annika", False)
        assert (await pc.clinic.patients.search(rae, "annabel")).matches[:1] == ()
        assert await same_as_anew(clinic, tmp_path)


def test_a_view_that_is_opened_again_still_knows_what_it_shows_ahead(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted = await clinic.sealed("rae", anna.id, demographics("Annabel", anna.record))
        (mine,) = await clinic.arrive(wanted)
        await clinic.show((mine, ACCEPTED))
        await clinic.tell(lambda: open_again(pc))
        assert (await pc.clinic.patients.get(rae, anna.id)).pending
        await clinic.decide((mine, STALE))
        shown = await pc.clinic.patients.get(rae, anna.id)
        assert (shown.demographics.given, shown.pending) == ("Anna", False)
        assert await same_as_anew(clinic, tmp_path)


def open_again(pc):
    indexes = pc.node._core.indexes
    indexes[Team.FRONT_DESK].close()
    indexes[Team.FRONT_DESK] = indexes[Team.FRONT_DESK].beside(pc.home / "views-front-desk.db")


def test_an_appointment_is_shown_without_its_words_until_they_come(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted, _ = await booking(clinic, rae, anna.id, "Sore throat")
        *before, booked = await clinic.arrive(wanted, with_containers=False)
        await clinic.show(*((t, ACCEPTED) for t in (*before, booked)))
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert (shown.pending, shown.reason) == (True, "")
        await clinic.decide(*((t, ACCEPTED) for t in (*before, booked)))
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert (shown.pending, shown.reason) == (False, "")
        await clinic.bring(*clinic.missing)
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert shown.reason == "Sore throat"
        assert clinic.index.views.all_awaited() == []
        assert await same_as_anew(clinic, tmp_path)


def test_words_that_come_while_the_booking_waits_are_shown_at_once(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted, _ = await booking(clinic, rae, anna.id, "Sore throat")
        arrived = await clinic.arrive(wanted, with_containers=False)
        await clinic.show(*((t, ACCEPTED) for t in arrived))
        await clinic.bring(*clinic.missing)
        (shown,) = await pc.clinic.appointments.day(rae, TEN.date())
        assert (shown.pending, shown.reason) == (True, "Sore throat")


def test_an_older_version_that_comes_last_does_not_hide_the_newer_one(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        older = await clinic.sealed("rae", anna.id, demographics("Annabel", anna.record))
        newer = await clinic.sealed("rae", anna.id, demographics("Annika", anna.record))
        (first,) = await clinic.arrive(older, with_containers=False)
        (second,) = await clinic.arrive(newer)
        await clinic.decide((first, ACCEPTED), (second, ACCEPTED))
        await clinic.bring(*clinic.missing)
        shown = await pc.clinic.patients.get(rae, anna.id)
        assert shown.demographics.given == "Annika"
        assert await same_as_anew(clinic, tmp_path)


def test_a_patient_whose_keys_come_later_is_found_from_then_on(homes, tmp_path):
    @story(homes.staffed(), "rae")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted = await clinic.sealed("rae", anna.id, demographics("Annabel", anna.record))
        await clinic.lose_vault_key(anna.id)
        await clinic.decide(*((t, ACCEPTED) for t in await clinic.arrive(wanted)))
        assert (await pc.clinic.patients.get(rae, anna.id)).demographics.given == "Anna"
        await clinic.bring_vault_key()
        assert (await pc.clinic.patients.get(rae, anna.id)).demographics.given == "Annabel"
        assert await same_as_anew(clinic, tmp_path)


def test_a_note_that_waits_opens_and_its_version_says_that_it_waits(homes):
    @story(homes.staffed(), "rae", "lee")
    async def _(pc):
        clinic, rae = start(pc)
        lee = pc.actors["lee"]
        anna = await pc.clinic.patients.register(rae, ANNA)
        chart = await pc.clinic.charts.open(lee, anna.id)
        record = (await pc.clinic.charts.add_note(chart, "Visit", "As it was.")).source.record
        body = note("As it waits.", f"Patient/{anna.id}", "Dr Lee", TEN, "Visit")
        new = NewRecord(Category.NOTES, "DocumentReference", body, record=record)
        await clinic.arrive(await clinic.sealed("lee", anna.id, new))
        opened_ = await pc.clinic.charts.record(chart, record)
        assert (opened_.body, opened_.source.version, opened_.source.pending) == (body, 2, True)
        final = await pc.clinic.charts.record(chart, record, 1)
        assert (final.source.version, final.source.pending) == (1, False)
        versions = await pc.clinic.charts.versions(chart, record)
        assert [(v.version, v.pending) for v in versions] == [(2, True), (1, False)]
        with pytest.raises(NotFoundError):
            await pc.clinic.charts.record(chart, record, 3)


def test_whoever_was_told_of_a_booking_that_is_refused_is_offered_the_next_times(homes):
    home = homes.staffed()

    @story(home, "rae", "nia")
    async def _(pc):
        clinic, rae = start(pc)
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted, _ = await booking(clinic, rae, anna.id, "Sore throat")
        *before, lost = await clinic.arrive(wanted)
        *_, untold = await clinic.arrive((await booking(clinic, rae, anna.id))[0][-1:])
        rae_id = pc.session("rae").person
        await clinic.write(
            lambda c: told_pending.add(c, rae_id, [lost.id, *(t.id for t in before)])
        )
        assert await pc.clinic.refusals.list(rae) == ()
        await clinic.decide(*((t, ACCEPTED) for t in before), (lost, TAKEN), (untold, TAKEN))
        assert await pc.clinic.refusals.list(pc.actors["nia"]) == ()

    @story(home, "rae")
    async def _(pc):
        rae = pc.actors["rae"]
        (work,) = await pc.clinic.refusals.list(rae)
        assert (work.rule, work.patient_name) == ("slot-taken", "SMITH, Anna")
        assert (work.booking.provider_name, work.booking.reason) == ("Dr Lee", "Sore throat")
        assert [slot.start for slot in work.booking.alternatives[:2]] == [TEN, TEN + LENGTH]
        await pc.clinic.refusals.dismiss(rae, work.transaction)
        assert await pc.clinic.refusals.list(rae) == ()


def test_below_the_quorum_what_is_taken_here_is_refused_at_once_and_never_signed(homes):
    @story(homes.staffed(), "rae", "nia")
    async def _(pc):
        rae = pc.actors["rae"]
        anna = await pc.clinic.patients.register(rae, ANNA)
        wanted = Booking(await pc.person("lee"), anna.id, TEN, LENGTH)
        taken = await pc.clinic.appointments.book(rae, wanted)
        before = await pc.on_disk(transactions.counts)
        pc.node._core.has_quorum = lambda: False
        with pytest.raises(SlotTakenError) as refusal:
            await pc.clinic.appointments.book(rae, wanted)
        assert refusal.value.taken == taken
        assert refusal.value.alternatives[0].start == TEN + LENGTH
        assert await pc.on_disk(transactions.counts) == before
        later = replace(wanted, start=TEN + LENGTH)
        assert (await pc.clinic.appointments.book(rae, later)).slot.start == TEN + LENGTH
        clinical = NewRecord(Category.NOTES, "Basic", b'{"resourceType":"Basic"}')
        with pytest.raises(RefusedError) as role:
            await pc.node.charts.write(rae, anna.id, [clinical])
        assert role.value.outcome.rule == "role"
