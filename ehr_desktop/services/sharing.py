"""Asking patients, and what they answered, on the clinic's side."""

from contextlib import suppress
from datetime import datetime

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import AccessRequest, Look, Share
from ehr_desktop.domain.errors import ErasedError, IntegrityError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.interchange.fhir.build_question import communication, said_in
from ehr_desktop.node.node import Node

_PURPOSE = "patient-request"
Question = tuple[str, PatientId, Look, str, str]


class Sharing:
    """Requests to patients, grants, and who saw what."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._receipts: dict[tuple[str, PatientId], Receipt] = {}

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
        """Ask a patient for access.

        Raises:
            RefusedError: a contract refused: `no-card`, `too-many`, `period`, ...
        """
        return await self._node.consent.ask(actor, patient, categories, purpose, until, keep_until)

    async def withdraw(self, actor: Actor, request: str) -> None:
        """Ask no longer."""
        await self._node.consent.withdraw(actor, request)

    async def own_requests(self, actor: Actor) -> tuple[AccessRequest, ...]:
        """Give what the actor asked for and waits for, or asked for within a day."""
        return await self._node.consent.own_requests(actor)

    async def open_to(self, actor: Actor, patient: PatientId) -> frozenset[Category]:
        """Give the categories of a patient the actor may read now."""
        return await self._node.consent.open_to(actor, patient)

    async def shares(self, actor: Actor, patient: PatientId) -> tuple[Share, ...]:
        """Give what a patient shares, for the chart's page on access."""
        self._node.require(actor)
        return await self._node.consent.shares_of(patient)

    async def hand_on(
        self,
        actor: Actor,
        share: str,
        colleague: PersonId,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Hand a grant that allows it on to a colleague, unchanged or narrower."""
        return await self._node.consent.hand_on(actor, share, colleague, categories, until)

    async def looks(
        self, actor: Actor, patient: PatientId, *, limit: int = 200
    ) -> tuple[Look, ...]:
        """Give who saw a patient's record, newest first."""
        self._node.require(actor)
        return await self._node.access_log.looks(patient, limit=limit)

    async def questions(self, actor: Actor) -> tuple[Question, ...]:
        """Give patients' questions: id, whose, about which reading, the question, the answer. What
        the keys do not open is left out.
        """
        found: list[Question] = []
        for asked in await self._node.questions.all():
            look = await self._node.access_log.look(asked.about)
            if look is None:
                continue
            wanted = [asked.words, *([asked.answer] if asked.answer else [])]
            with suppress(NoKeyError, ErasedError, NotFoundError, IntegrityError):
                receipt = await self._receipt(actor, asked.patient)
                said = [
                    said_in(body)
                    for body in await self._node.questions.words(actor, receipt, wanted)
                ]
                answer = said[1] if len(said) > 1 else ""
                found.append((asked.id, asked.patient, look, said[0], answer))
        return tuple(found)

    async def answer(self, actor: Actor, question: str, text: str) -> None:
        """Answer a patient's question.

        Raises:
            InvalidInputError: it says nothing, or too much.
            NotFoundError: there is no such question.
            RefusedError: it was answered already.
        """
        asked = next((one for one in await self._node.questions.all() if one.id == question), None)
        if asked is None:
            raise NotFoundError(question)
        words = communication(
            text, f"Patient/{asked.patient}", actor.staff.display_name, self._node.now()
        )
        await self._node.questions.answer(actor, question, words)

    async def _receipt(self, actor: Actor, patient: PatientId) -> Receipt:
        """Give a receipt for reading a patient's questions, one a session."""
        name = actor.session, patient
        if name not in self._receipts:
            self._receipts[name] = await self._node.charts.receive(
                actor, patient, purpose=_PURPOSE, team=Team.FRONT_DESK
            )
        return self._receipts[name]
