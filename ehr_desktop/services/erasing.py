"""Erasing a patient's record."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.ids import DeviceId, PatientId
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node, OrderedErasure


class Erasing:
    """Records on their way out."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def all(self, actor: Actor) -> tuple[Erasure, ...]:
        """Give every erasure, those not finished first."""
        zone = await self._zone()
        names = await self._workstations()
        return tuple(self._erasure(one, zone, names) for one in await self._node.erasing.all(actor))

    async def order(
        self, actor: Actor, patient: PatientId, *, not_before: date, basis: str
    ) -> Erasure:
        """Order an erasure; the record is locked at once.

        Raises:
            NotFoundError: no such patient.
            RefusedError: a contract refused.
        """
        midnight = datetime.combine(not_before, time(0), await self._zone())
        await self._node.erasing.order(
            actor, patient, not_before_ms=int(midnight.timestamp() * 1000), basis=basis
        )
        return await self.certificate(actor, patient)

    async def cancel(self, actor: Actor, patient: PatientId) -> None:
        """Do not erase after all.

        Raises:
            RefusedError: nothing was ordered, or it is too late.
        """
        await self._node.erasing.cancel(actor, patient)

    async def confirm(self, actor: Actor, patient: PatientId, *, password: str) -> Erasure:
        """Confirm as the second person: the record is destroyed on every workstation.

        Raises:
            SignInRefusedError: the password is wrong.
            RefusedError: a contract refused: `too-early`, `same-member`, `same-role`, ...
        """
        await self._node.erasing.confirm(actor, patient, password=password)
        return await self.certificate(actor, patient)

    async def certificate(self, actor: Actor, patient: PatientId) -> Erasure:
        """Give what a certificate says.

        Raises:
            NotFoundError: nothing was ordered for this patient.
        """
        found = await self._node.erasing.one(actor, patient)
        return self._erasure(found, await self._zone(), await self._workstations())

    async def _zone(self) -> ZoneInfo:
        return ZoneInfo((await self._node.clinic()).time_zone)

    async def _workstations(self) -> dict[DeviceId, str]:
        return {one.id: one.name for one in await self._node.workstations()}

    def _erasure(
        self, found: OrderedErasure, zone: ZoneInfo, names: dict[DeviceId, str]
    ) -> Erasure:
        people = self._node.people.names()
        return Erasure(
            patient=found.patient,
            ordered=_moment(found.ordered_ms),
            ordered_by=people.get(found.ordered_by, ""),
            not_before=_moment(found.not_before_ms).astimezone(zone).date(),
            basis=found.basis,
            confirmed=_moment(found.confirmed_ms) if found.confirmed_ms else None,
            confirmed_by=people.get(found.confirmed_by, "") if found.confirmed_by else "",
            acknowledged=tuple(
                (names.get(device, ""), _moment(time_ms)) for device, time_ms in found.done
            ),
            waiting=tuple(names.get(device, "") for device in found.waiting),
            transactions=found.transactions,
        )


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
