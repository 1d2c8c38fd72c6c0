"""The day book of the in-memory clinic: bookings collide unless overridden with a reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ehr_desktop.domain.errors import NotFoundError, RefusedError
from ehr_desktop.domain.events import AppointmentsChanged
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId
from ehr_desktop.domain.people import Action, Actor
from ehr_desktop.domain.schedule import (
    FREES_THE_SLOT,
    NEXT_STATUSES,
    Appointment,
    AppointmentStatus,
    Slot,
)
from ehr_desktop.services.values import Booking, SlotTakenError
from tests.support.memory_desk import need, refuse
from tests.support.memory_world import World, made_id


class MemoryAppointments:
    def __init__(self, world: World) -> None:
        self._world = world

    async def day(
        self, actor: Actor, day: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        return self._between(actor, day, 1, providers)

    async def week(
        self, actor: Actor, monday: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        return self._between(actor, monday, 7, providers)

    async def of_patient(self, actor: Actor, patient: PatientId) -> tuple[Appointment, ...]:
        self._world.require(actor)
        his = [a for a in self._world.appointments.values() if a.patient == patient]
        return tuple(sorted(his, key=lambda a: a.slot))

    async def book(self, actor: Actor, wanted: Booking) -> Appointment:
        need(self._world, actor, Action.BOOK)
        patient = self._world.patient(wanted.patient)
        slot = Slot(wanted.start.astimezone(UTC), wanted.length)
        identifier = AppointmentId(made_id(f"booking {len(self._world.transactions)}"))
        self._check_free(actor, identifier, wanted.provider, slot, wanted.override_reason)
        booked = Appointment(
            id=identifier,
            provider=wanted.provider,
            patient=wanted.patient,
            patient_name=patient.name,
            slot=slot,
            wall_start=self._wall(slot.start),
            time_zone=self._world.clinic.time_zone,
            reason=wanted.reason,
            comment=wanted.comment,
            override_reason=wanted.override_reason,
            provider_name=self._world.staff[wanted.provider].display_name,
            status_since=self._world.now(),
        )
        return self._keep(actor, booked, "booked")

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        provider: PersonId,
        start: datetime,
        length: timedelta,
        override_reason: str = "",
    ) -> Appointment:
        need(self._world, actor, Action.BOOK)
        known = self._known(appointment)
        slot = Slot(start.astimezone(UTC), length)
        self._check_free(actor, appointment, provider, slot, override_reason)
        moved = replace(
            known,
            provider=provider,
            provider_name=self._world.staff[provider].display_name,
            slot=slot,
            wall_start=self._wall(slot.start),
            override_reason=override_reason,
        )
        if (moved.provider, moved.slot) != (known.provider, known.slot):
            self._tell(known)
        return self._keep(actor, moved, "moved")

    async def change_status(
        self, actor: Actor, appointment: AppointmentId, status: AppointmentStatus
    ) -> Appointment:
        need(self._world, actor, Action.BOOK)
        known = self._known(appointment)
        if status not in NEXT_STATUSES[known.status]:
            facts = ("from", str(known.status)), ("to", str(status))
            raise RefusedError(refuse(self._world, actor, "status", "status-order", *facts))
        changed = replace(known, status=status, status_since=self._world.now())
        return self._keep(actor, changed, "status")

    async def cancel(
        self, actor: Actor, appointment: AppointmentId, reason: str = ""
    ) -> Appointment:
        cancelled = await self.change_status(actor, appointment, AppointmentStatus.CANCELLED)
        self._world.appointments[appointment] = replace(cancelled, comment=reason)
        return self._world.appointments[appointment]

    async def next_free(
        self,
        actor: Actor,
        provider: PersonId,
        length: timedelta,
        after: datetime,
        count: int = 5,
    ) -> tuple[Slot, ...]:
        self._world.require(actor)
        return self._free(provider, length, after, count)

    def _between(
        self, actor: Actor, first: date, days: int, providers: tuple[PersonId, ...]
    ) -> tuple[Appointment, ...]:
        self._world.require(actor)
        wanted = [
            a
            for a in self._world.appointments.values()
            if first <= date.fromisoformat(a.wall_start[:10]) < first + timedelta(days=days)
            and (not providers or a.provider in providers)
        ]
        return tuple(sorted(wanted, key=lambda a: (a.provider_name, a.slot)))

    def _known(self, appointment: AppointmentId) -> Appointment:
        if appointment not in self._world.appointments:
            raise NotFoundError(appointment)
        return self._world.appointments[appointment]

    def _busy(
        self, provider: PersonId, slot: Slot, but: AppointmentId | None
    ) -> Appointment | None:
        return next(
            (
                a
                for a in self._world.appointments.values()
                if a.provider == provider
                and a.id != but
                and a.status not in FREES_THE_SLOT
                and a.slot.overlaps(slot)
            ),
            None,
        )

    def _check_free(
        self, actor: Actor, own: AppointmentId, provider: PersonId, slot: Slot, override: str
    ) -> None:
        taken = self._busy(provider, slot, own)
        if taken is not None and not override:
            outcome = refuse(self._world, actor, "booked", "slot-taken", ("taken", taken.id))
            free = self._free(provider, slot.length, slot.start, 5)
            raise SlotTakenError(outcome, taken, free)

    def _free(
        self, provider: PersonId, length: timedelta, after: datetime, count: int
    ) -> tuple[Slot, ...]:
        zone = ZoneInfo(self._world.clinic.time_zone)
        step = timedelta(minutes=10)
        local = after.astimezone(zone).replace(second=0, microsecond=0)
        start = local + timedelta(minutes=-local.minute % 10)
        free: list[Slot] = []
        for _ in range(6 * 24 * 60):
            hours = self._world.clinic.hours.on(start.weekday())
            ends = (start + length).time()
            if hours and hours[0] <= start.time() and start.time() < ends <= hours[1]:
                slot = Slot(start.astimezone(UTC), length)
                if self._busy(provider, slot, None) is None:
                    free.append(slot)
            if len(free) == count:
                break
            start += step
        return tuple(free)

    def _wall(self, start: datetime) -> str:
        local = start.astimezone(ZoneInfo(self._world.clinic.time_zone))
        return local.replace(tzinfo=None).isoformat(timespec="minutes")

    def _keep(self, actor: Actor, appointment: Appointment, kind: str) -> Appointment:
        appointment = replace(appointment, pending=not self._world.network.has_quorum)
        self._world.appointments[appointment.id] = appointment
        self._world.write(kind, actor.id, ("appointment", appointment.id))
        self._tell(appointment)
        return appointment

    def _tell(self, appointment: Appointment) -> None:
        day = date.fromisoformat(appointment.wall_start[:10])
        self._world.publish(AppointmentsChanged(day, appointment.provider))
