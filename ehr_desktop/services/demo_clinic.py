"""Opening the made-up clinic: its people, its patients' records and its week, written like any."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Actor, Clinic, Role
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.interchange.fhir.category import category_of
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.node.node import Node
from ehr_desktop.services.appointments import Appointments
from ehr_desktop.services.demo.clinic import demo_clinic
from ehr_desktop.services.demo.values import DemoAppointment, DemoClinic, DemoPatient, DemoStaff
from ehr_desktop.services.people import People
from ehr_desktop.services.session import Session
from ehr_desktop.services.values import Booking, Founding, NewAccount

PASS_PHRASE = "harbour-lantern-meadow-quiet-demo"  # noqa: S105 - everybody may know this one
SEED = 2026
_AT_ONCE = 20
_ON_THE_WAY: dict[AppointmentStatus, tuple[AppointmentStatus, ...]] = {
    AppointmentStatus.BOOKED: (),
    AppointmentStatus.ARRIVED: (AppointmentStatus.ARRIVED,),
    AppointmentStatus.IN_ROOM: (AppointmentStatus.ARRIVED, AppointmentStatus.IN_ROOM),
    AppointmentStatus.DONE: (
        AppointmentStatus.ARRIVED,
        AppointmentStatus.IN_ROOM,
        AppointmentStatus.DONE,
    ),
    AppointmentStatus.CANCELLED: (AppointmentStatus.CANCELLED,),
    AppointmentStatus.NO_SHOW: (AppointmentStatus.NO_SHOW,),
}

Progress = Callable[[str, int, int], None]
"""Told what is being written, how much of it is done, and how much there is."""


def make_demo(resources: Path, now: datetime, patients: int) -> DemoClinic:
    """Make the clinic of this week; `now` is aware and decides what of today has happened."""
    monday = demo_day(now) - timedelta(days=demo_day(now).weekday())
    return demo_clinic(
        seed=SEED, resources=resources / "demo", monday=monday, now=now, patients=patients
    )


def demo_day(now: datetime) -> date:
    """Give the day the demo takes place on: today, or on Sunday the day after."""
    day = now.date()
    return day + timedelta(days=1) if day.weekday() == 6 else day


def demo_founding(demo: DemoClinic) -> Founding:
    """Give what the clinic is founded with."""
    administrator = next(person for person in demo.staff if person.role is Role.ADMINISTRATOR)
    return Founding(
        Clinic(demo.name, demo.time_zone, demo.hours), _account(administrator), "Reception 1"
    )


async def fill_demo(node: Node, demo: DemoClinic, progress: Progress) -> tuple[Actor, ...]:
    """Write the made-up clinic into a founded one; everybody on its staff is signed in."""
    session, people = Session(node), People(node)
    administrator = demo_founding(demo).administrator
    boss = await session.sign_in(administrator.account_name, PASS_PHRASE)
    actors: dict[str, Actor] = {administrator.account_name: boss}
    others = [person for person in demo.staff if person.role is not Role.ADMINISTRATOR]
    # a doctor first: the key the administrator keeps for the clinical team is handed over
    for done, person in enumerate(sorted(others, key=lambda p: p.role is not Role.DOCTOR)):
        progress("accounts", done, len(others))
        await people.add(boss, _account(person))
        if person.role is Role.DOCTOR or person is others[-1]:
            actors[person.account_name] = await session.sign_in(person.account_name, PASS_PHRASE)
    doctor = next(a for a in actors.values() if a.role is Role.DOCTOR)
    registered: list[PatientId] = []
    # several at a time share their commits
    for start in range(0, len(demo.patients), _AT_ONCE):
        progress("patients", start, len(demo.patients))
        some = demo.patients[start : start + _AT_ONCE]
        registered += await asyncio.gather(*(_write_patient(node, doctor, one) for one in some))
    staff = {person.account_name: person.id for person in await people.list(boss)}
    for start in range(0, len(demo.appointments), _AT_ONCE):
        progress("appointments", start, len(demo.appointments))
        await asyncio.gather(
            *(
                _write_appointment(
                    node,
                    doctor,
                    one,
                    staff[demo.staff[one.provider_index].account_name],
                    registered[one.patient_index],
                )
                for one in demo.appointments[start : start + _AT_ONCE]
            )
        )
    return tuple(actors.values())


async def _write_patient(node: Node, doctor: Actor, patient: DemoPatient) -> PatientId:
    records = [_record(body) for body in patient.resources]
    written, _ = await node.charts.write(doctor, None, records, source="import")
    return written


async def _write_appointment(
    node: Node, doctor: Actor, wanted: DemoAppointment, provider: PersonId, patient: PatientId
) -> None:
    book = Appointments(node)
    booked = await book.book(
        doctor,
        Booking(
            provider,
            patient,
            wanted.start.astimezone(UTC),
            timedelta(minutes=wanted.minutes),
            wanted.reason,
        ),
    )
    for status in _ON_THE_WAY[wanted.status]:
        await book.change_status(doctor, booked.id, status)


def _record(body: bytes) -> NewRecord:
    resource = json.loads(body)
    return NewRecord(
        category=category_of(resource),
        resource_type=resource["resourceType"],
        body=body,
        reference=f"{resource['resourceType']}/{resource['id']}",
        projection=project(body),
    )


def _account(person: DemoStaff) -> NewAccount:
    return NewAccount(
        person.account_name,
        person.display_name,
        person.role,
        PASS_PHRASE,
        person.phone,
        person.email,
    )


def clinic_now(time_zone: str) -> datetime:
    """Give the present in a zone."""
    return datetime.now(ZoneInfo(time_zone))
