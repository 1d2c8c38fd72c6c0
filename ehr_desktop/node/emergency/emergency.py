"""Emergency access: the workstations together open the emergency set, for a while and for all to
see; somebody else reviews it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    REVIEW_HOURS,
    ClaimKind,
    EmergencyAccess,
    Finding,
    GuardRule,
)
from ehr_desktop.domain.errors import NotFoundError, SignInRefusedError
from ehr_desktop.domain.ids import PatientId, PersonId, TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.consent_state import Claim, entry, ids
from ehr_desktop.node.contracts.custody_statements import ClaimShares, ReviewClaim
from ehr_desktop.node.contracts.statements import Statement, read_statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.emergency.claiming import Claiming, Wanted
from ehr_desktop.node.guards import guard_rule
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.people import People
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.rehearsal import refuse_early
from ehr_desktop.node.sealing.sealing import Sealer
from ehr_desktop.node.store import transactions

_MOST_REVIEWS: Final = 1000
_HOUR_MS: Final = 3_600_000
_WORDS: Final = "Communication"


@dataclass(frozen=True, slots=True)
class Reviewable:
    """An emergency access; its words are those of the transaction that `said` it. Times are UTC
    milliseconds; `finding` is empty before the review.
    """

    claim: str
    patient: PatientId
    person: PersonId
    reason: str
    said: TransactionId
    when_ms: int
    due_ms: int
    finding: str
    reviewer: PersonId | None


class Emergency:
    """Emergency access on this workstation. On the node's loop."""

    def __init__(self, core: Core, people: People, claiming: Claiming) -> None:
        self._core = core
        self._people = people
        self._claiming = claiming

    async def open(
        self, actor: Actor, patient: PatientId, *, password: str, reason: str, words: bytes
    ) -> EmergencyAccess:
        """Open the emergency set of a patient: the password again, a reason (a code) and words (a
        FHIR Communication).

        Raises:
            SignInRefusedError: the password is wrong.
            NotFoundError: no such patient.
            RefusedError: a contract refused.
            GuardsAwayError: too few workstations released their shares in time.
        """
        session = self._core.session(actor)
        if not await self._people.verify_password(actor, password):
            raise SignInRefusedError
        claim, subject = os.urandom(16), bytes.fromhex(patient)
        if self._core.value("patient", subject) is None:
            raise NotFoundError(patient)
        await self._core.ready_keys(session, (Category.DEMOGRAPHICS,))

        def said(connection: Connection, statement: ClaimShares) -> Sequence[Unsigned]:
            return self._with_words(
                connection, session, subject, words,
                lambda commitment: replace(statement, words=commitment),
            )  # fmt: skip

        wanted = Wanted(claim, subject, ClaimKind.EMERGENCY, (Category.EMERGENCY,), reason=reason)
        return await self._claiming.claim(actor, wanted, said)

    async def current(self, actor: Actor, patient: PatientId) -> EmergencyAccess | None:
        """Give the actor's emergency access that is open now on this workstation."""
        session, subject = self._core.session(actor), bytes.fromhex(patient)
        for name in ids(self._core.value, "claims", subject):
            found = entry(self._core.value, Claim, "claim", name)
            if found is None or (found.person, found.kind) != (
                session.person, ClaimKind.EMERGENCY,
            ):  # fmt: skip
                continue
            is_open = any(
                (of, what) == (subject, Category.EMERGENCY) for of, what, _ in session.category_keys
            )
            access = self._claiming.access(name)
            if access is not None and is_open:
                return access
        return None

    def rule(self) -> GuardRule:
        """Give how many workstations have to release their shares."""
        return guard_rule(self._core.value)

    async def reviews(self, actor: Actor) -> tuple[Reviewable, ...]:
        """Give what has to be reviewed, most urgent first, then what was, newest first."""
        self._core.session(actor)
        found = await self._core.read(self._reviews)
        waiting = sorted((r for r in found if not r.finding), key=lambda r: r.due_ms)
        done = sorted((r for r in found if r.finding), key=lambda r: -r.when_ms)
        return (*waiting, *done)

    async def review(self, actor: Actor, claim: str, finding: Finding, words: bytes) -> None:
        """Say whether an emergency access was justified; `words` is a FHIR Communication.

        Raises:
            NotFoundError: there is no such access.
            RefusedError: a contract refused: `same-member`, `already-reviewed`, ...
        """
        session, name = self._core.session(actor), bytes.fromhex(claim)
        found = entry(self._core.value, Claim, "claim", name)
        if found is None:
            raise NotFoundError(claim)
        await self._core.ready_keys(session, (Category.DEMOGRAPHICS,))

        def prepare(connection: Connection) -> Prepared:
            return Prepared(
                self._with_words(
                    connection, session, found.patient, words,
                    lambda commitment: ReviewClaim(name, finding, commitment),
                )
            )  # fmt: skip

        raise_refusal(await self._core.write(found.patient, prepare))

    def _with_words(
        self,
        connection: Connection,
        session: Session,
        subject: bytes,
        words: bytes,
        statement: Callable[[bytes], Statement],
    ) -> Sequence[Unsigned]:
        """Seal words, and give what is to be said: `statement` gets a hash that says nothing of
        them without the patient's vault key.
        """
        core = self._core
        sealer = Sealer(session, connection, core.pipeline, core.files, lambda _bytes: None)
        sealed, _, container = sealer.seal_words(
            subject, NewRecord(Category.DEMOGRAPHICS, _WORDS, words)
        )
        said = Unsigned(
            statement(container.fingerprint), session.person, session.keys.signing,
            subject=subject, containers=(container,),
        )  # fmt: skip
        refuse_early(core, connection, [*sealed.unsigned, said])
        return [*sealed.unsigned, said]

    def _reviews(self, connection: Connection) -> list[Reviewable]:
        value = self._core.value_in(connection)
        found = []
        for row in transactions.of_kind(connection, ClaimShares.KIND, _MOST_REVIEWS):
            if row.position is None or row.rule:
                continue
            statement = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
            assert isinstance(statement, ClaimShares)
            claim = entry(value, Claim, "claim", statement.claim)
            if claim is not None and claim.kind == ClaimKind.EMERGENCY:
                found.append(_reviewable(statement, claim, TransactionId(row.id.hex())))
        return found


def _reviewable(statement: ClaimShares, claim: Claim, said: TransactionId) -> Reviewable:
    return Reviewable(
        statement.claim.hex(),
        PatientId(claim.patient.hex()),
        PersonId(claim.person.hex()),
        statement.reason,
        said,
        claim.from_ms,
        claim.from_ms + REVIEW_HOURS * _HOUR_MS,
        claim.finding,
        PersonId(claim.reviewer.hex()) if claim.reviewer else None,
    )
