"""Erasing patients: ordered by one, confirmed by another, done and said by every workstation."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import NotFoundError, SignInRefusedError
from ehr_desktop.domain.ids import DeviceId, PatientId, PersonId, TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.contracts.consent_state import Erasing as ErasureEntry
from ehr_desktop.node.contracts.consent_state import entry
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeErased,
    CancelErasure,
    ConfirmErasure,
    OrderErasure,
)
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.core import Core
from ehr_desktop.node.people import People
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import transactions

_KINDS: Final = (
    OrderErasure.KIND, CancelErasure.KIND, ConfirmErasure.KIND, AcknowledgeErased.KIND,
)  # fmt: skip
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class OrderedErasure:
    """An erasure as the ledger has it. Times are UTC milliseconds, 0 while it is not confirmed;
    `done` gives when each workstation said that it holds nothing any more.
    """

    patient: PatientId
    ordered_ms: int
    ordered_by: PersonId
    not_before_ms: int
    basis: str
    confirmed_ms: int
    confirmed_by: PersonId | None
    done: tuple[tuple[DeviceId, int], ...]
    waiting: tuple[DeviceId, ...]
    transactions: tuple[TransactionId, ...]


class Erasing:
    """Erasures, as this workstation knows them. On the node's loop."""

    def __init__(self, core: Core, people: People) -> None:
        self._core = core
        self._people = people

    async def all(self, actor: Actor) -> tuple[OrderedErasure, ...]:
        """Give every erasure, those not finished first, newest first."""
        self._core.session(actor)
        found = await self._core.read(self._all)
        return tuple(
            sorted(
                found,
                key=lambda one: (bool(one.confirmed_ms) and not one.waiting, -one.ordered_ms),
            )
        )

    async def order(
        self, actor: Actor, patient: PatientId, *, not_before_ms: int, basis: str
    ) -> OrderedErasure:
        """Order an erasure; the record is locked at once.

        Raises:
            NotFoundError: no such patient.
            RefusedError: a contract refused.
        """
        subject = bytes.fromhex(patient)
        if self._core.value("patient", subject) is None:
            raise NotFoundError(patient)
        await self._say(actor, OrderErasure(subject, not_before_ms, basis), subject)
        return await self.one(actor, patient)

    async def cancel(self, actor: Actor, patient: PatientId) -> None:
        """Do not erase after all.

        Raises:
            RefusedError: a contract refused: nothing was ordered, or it is too late.
        """
        subject = bytes.fromhex(patient)
        await self._say(actor, CancelErasure(subject), subject)

    async def confirm(self, actor: Actor, patient: PatientId, *, password: str) -> OrderedErasure:
        """Confirm as the second person: the record is destroyed on every workstation.

        Raises:
            SignInRefusedError: the password is wrong.
            RefusedError: a contract refused: `too-early`, `same-member`, `same-role`, ...
        """
        self._core.session(actor)
        if not await self._people.verify_password(actor, password):
            raise SignInRefusedError
        subject = bytes.fromhex(patient)
        await self._say(actor, ConfirmErasure(subject), subject)
        return await self.one(actor, patient)

    async def one(self, actor: Actor, patient: PatientId) -> OrderedErasure:
        """Give the erasure of a patient.

        Raises:
            NotFoundError: there is none.
        """
        self._core.session(actor)
        found = await self._core.read(
            lambda connection: self._erasure(connection, bytes.fromhex(patient))
        )
        if found is None:
            raise NotFoundError(patient)
        return found

    async def _say(self, actor: Actor, statement: Statement, subject: bytes) -> None:
        session = self._core.session(actor)
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=subject),
            subject=subject,
        )

    def _all(self, connection: Connection) -> list[OrderedErasure]:
        rows = transactions.of_kind(connection, OrderErasure.KIND, _MOST)
        subjects = dict.fromkeys(row.subject for row in rows if not row.rule)
        found = (self._erasure(connection, subject) for subject in subjects)
        return [one for one in found if one is not None]

    def _erasure(self, connection: Connection, subject: bytes) -> OrderedErasure | None:
        found = entry(self._core.value_in(connection), ErasureEntry, "erasure", subject)
        if found is None:
            return None
        rows = [
            row
            for row in reversed(transactions.about(connection, subject, _KINDS, _MOST))
            if not row.rule
        ]
        said = {row.device: row.time_ms for row in rows if row.kind == AcknowledgeErased.KIND}
        return OrderedErasure(
            PatientId(subject.hex()),
            found.ordered_ms,
            PersonId(found.ordered_by.hex()),
            found.not_before_ms,
            found.basis,
            found.confirmed_ms,
            PersonId(found.confirmed_by.hex()) if found.confirmed_by else None,
            tuple((DeviceId(one.hex()), said.get(one, 0)) for one in found.done),
            tuple(DeviceId(one.hex()) for one in found.owing if one not in found.done),
            tuple(TransactionId(row.id.hex()) for row in rows),
        )
