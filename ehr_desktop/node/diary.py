"""Appointments: booking, moving and their status, as statements the contract decides on."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    MoveAppointment,
    Statement,
)
from ehr_desktop.node.contracts.visits import Visit
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.rehearsal import refuse_early
from ehr_desktop.node.sealing.sealing import Sealer

OVERRIDE = "staff-decision"
"""The code on the ledger for a booking over another; its reason stands in the container."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking to be made or moved; `words` is a FHIR Appointment, or empty to keep the old."""

    provider: PersonId
    patient: PatientId
    slot: Slot
    words: bytes
    override: bool


class Diary:
    """The clinic's day book, as this workstation writes in it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def book(self, actor: Actor, wanted: Wanted) -> AppointmentId:
        """Book a slot.

        Raises:
            RefusedError: a contract refused: `slot-taken`, `not-a-provider`, ...
        """
        zone, name = self.time_zone(), os.urandom(16)

        def statement(epoch: int) -> BookAppointment:
            return BookAppointment(
                appointment=name,
                provider=bytes.fromhex(wanted.provider),
                patient=bytes.fromhex(wanted.patient),
                start_ms=_ms(wanted.slot.start),
                minutes=_minutes(wanted.slot),
                wall_start=_wall(wanted.slot.start, zone),
                time_zone=zone,
                override=OVERRIDE if wanted.override else "",
                epoch=epoch,
            )

        await self._say(actor, wanted.patient, wanted.words, statement)
        return AppointmentId(name.hex())

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        wanted: Wanted,
    ) -> None:
        """Move a booking. Without an override no new words are needed.

        Raises:
            RefusedError: a contract refused: `slot-taken`, `status-order`, ...
        """
        zone = self.time_zone()

        def statement(epoch: int) -> MoveAppointment:
            return MoveAppointment(
                appointment=bytes.fromhex(appointment),
                provider=bytes.fromhex(wanted.provider),
                start_ms=_ms(wanted.slot.start),
                minutes=_minutes(wanted.slot),
                wall_start=_wall(wanted.slot.start, zone),
                time_zone=zone,
                override=OVERRIDE if wanted.override else "",
                epoch=epoch,
            )

        await self._say(actor, wanted.patient, wanted.words, statement)

    async def change_status(
        self,
        actor: Actor,
        appointment: AppointmentId,
        patient: PatientId,
        status: AppointmentStatus,
        words: bytes = b"",
    ) -> None:
        """Take a booking to another status; `words` say why, where there is something to say.

        Raises:
            RefusedError: a contract refused: `status-order`, `slot-taken`, ...
        """
        await self._say(
            actor,
            patient,
            words,
            lambda epoch: ChangeAppointmentStatus(bytes.fromhex(appointment), str(status), epoch),
        )

    async def _say(
        self,
        actor: Actor,
        patient: PatientId,
        words: bytes,
        statement: Callable[[int], Statement],
    ) -> None:
        """Seal the words, if there are any, and say what they go with."""
        session, subject = self._core.session(actor), bytes.fromhex(patient)
        if words:
            await self._core.ready_keys(session, (Category.APPOINTMENTS,))

        def prepare(connection: Connection) -> Prepared:
            if not words:
                only = Unsigned(statement(0), session.person, session.keys.signing, subject)
                refuse_early(self._core, connection, [only])
                return Prepared([only])
            sealer = Sealer(
                session,
                connection,
                self._core.pipeline,
                self._core.files,
                lambda _bytes: None,
            )
            record = NewRecord(Category.APPOINTMENTS, "Appointment", words)
            sealed, epoch, container = sealer.seal_words(subject, record)
            said = Unsigned(
                statement(epoch),
                session.person,
                session.keys.signing,
                subject=subject,
                containers=(container,),
            )
            try:
                refuse_early(self._core, connection, [*sealed.unsigned, said])
            except BaseException:
                sealed.discard()
                raise
            return Prepared([*sealed.unsigned, said], sealed.plain, sealed.discard)

        raise_refusal(await self._core.write(subject, prepare))

    async def arrive(self, actor: PatientActor, appointment: AppointmentId) -> None:
        """Say, at the kiosk, that a patient has arrived.

        Raises:
            RefusedError: it is no appointment of the patient's, or has another status by now.
        """
        session, name = self._core.keyring.patient(actor), bytes.fromhex(appointment)
        statement = ChangeAppointmentStatus(name, AppointmentStatus.ARRIVED, 0)
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=session.patient),
            subject=session.patient,
        )

    async def visits(self, actor: PatientActor, names: Mapping[PersonId, str]) -> list[Appointment]:
        """Give a patient's appointments of today, as the ledger knows them, earliest first: without
        the words, which stand in containers. `names` are those of staff.
        """
        session, zone = self._core.keyring.patient(actor), self.time_zone()
        found: list[Appointment] = []
        for stored in self._core.value("visits", session.patient) or ():
            visit = Visit.of(stored)
            if not visit.is_on_its_day(self._core.clock()):
                continue
            start = datetime.fromtimestamp(visit.start_ms / 1000, UTC)
            provider = PersonId(visit.provider.hex())
            found.append(
                Appointment(
                    id=AppointmentId(visit.appointment.hex()),
                    provider=provider,
                    patient=actor.patient,
                    patient_name=actor.name,
                    slot=Slot(start, timedelta(milliseconds=visit.end_ms - visit.start_ms)),
                    wall_start=_wall(start, zone),
                    time_zone=zone,
                    status=AppointmentStatus(self._core.value("appointment", visit.appointment)[4]),
                    provider_name=names.get(provider, ""),
                )
            )
        return found

    def time_zone(self) -> str:
        """Give the clinic's IANA zone."""
        return str(self._core.value("clinic")[1])


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _minutes(slot: Slot) -> int:
    return int(slot.length.total_seconds() // 60)


def _wall(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
