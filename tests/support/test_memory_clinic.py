"""The in-memory clinic keeps the promises screens build on."""

import asyncio
from datetime import timedelta

import pytest

from ehr_desktop.domain.chart import AllergyStatement
from ehr_desktop.domain.errors import NoKeyError, NotSignedInError, RefusedError, SignInRefusedError
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.values import Booking, SlotTakenError
from ehr_desktop.ui.clinic_port import ClinicPort
from tests.support.memory_clinic import MemoryClinic
from tests.support.memory_world import NOON, PASSWORD


@pytest.fixture
def clinic():
    return MemoryClinic()


def test_it_offers_everything_the_port_names(clinic):
    doors = {name: door for name, door in vars(ClinicPort).items() if isinstance(door, property)}
    assert len(doors) == 17
    for name, door in doors.items():
        port = door.fget.__annotations__["return"]
        wanted = {method for method in vars(port) if not method.startswith("_")}
        assert wanted <= set(dir(getattr(clinic, name)))


def test_a_wrong_password_and_a_wrong_name_are_refused_alike(clinic):
    for name, password in (("karin.lindqvist", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(SignInRefusedError):
            asyncio.run(clinic.session.sign_in(name, password))


def test_a_locked_session_does_nothing(clinic):
    actor = clinic.actor("karin.lindqvist")
    asyncio.run(clinic.session.lock(actor))
    with pytest.raises(NotSignedInError):
        asyncio.run(clinic.patients.search(actor, ""))


def test_two_bookings_of_one_provider_collide(clinic):
    desk = clinic.actor("ines.duarte")
    doctor, patient = clinic.staff("karin.lindqvist").id, next(iter(clinic.world.patients))
    start = NOON.replace(hour=15, minute=0)
    wanted = Booking(doctor, patient, start, timedelta(minutes=20))
    booked = asyncio.run(clinic.appointments.book(desk, wanted))
    with pytest.raises(SlotTakenError) as refused:
        asyncio.run(clinic.appointments.book(desk, wanted))
    assert refused.value.taken == booked
    assert refused.value.alternatives[0].start == start + timedelta(minutes=20)


def test_a_status_follows_the_order(clinic):
    desk = clinic.actor("ines.duarte")
    done = next(a for a in clinic.world.appointments.values() if a.status is AppointmentStatus.DONE)
    with pytest.raises(RefusedError):
        asyncio.run(clinic.appointments.change_status(desk, done.id, AppointmentStatus.BOOKED))


def test_an_amended_note_keeps_its_original(clinic):
    doctor = clinic.actor("karin.lindqvist")
    chart = asyncio.run(clinic.charts.open(doctor, next(iter(clinic.world.patients))))
    note = asyncio.run(clinic.charts.add_note(chart, "Review", "first words"))
    asyncio.run(clinic.charts.amend_note(chart, note.source.record, "second words", "typing error"))
    assert len(asyncio.run(clinic.charts.versions(chart, note.source.record))) == 2
    assert b"first words" in asyncio.run(clinic.charts.record(chart, note.source.record, 1)).body


def test_allergies_are_stated_for_each_chart(clinic):
    doctor = clinic.actor("karin.lindqvist")
    said = [
        asyncio.run(clinic.charts.open(doctor, patient)).summary.allergy_statement
        for patient in list(clinic.world.patients)[:3]
    ]
    assert said == [
        AllergyStatement.KNOWN,
        AllergyStatement.NONE_KNOWN,
        AllergyStatement.NOT_RECORDED,
    ]


def test_a_receptionist_opens_no_chart(clinic):
    with pytest.raises(NoKeyError):
        asyncio.run(
            clinic.charts.open(clinic.actor("ines.duarte"), next(iter(clinic.world.patients)))
        )
