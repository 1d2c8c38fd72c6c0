"""Receipts: who is about to read what, why, and on whose word, written down before anything is."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import Basis, PatientActor
from ehr_desktop.domain.errors import ErasedError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.consent.fetching import fetch_large
from ehr_desktop.node.consent.freshness import Freshness
from ehr_desktop.node.contracts.consent_statements import ReadOwn
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import ReadRecords, Statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import open_categories
from ehr_desktop.node.store import awaited


class Receipts:
    """Gives receipts."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._freshness = Freshness(core)

    async def receive(
        self,
        actor: Actor,
        patient: PatientId,
        *,
        manner: str = "open",
        purpose: str = "treatment",
        team: Team = Team.CLINICAL,
    ) -> Receipt:
        """Write down that a person is about to read all that is open to that person, and give the
        receipt for it: one for each basis on which something is open.

        Raises:
            NoKeyError: nothing clinical is open, or for the front desk nothing at all.
            ErasedError: the record is locked, or gone.
            NotFoundError: no such patient.
            RefusedError: a contract refused.
        """
        session = self._core.session(actor)

        def statement(open_now: Mapping[Category, Basis], basis: Basis) -> ReadRecords:
            categories = tuple(str(c) for c, found in open_now.items() if found is basis)
            return ReadRecords(bytes.fromhex(patient), manner, purpose, basis, categories)

        wanted = CLINICAL_CATEGORIES if team is Team.CLINICAL else frozenset(Category)
        return await self._receive(session, patient, purpose, wanted, statement)

    async def receive_own(
        self,
        actor: PatientActor,
        *,
        manner: str = "open",
        categories: frozenset[Category] = frozenset(Category),
    ) -> Receipt:
        """Write down that a patient, or a delegate, is about to read the patient's record, or these
        categories of it.

        Raises:
            NoKeyError, ErasedError, RefusedError: as `receive`.
        """
        session = self._core.keyring.patient(actor)

        def statement(open_now: Mapping[Category, Basis], _basis: Basis) -> ReadOwn:
            return ReadOwn(session.patient, manner, tuple(map(str, open_now)))

        return await self._receive(
            session, actor.patient, "own", categories, statement, only=categories
        )

    async def _receive(
        self,
        holder: Holder,
        patient: PatientId,
        purpose: str,
        wanted: frozenset[Category],
        statement: Callable[[Mapping[Category, Basis], Basis], Statement],
        only: frozenset[Category] = frozenset(Category),
    ) -> Receipt:
        subject = bytes.fromhex(patient)
        elsewhere: list[bytes] = []
        open_now: dict[Category, Basis] = {}

        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            _known_and_not_erased(value, patient)
            found = open_categories(holder, connection, value, subject, self._core.clock())
            open_now.update({c: basis for c, basis in found.items() if c in only})
            if not wanted & open_now.keys():
                raise NoKeyError(patient)
            if self._core.pipeline.is_shared:
                elsewhere.extend(awaited.large_about(connection, subject))
            return Prepared(
                [
                    Unsigned(
                        statement(open_now, basis),
                        holder.person,
                        holder.keys.signing,
                        subject=subject,
                    )
                    for basis in dict.fromkeys(open_now.values())
                ]
            )

        await self._freshness.wait()
        outcomes = await self._core.write(b"", prepare)
        raise_refusal(outcomes)
        if elsewhere:
            await fetch_large(self._core, elsewhere)
        first, *beside = (
            Receipt(
                outcome.transaction,
                patient,
                PersonId(holder.person.hex()),
                purpose,
                basis,
                frozenset(c for c, found in open_now.items() if found is basis),
            )
            for outcome, basis in zip(outcomes, dict.fromkeys(open_now.values()), strict=True)
        )
        return replace(first, beside=tuple(beside))


def _known_and_not_erased(value: StateReader, patient: PatientId) -> None:
    """Let only records that are there and not locked be read.

    Raises:
        NotFoundError: no such patient.
        ErasedError: the record is locked, or gone.
    """
    if value("patient", bytes.fromhex(patient)) is None:
        raise NotFoundError(patient)
    if value("erasure", bytes.fromhex(patient)) is not None:
        raise ErasedError(patient)
