"""The day book: booking, moving, cancelling, and the next free slots."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ehr_desktop.domain.errors import InvalidInputError, RefusedError
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId
from ehr_desktop.domain.people import Actor, Clinic, Team
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from ehr_desktop.interchange.fhir.build import appointment as appointment_resource
from ehr_desktop.node.node import Node, Wanted
from ehr_desktop.services.values import Booking, SlotTakenError

_STEP = timedelta(minutes=5)
_FARTHEST = timedelta(days=180)
_LONGEST = timedelta(hours=24)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(9990, 1, 1, tzinfo=UTC)


class Appointments:
    """The clinic's appointments."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def day(
        self, actor: Actor, day: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        """Give a day of the clinic by provider and start, cancelled appointments too."""
        return await self._between(actor, day, 1, providers)

    async def week(
        self, actor: Actor, monday: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        """Give seven days from `monday` on."""
        return await self._between(actor, monday, 7, providers)

    async def of_patient(self, actor: Actor, patient: PatientId) -> tuple[Appointment, ...]:
        """Give a patient's appointments, latest first."""
        names = self._node.people.names()
        return await self._node.view(
            actor,
            Team.FRONT_DESK,
            lambda views: views.appointments.of_patient(patient, names),
        )

    async def get(self, actor: Actor, appointment: AppointmentId) -> Appointment:
        """Give one appointment.

        Raises:
            NotFoundError: there is none of that id.
        """
        names = self._node.people.names()
        return await self._node.view(
            actor,
            Team.FRONT_DESK,
            lambda views: views.appointments.appointment(appointment, names),
        )

    async def book(self, actor: Actor, wanted: Booking) -> Appointment:
        """Book a slot.

        Raises:
            SlotTakenError: the provider is busy then; it offers alternatives.
            RefusedError: another rule refused.
            InvalidInputError: the length cannot be.
        """
        slot = _slot(wanted.start, wanted.length)
        request = Wanted(
            wanted.provider,
            wanted.patient,
            slot,
            self._words(slot, AppointmentStatus.BOOKED, wanted),
            override=bool(wanted.override_reason.strip()),
        )
        try:
            name = await self._node.diary.book(actor, request)
        except RefusedError as refusal:
            raise await self._explained(actor, refusal, wanted.provider, slot) from refusal
        return await self.get(actor, name)

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        provider: PersonId,
        start: datetime,
        length: timedelta,
        override_reason: str = "",
    ) -> Appointment:
        """Move an appointment to another time, length or provider.

        Raises:
            SlotTakenError: the provider is busy then; it offers alternatives.
            RefusedError: another rule refused.
        """
        known = await self.get(actor, appointment)
        slot = _slot(start, length)
        booking = Booking(
            provider, known.patient, start, length, known.reason, known.comment, override_reason
        )
        words = self._words(slot, known.status, booking) if override_reason.strip() else b""
        request = Wanted(provider, known.patient, slot, words, override=bool(words))
        try:
            await self._node.diary.move(actor, appointment, request)
        except RefusedError as refusal:
            raise await self._explained(actor, refusal, provider, slot) from refusal
        return await self.get(actor, appointment)

    async def change_status(
        self, actor: Actor, appointment: AppointmentId, status: AppointmentStatus
    ) -> Appointment:
        """Take an appointment to its next status.

        Raises:
            RefusedError: that status cannot follow (`status-order`), or the slot was given away.
        """
        known = await self.get(actor, appointment)
        try:
            await self._node.diary.change_status(actor, appointment, known.patient, status)
        except RefusedError as refusal:
            raise await self._explained(actor, refusal, known.provider, known.slot) from refusal
        return await self.get(actor, appointment)

    async def cancel(
        self, actor: Actor, appointment: AppointmentId, reason: str = ""
    ) -> Appointment:
        """Cancel an appointment; the reason is kept with it.

        Raises:
            RefusedError: it has begun or is over (`status-order`).
        """
        known = await self.get(actor, appointment)
        words = b""
        if reason.strip():
            comment = "\n".join(filter(None, (known.comment, f"Cancelled: {reason.strip()}")))
            booking = Booking(
                known.provider, known.patient, known.slot.start, known.slot.length,
                known.reason, comment, known.override_reason,
            )  # fmt: skip
            words = self._words(known.slot, AppointmentStatus.CANCELLED, booking)
        await self._node.diary.change_status(
            actor, appointment, known.patient, AppointmentStatus.CANCELLED, words
        )
        return await self.get(actor, appointment)

    async def next_free(
        self,
        actor: Actor,
        provider: PersonId,
        length: timedelta,
        after: datetime,
        count: int = 5,
    ) -> tuple[Slot, ...]:
        """Give the provider's next free slots within opening hours, soonest first; at most `count`,
        none further than 180 days away.
        """
        clinic = await self._node.clinic()
        first, last = _ms(after), _ms(after + _FARTHEST)
        busy = await self._node.view(
            actor, Team.FRONT_DESK, lambda views: views.appointments.busy(provider, first, last)
        )
        return free_slots(clinic, busy, length, after, count)

    async def _between(
        self, actor: Actor, day: date, days: int, providers: tuple[PersonId, ...]
    ) -> tuple[Appointment, ...]:
        zone = ZoneInfo((await self._node.clinic()).time_zone)
        start, end = midnight(day, zone), midnight(day + timedelta(days=days), zone)
        names = self._node.people.names()
        return await self._node.view(
            actor,
            Team.FRONT_DESK,
            lambda views: views.appointments.between(_ms(start), _ms(end), names, providers),
        )

    def _words(self, slot: Slot, status: AppointmentStatus, wanted: Booking) -> bytes:
        return appointment_resource(
            "",
            slot.start,
            slot.end,
            status,
            patient_ref=f"Patient/{wanted.patient}",
            provider_name=self._node.people.names().get(wanted.provider, ""),
            reason=wanted.reason,
            comment=wanted.comment,
            override_reason=wanted.override_reason,
        )

    async def _explained(
        self, actor: Actor, refusal: RefusedError, provider: PersonId, slot: Slot
    ) -> RefusedError:
        """Give a refusal with what can be done about it."""
        if refusal.outcome.rule != "slot-taken":
            return refusal
        taken = await self.get(actor, AppointmentId(refusal.outcome.detail("appointment")))
        free = await self.next_free(actor, provider, slot.length, slot.start)
        return SlotTakenError(refusal.outcome, taken, free)


