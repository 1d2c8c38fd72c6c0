"""Emergency access, and its review."""

from contextlib import suppress
from datetime import UTC, datetime

from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import EmergencyAccess, EmergencyReview, Finding, GuardRule
from ehr_desktop.domain.errors import ErasedError, IntegrityError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.interchange.fhir.build_question import communication, said_in
from ehr_desktop.node.node import Node, Reviewable
from ehr_desktop.services.charts import Charts
from ehr_desktop.services.values import OpenChart

_PURPOSE = "audit"


class Emergency:
    """Opening what the patient has not shared, for all to see."""

    def __init__(self, node: Node, charts: Charts) -> None:
        self._node = node
        self._charts = charts
        self._receipts: dict[tuple[str, PatientId], Receipt] = {}

    async def open(
        self, actor: Actor, patient: PatientId, *, password: str, reason: str, words: str
    ) -> tuple[EmergencyAccess, OpenChart]:
        """Open the emergency set: with the password again, a reason (a code) and words.

        Raises:
            SignInRefusedError: the password is wrong.
            InvalidInputError: no words are given.
            GuardsAwayError: too few workstations released their shares in time.
            RefusedError: a contract refused.
        """
        said = self._said(actor, patient, words)
        access = await self._node.emergency.open(
            actor, patient, password=password, reason=reason, words=said
        )
        return access, await self._charts.open(actor, patient)

    async def current(self, actor: Actor, patient: PatientId) -> EmergencyAccess | None:
        """Give the emergency access that is open now."""
        return await self._node.emergency.current(actor, patient)

    async def rule(self, actor: Actor) -> GuardRule:
        """Give how many workstations have to release their shares."""
        self._node.require(actor)
        return self._node.emergency.rule()

    async def reviews(self, actor: Actor) -> tuple[EmergencyReview, ...]:
        """Give what has to be reviewed, most urgent first, then what was, newest first."""
        return tuple(
            [await self._review(actor, one) for one in await self._node.emergency.reviews(actor)]
        )

    async def review(self, actor: Actor, claim: str, finding: Finding, words: str) -> None:
        """Say whether it was justified.

        Raises:
            InvalidInputError: no words are given.
            NotFoundError: there is no such access.
            RefusedError: a contract refused: `same-member`, `already-reviewed`, ...
        """
        found = await self._node.emergency.reviews(actor)
        patient = next((one.patient for one in found if one.claim == claim), None)
        if patient is None:
            raise NotFoundError(claim)
        said = self._said(actor, patient, words)
        await self._node.emergency.review(actor, claim, finding, said)

    def _said(self, actor: Actor, patient: PatientId, words: str) -> bytes:
        sender = actor.staff.display_name
        return communication(words, f"Patient/{patient}", sender, self._node.now())

    async def _review(self, actor: Actor, found: Reviewable) -> EmergencyReview:
        names = self._node.people.names()
        return EmergencyReview(
            claim=found.claim,
            patient=found.patient,
            patient_name=await self._name(actor, found.patient),
            person=found.person,
            name=names.get(found.person, ""),
            when=_moment(found.when_ms),
            reason=found.reason,
            words=await self._words(actor, found),
            due=_moment(found.due_ms),
            finding=Finding(found.finding) if found.finding else None,
            reviewer=names.get(found.reviewer, "") if found.reviewer else "",
        )

    async def _name(self, actor: Actor, patient: PatientId) -> str:
        with suppress(NotFoundError, NoKeyError):
            found = await self._node.view(
                actor, Team.FRONT_DESK, lambda views: views.patients.patient(patient)
            )
            return found.name
        return ""

    async def _words(self, actor: Actor, found: Reviewable) -> str:
        """Open why; nothing where the keys do not open it, or the patient is erased."""
        with suppress(NoKeyError, ErasedError, NotFoundError, IntegrityError):
            name = actor.session, found.patient
            if name not in self._receipts:
                self._receipts[name] = await self._node.charts.receive(
                    actor, found.patient, purpose=_PURPOSE, team=Team.FRONT_DESK
                )
            (body,) = await self._node.questions.words(actor, self._receipts[name], [found.said])
            return said_in(body)
        return ""


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
