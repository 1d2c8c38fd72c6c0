"""Appointments: booking, moving and their status, as statements the contract decides on."""

import os
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
)
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.pipeline import Unsigned
from ehr_desktop.node.sealing import Sealer

OVERRIDE = "staff-decision"
"""The code on the ledger for a booking over another; its reason stands in the container."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking to be made; `words` is a FHIR Appointment."""

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
        session = self._core.session(actor)
        zone = self.time_zone()
        name = os.urandom(16)
        subject = bytes.fromhex(wanted.patient)
        record = NewRecord(Category.APPOINTMENTS, "Appointment", wanted.words)

        def prepare(connection: Connection) -> Prepared:
            sealer = Sealer(
                session, connection, self._core.value, self._core.files, lambda _bytes: None
            )
            sealed, epoch, container = sealer.seal_words(subject, record)
            statement = BookAppointment(
                appointment=name,
                provider=bytes.fromhex(wanted.provider),
                patient=subject,
                start_ms=_ms(wanted.slot.start),
                minutes=_minutes(wanted.slot),
                wall_start=_wall(wanted.slot.start, zone),
                time_zone=zone,
                override=OVERRIDE if wanted.override else "",
                epoch=epoch,
            )
            booking = Unsigned(
                statement,
                session.person,
                session.keys.signing,
                subject=subject,
                containers=(container,),
            )
            return Prepared([*sealed.unsigned, booking], sealed.plain, sealed.discard)

        raise_refusal(await self._core.write(subject, prepare))
        return AppointmentId(name.hex())

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        provider: PersonId,
        slot: Slot,
        *,
        override: bool,
    ) -> None:
        """Move a booking.

        Raises:
            RefusedError: a contract refused: `slot-taken`, `status-order`, ...
        """
        session = self._core.session(actor)
        zone = self.time_zone()
        statement = MoveAppointment(
            appointment=bytes.fromhex(appointment),
            provider=bytes.fromhex(provider),
            start_ms=_ms(slot.start),
            minutes=_minutes(slot),
            wall_start=_wall(slot.start, zone),
            time_zone=zone,
            override=OVERRIDE if override else "",
        )
        await self._core.say(Unsigned(statement, session.person, session.keys.signing))

    async def change_status(
        self, actor: Actor, appointment: AppointmentId, status: AppointmentStatus
    ) -> None:
        """Take a booking to another status.

        Raises:
            RefusedError: a contract refused: `status-order`, `slot-taken`, ...
        """
        session = self._core.session(actor)
        statement = ChangeAppointmentStatus(bytes.fromhex(appointment), str(status))
        await self._core.say(Unsigned(statement, session.person, session.keys.signing))

    def time_zone(self) -> str:
        """Give the clinic's IANA zone."""
        return str(self._core.value("clinic")[1])


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _minutes(slot: Slot) -> int:
    return int(slot.length.total_seconds() // 60)


def _wall(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