def free_slots(
    clinic: Clinic,
    busy: tuple[Slot, ...],
    length: timedelta,
    after: datetime,
    count: int,
) -> tuple[Slot, ...]:
    """Give the first free slots after a moment: within opening hours, on the five-minute grid,
    each beginning when the last ends. `busy` is in order of start and may overlap.
    """
    found: list[Slot] = []
    for start, end in _openings(clinic, after):
        at = max(start, _on_grid(after))
        while at + length <= end and len(found) < count:
            wanted = Slot(at, length)
            clash = next((taken for taken in busy if taken.overlaps(wanted)), None)
            if clash is None:
                found.append(wanted)
                at = wanted.end
            else:
                at = _on_grid(clash.end)
        if len(found) == count:
            break
    return tuple(found)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the first instant of a day in a zone, as UTC; days have 23, 24 or 25 hours."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _openings(clinic: Clinic, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(clinic.time_zone)
    day = after.astimezone(zone).date()
    for _ in range(_FARTHEST.days):
        hours = clinic.hours.on(day.weekday())
        if hours is not None:
            opens, closes = (datetime.combine(day, hour, zone) for hour in hours)
            yield opens.astimezone(UTC), closes.astimezone(UTC)
        day += timedelta(days=1)


def _on_grid(moment: datetime) -> datetime:
    """Give the next moment on the five-minute grid, the moment itself if it is on it."""
    step = int(_STEP.total_seconds() * 1000)
    return datetime.fromtimestamp(-(-_ms(moment) // step) * step / 1000, UTC)


def _slot(start: datetime, length: timedelta) -> Slot:
    if start.utcoffset() is None:
        raise InvalidInputError("start", "no-time-zone")
    minutes = int(length.total_seconds() // 60)
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidInputError("length", "out-of-range")
    if not _EARLIEST <= start < _LATEST:
        raise InvalidInputError("start", "out-of-range")
    return Slot(start.astimezone(UTC), timedelta(minutes=max(1, minutes)))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
