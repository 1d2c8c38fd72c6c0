"""Erasing records in the in-memory clinic: `workstations` acknowledge as tests let them."""

from dataclasses import replace
from datetime import date

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.errors import NotFoundError, RefusedError, SignInRefusedError
from ehr_desktop.domain.events import PatientErased
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Action, Actor
from tests.support.memory_desk import need, refuse
from tests.support.memory_world import World

WORKSTATIONS = ("Front desk", "Room 1", "Room 2")


class MemoryErasing:
    def __init__(self, world: World) -> None:
        self._world = world
        self._book = world.consent
        self.orderer: dict[PatientId, str] = {}

    async def all(self, actor: Actor) -> tuple[Erasure, ...]:
        self._world.require(actor)
        return tuple(sorted(self._book.erasures.values(), key=lambda one: bool(one.acknowledged)))

    async def order(
        self, actor: Actor, patient: PatientId, *, not_before: date, basis: str
    ) -> Erasure:
        need(self._world, actor, Action.MANAGE_PEOPLE)
        written = self._world.write("erasure.order", actor.id, ("patient", patient))
        self.orderer[patient] = actor.role
        return self._put(
            Erasure(
                patient=patient,
                ordered=self._world.now(),
                ordered_by=actor.staff.display_name,
                not_before=not_before,
                basis=basis,
                confirmed=None,
                confirmed_by="",
                acknowledged=(),
                waiting=WORKSTATIONS,
                transactions=(written.id,),
            )
        )

    async def cancel(self, actor: Actor, patient: PatientId) -> None:
        self._world.require(actor)
        del self._book.erasures[patient]
        self._world.publish(PatientErased(patient))

    async def confirm(self, actor: Actor, patient: PatientId, *, password: str) -> Erasure:
        world = self._world
        world.require(actor)
        if password != world.passwords[actor.id]:
            raise SignInRefusedError
        if self.orderer.get(patient) == actor.role:
            raise RefusedError(refuse(world, actor, "erasure.confirm", "role"))
        written = world.write("erasure.confirm", actor.id, ("patient", patient))
        known = await self.certificate(actor, patient)
        return self._put(
            replace(
                known,
                confirmed=world.now(),
                confirmed_by=actor.staff.display_name,
                acknowledged=((WORKSTATIONS[0], world.now()),),
                waiting=WORKSTATIONS[1:],
                transactions=(*known.transactions, written.id),
            )
        )

    async def certificate(self, actor: Actor, patient: PatientId) -> Erasure:
        self._world.require(actor)
        if patient not in self._book.erasures:
            raise NotFoundError(patient)
        return self._book.erasures[patient]

    def acknowledge(self, patient: PatientId) -> None:
        """Let every workstation be done."""
        known = self._book.erasures[patient]
        done = known.acknowledged + tuple((name, self._world.now()) for name in known.waiting)
        self._put(replace(known, acknowledged=done, waiting=()))

    def _put(self, erasure: Erasure) -> Erasure:
        self._book.erasures[erasure.patient] = erasure
        self._world.publish(PatientErased(erasure.patient))
        return erasure
