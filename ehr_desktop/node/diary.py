"""Appointments: booking, moving and their status, as statements the contract decides on."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.domain.schedule import AppointmentStatus, Slot
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    MoveAppointment,
    Statement,
)
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.rehearsal import refuse_early
from ehr_desktop.node.sealing import Sealer

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

    def time_zone(self) -> str:
        """Give the clinic's IANA zone."""
        return str(self._core.value("clinic")[1])


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _minutes(slot: Slot) -> int:
    return int(slot.length.total_seconds() // 60)


def _wall(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
