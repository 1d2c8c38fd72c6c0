"""Asking patients, in the in-memory clinic. `world.consent.answer` is what the patient says."""

from dataclasses import replace
from datetime import datetime

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    AccessRequest,
    GranteeKind,
    Look,
    RequestState,
    Share,
)
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import ConsentChanged
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Actor
from tests.support.memory_world import World, made_id


class MemorySharing:
    def __init__(self, world: World) -> None:
        self._world = world
        self._book = world.consent

    async def ask(
        self,
        actor: Actor,
        patient: PatientId,
        *,
        categories: frozenset[Category],
        purpose: str,
        until: datetime | None,
        keep_until: datetime | None,
    ) -> AccessRequest:
        self._world.require(actor)
        now = self._world.now()
        asked = AccessRequest(
            id=made_id(f"request {len(self._book.requests)}"),
            patient=patient,
            person=actor.id,
            person_name=actor.staff.display_name,
            role=actor.role,
            categories=categories,
            purpose=purpose,
            asked=now,
            start=now,
            until=until,
            keep_until=keep_until,
        )
        self._book.requests.append(asked)
        self._world.publish(ConsentChanged(patient))
        return asked

    async def withdraw(self, actor: Actor, request: str) -> None:
        self._world.require(actor)
        for at, asked in enumerate(self._book.requests):
            if asked.id == request:
                self._book.requests[at] = replace(asked, state=RequestState.WITHDRAWN)
                self._world.publish(ConsentChanged(asked.patient))
                return
        raise NotFoundError(request)

    async def own_requests(self, actor: Actor) -> tuple[AccessRequest, ...]:
        self._world.require(actor)
        return tuple(r for r in reversed(self._book.requests) if r.person == actor.id)

    async def open_to(self, actor: Actor, patient: PatientId) -> frozenset[Category]:
        self._world.require(actor)
        return self._book.open_to(actor, patient, self._world.now())

    async def shares(self, actor: Actor, patient: PatientId) -> tuple[Share, ...]:
        self._world.require(actor)
        return tuple(self._book.shares.get(patient, ()))

    async def hand_on(
        self,
        actor: Actor,
        share: str,
        colleague: PersonId,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        self._world.require(actor)
        for patient, shares in self._book.shares.items():
            for known in shares:
                if known.id == share:
                    given = replace(
                        known,
                        id=f"{share} handed on {len(shares)}",
                        grantee_kind=GranteeKind.PERSON,
                        grantee=colleague,
                        name=self._world.staff[colleague].display_name,
                        categories=categories & known.categories,
                        until=until,
                        reshare=False,
                        handed_on_by=actor.staff.display_name,
                    )
                    shares.append(given)
                    self._world.publish(ConsentChanged(patient))
                    return given
        raise NotFoundError(share)

    async def looks(
        self, actor: Actor, patient: PatientId, *, limit: int = 200
    ) -> tuple[Look, ...]:
        self._world.require(actor)
        return tuple(self._book.looks.get(patient, ()))[:limit]

    async def questions(self, actor: Actor) -> tuple[tuple[str, PatientId, Look, str, str], ...]:
        self._world.require(actor)
        return tuple(self._book.questions)

    async def answer(self, actor: Actor, question: str, text: str) -> None:
        self._world.require(actor)
        for at, (name, patient, look, asked, _) in enumerate(self._book.questions):
            if name == question:
                self._book.questions[at] = (name, patient, look, asked, text)
                self._world.publish(ConsentChanged(patient))
                return
        raise NotFoundError(question)
