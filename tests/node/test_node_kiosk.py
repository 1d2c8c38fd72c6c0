"""What a patient does at the kiosk besides deciding: look who looked, ask, check in."""

from datetime import timedelta

import pytest

from ehr_desktop.domain.consent import CONTROLLED, Basis
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.values import Booking
from tests.support.consent_pc import Visit, card_for, registered
from tests.support.one_pc import story


def test_a_patient_sees_who_looked_asks_about_it_and_is_answered(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna, keep=CONTROLLED)
        await pc.clinic.charts.open(pc.actors["lee"], anna)
        async with Visit(pc, card) as visit:
            looks = await visit.kiosk.looks(visit.actor)
            assert all(not look.own for look in looks)
            assert looks[0].basis in (Basis.PATIENT, Basis.POLICY)
            assert (looks[0].name, looks[0].workstation) == ("Dr Lee", "PC 1")
            assert any(look.own for look in await visit.kiosk.looks(visit.actor, own=True))
            await visit.kiosk.ask(visit.actor, looks[0].transaction, "Why did you look?")
        ((name, patient, look, question, answer),) = await pc.clinic.sharing.questions(
            pc.actors["rae"]
        )
        assert (patient, look, question, answer) == (anna, looks[0], "Why did you look?", "")
        await pc.clinic.sharing.answer(pc.actors["rae"], name, "To prepare your visit.")
        ((*_, answer),) = await pc.clinic.sharing.questions(pc.actors["lee"])
        assert answer == "To prepare your visit."
        report = await pc.check("lee")
        assert report.faults == ()


def test_a_patient_checks_in_for_todays_appointment(homes):
    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        anna = await registered(pc)
        card = await card_for(pc, anna)
        booked = await pc.clinic.appointments.book(
            pc.actors["rae"],
            Booking(pc.actors["lee"].id, anna, pc.node.now(), timedelta(minutes=15)),
        )
        async with Visit(pc, card) as visit:
            (today,) = await visit.kiosk.appointments_today(visit.actor)
            assert (today.id, today.provider_name) == (booked.id, "Dr Lee")
            arrived = await visit.kiosk.check_in(visit.actor, booked.id)
            assert arrived.status is AppointmentStatus.ARRIVED
            with pytest.raises(NotFoundError):
                await visit.kiosk.check_in(visit.actor, "ab" * 16)
        known = await pc.clinic.appointments.get(pc.actors["rae"], booked.id)
        assert known.status is AppointmentStatus.ARRIVED
