"""What was refused after its author had been told that it is pending, and what can be done."""

from dataclasses import replace

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.refusals import KeptEntry, RefusedWork
from ehr_desktop.domain.schedule import Appointment, Slot
from ehr_desktop.node.node import Node
from ehr_desktop.services.appointments import Appointments
from ehr_desktop.services.values import Booking

_OFFERED = 3


class Refusals:
    """The refused work of whoever is signed in."""

    def __init__(self, node: Node, appointments: Appointments) -> None:
        self._node = node
        self._appointments = appointments

    async def list(self, actor: Actor) -> tuple[RefusedWork, ...]:
        """Give what was refused and not dismissed, oldest first; where a time was taken, with the
        provider's next free ones.
        """
        found = await self._node.refusals.list(actor, self._node.people.names())
        return tuple([await self._with_times(actor, work) for work in found])

    async def dismiss(self, actor: Actor, transaction: TransactionId) -> None:
        """Tell of a refusal no more."""
        await self._node.refusals.dismiss(actor, transaction)

    async def kept(self, actor: Actor, transaction: TransactionId) -> tuple[KeptEntry, ...]:
        """Give what the actor wrote and the ledger refused, but for files.

        Raises:
            NotFoundError: there is no copy of it any more, or it is somebody else's.
        """
        return await self._node.refusals.kept(actor, transaction)

    async def discard(self, actor: Actor, transaction: TransactionId) -> None:
        """Keep no copy of something the actor wrote, and tell of it no more.

        Raises:
            NotFoundError: it is somebody else's.
        """
        await self._node.refusals.discard(actor, transaction)

    async def take(self, actor: Actor, work: RefusedWork, slot: Slot) -> Appointment:
        """Book or move what was refused to another time, and dismiss the refusal.

        Raises:
            NotFoundError: it was no booking, or nobody knows for whom.
            SlotTakenError: the provider is busy then, too.
            RefusedError: another rule refused.
        """
        wanted = work.booking
        if wanted is None or work.patient is None:
            raise NotFoundError(work.transaction)
        if wanted.moved is not None:
            done = await self._appointments.move(
                actor, wanted.moved, wanted.provider, slot.start, slot.length
            )
        else:
            done = await self._appointments.book(
                actor,
                Booking(
                    wanted.provider,
                    work.patient,
                    slot.start,
                    slot.length,
                    wanted.reason,
                    wanted.comment,
                ),
            )
        await self.dismiss(actor, work.transaction)
        return done

    async def _with_times(self, actor: Actor, work: RefusedWork) -> RefusedWork:
        booking = work.booking
        if booking is None or work.rule != "slot-taken":
            return work
        after = max(booking.start, self._node.now())
        free = await self._appointments.next_free(
            actor, booking.provider, booking.length, after, _OFFERED
        )
        return replace(work, booking=replace(booking, alternatives=free))
