"""Emergency access in the in-memory clinic; as many workstations answer as `answering` says,
and the ledger refuses by the rule `refusing`.
"""

from dataclasses import replace
from datetime import timedelta

from ehr_desktop.domain.consent import (
    EMERGENCY_MINUTES,
    REVIEW_HOURS,
    EmergencyAccess,
    EmergencyReview,
    Finding,
    GuardRule,
)
from ehr_desktop.domain.errors import (
    ErasedError,
    GuardsAwayError,
    InvalidInputError,
    RefusedError,
    SignInRefusedError,
)
from ehr_desktop.domain.events import ConsentChanged, EmergencyOpened
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Actor
from ehr_desktop.services.values import OpenChart
from tests.support.memory_charts import MemoryCharts
from tests.support.memory_desk import refuse
from tests.support.memory_world import World, made_id


class MemoryEmergency:
    def __init__(self, world: World, charts: MemoryCharts) -> None:
        self._world = world
        self._book = world.consent
        self._charts = charts
        self.answering: int | None = None
        self.refusing = ""

    async def open(
        self, actor: Actor, patient: PatientId, *, password: str, reason: str, words: str
    ) -> tuple[EmergencyAccess, OpenChart]:
        world, rule = self._world, self._book.rule
        world.require(actor)
        if password != world.passwords[actor.id]:
            raise SignInRefusedError
        if not words:
            raise InvalidInputError("text", "empty")
        if patient in self._book.erasures:
            raise ErasedError(patient)
        if self.refusing:
            raise RefusedError(refuse(world, actor, "escrow.claim", self.refusing))
        answered = rule.workstations if self.answering is None else self.answering
        if answered < rule.threshold:
            raise GuardsAwayError(rule.threshold, answered)
        now = world.now()
        claim = made_id(f"claim {len(self._book.accesses)}")
        until = now + timedelta(minutes=EMERGENCY_MINUTES)
        access = EmergencyAccess(claim, patient, actor.id, until, answered, rule.threshold)
        self._book.accesses.append(access)
        self._book.reviews.append(
            EmergencyReview(
                claim=claim,
                patient=patient,
                patient_name=world.patients[patient].name,
                person=actor.id,
                name=actor.staff.display_name,
                when=now,
                reason=reason,
                words=words,
                due=now + timedelta(hours=REVIEW_HOURS),
                finding=None,
            )
        )
        world.publish(EmergencyOpened(patient, actor.id))
        return access, await self._charts.open(actor, patient)

    async def current(self, actor: Actor, patient: PatientId) -> EmergencyAccess | None:
        self._world.require(actor)
        return self._book.current(actor, patient, self._world.now())

    async def rule(self, actor: Actor) -> GuardRule:
        self._world.require(actor)
        return self._book.rule

    async def reviews(self, actor: Actor) -> tuple[EmergencyReview, ...]:
        self._world.require(actor)
        return tuple(sorted(self._book.reviews, key=lambda one: (one.finding is not None, one.due)))

    async def review(self, actor: Actor, claim: str, finding: Finding, words: str) -> None:
        world = self._world
        world.require(actor)
        for at, known in enumerate(self._book.reviews):
            if known.claim == claim:
                if known.person == actor.id:
                    raise RefusedError(refuse(world, actor, "escrow.review", "own-claim"))
                self._book.reviews[at] = replace(
                    known, finding=finding, reviewer=actor.staff.display_name
                )
                world.publish(ConsentChanged(known.patient))
