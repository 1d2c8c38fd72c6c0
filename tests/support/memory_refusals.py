"""Refused work in the in-memory clinic: whatever a test puts into `refused`."""

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import WorkRefused
from ehr_desktop.domain.ids import PersonId, TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.refusals import KeptEntry, RefusedWork
from ehr_desktop.domain.schedule import Appointment, Slot
from ehr_desktop.services.values import Booking
from tests.support.memory_appointments import MemoryAppointments
from tests.support.memory_world import World


class MemoryRefusals:
    def __init__(self, world: World, appointments: MemoryAppointments) -> None:
        self._world = world
        self._appointments = appointments
        self.refused: dict[PersonId, list[RefusedWork]] = {}
        self.written: dict[TransactionId, tuple[KeptEntry, ...]] = {}

    async def list(self, actor: Actor) -> tuple[RefusedWork, ...]:
        self._world.require(actor)
        return tuple(self.refused.get(actor.id, ()))

    async def dismiss(self, actor: Actor, transaction: TransactionId) -> None:
        kept = [w for w in self.refused.get(actor.id, ()) if w.transaction != transaction]
        self.refused[actor.id] = kept

    async def kept(self, actor: Actor, transaction: TransactionId) -> tuple[KeptEntry, ...]:
        self._world.require(actor)
        if transaction not in self.written:
            raise NotFoundError(transaction)
        return self.written[transaction]

    async def discard(self, actor: Actor, transaction: TransactionId) -> None:
        self._world.require(actor)
        self.written.pop(transaction, None)
        await self.dismiss(actor, transaction)
        self._world.publish(WorkRefused(actor.id))

    async def take(self, actor: Actor, work: RefusedWork, slot: Slot) -> Appointment:
        wanted = work.booking
        if wanted is None or work.patient is None:
            raise NotFoundError(work.transaction)
        booking = Booking(wanted.provider, work.patient, slot.start, slot.length, wanted.reason)
        done = await self._appointments.book(actor, booking)
        await self.dismiss(actor, work.transaction)
        return done
