"""Looking at the ledger: blocks, transactions as facts, and proofs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError, NotFoundError
from ehr_desktop.domain.ids import BlockId, DeviceId, PatientId, PersonId, TransactionId
from ehr_desktop.domain.ledger import (
    BlockSummary,
    InclusionProof,
    TransactionState,
    TransactionSummary,
)
from ehr_desktop.node.contracts.roster import devices, validators_of
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    FoundClinic,
    ReadRecords,
    read_statement,
)
from ehr_desktop.node.core import Core
from ehr_desktop.node.facts import Known, Names, facts_of
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import CodecError, decode
from ehr_desktop.node.ledger.finality import Finality, finality_holds
from ehr_desktop.node.ledger.merkle import inclusion_path, leaf_hash, verify_inclusion
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import blocks, state, transactions
from ehr_desktop.node.store.tables import LEDGER_FILE
from ehr_desktop.node.store.transactions import StoredTransaction


class Explorer:
    """The ledger as people look at it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def blocks(self, before: int | None, limit: int) -> tuple[BlockSummary, ...]:
        """Give blocks newest first, below the height `before`."""
        return await self._core.read(
            lambda connection: tuple(
                _block(connection, row) for row in blocks.newest(connection, before, limit)
            )
        )

    async def transactions(
        self,
        names: Names,
        *,
        height: int | None,
        before: int | None,
        limit: int,
        refused_only: bool,
    ) -> tuple[TransactionSummary, ...]:
        """Give transactions newest first, below the position `before`."""

        def query(connection: Connection) -> tuple[TransactionSummary, ...]:
            rows = transactions.newest(
                connection, limit=limit, before=before, height=height, refused_only=refused_only
            )
            return self._summaries(connection, rows, names)

        return await self._core.read(query)

    async def readings(
        self, patient: PatientId, names: Names, limit: int
    ) -> tuple[TransactionSummary, ...]:
        """Give who read a patient's record, newest first."""

        def query(connection: Connection) -> tuple[TransactionSummary, ...]:
            subject = bytes.fromhex(patient)
            rows = transactions.about(connection, subject, [ReadRecords.KIND], limit)
            return self._summaries(connection, rows, names)

        return await self._core.read(query)

    def _summaries(
        self, connection: Connection, rows: Sequence[StoredTransaction], names: Names
    ) -> tuple[TransactionSummary, ...]:
        """Tell transactions with the names of whom they speak of, and how many hold a copy.

        Raises:
            HomeDamagedError: what is stored of the workstations cannot be read.
        """
        try:
            workstations = devices(_state_in(connection))
        except CodecError as error:
            raise HomeDamagedError(LEDGER_FILE) from error
        known = Known(names, {DeviceId(entry.id.hex()): entry.name for entry in workstations})
        copies = self._core.pipeline.sync.copies
        return tuple(
            replace(_summary(row, known), copies=copies(row.device, row.sequence))
            if row.position is None
            else _summary(row, known)
            for row in rows
        )

    async def device_name(self) -> str:
        """Give the name the first workstation was given when the clinic was founded."""
        (genesis,) = await self._core.read(
            lambda connection: transactions.final_from(connection, 0, 1)
        )
        statement = read_statement(
            genesis.kind, tuple(Transaction.decode(genesis.wire).payload.body)
        )
        assert isinstance(statement, FoundClinic)
        return statement.device_name

    async def proof(self, transaction: TransactionId) -> InclusionProof:
        """Prove that a final transaction is in the ledger, and check the proof.

        Raises:
            NotFoundError: there is no such final transaction.
            HomeDamagedError: what is stored of its block, or of who decided on it, is damaged.
        """
        return await self._core.read(
            lambda connection: _proof(connection, bytes.fromhex(transaction))
        )


def _block(connection: Connection, row: blocks.StoredBlock) -> BlockSummary:
    header = Header.decode(row[2])
    return BlockSummary(
        height=header.height,
        id=BlockId(row[1].hex()),
        parent=BlockId(header.parent.hex()),
        time=datetime.fromtimestamp(header.time_ms / 1000, UTC),
        transactions=header.transactions,
        refused=transactions.refused_in(connection, header.height),
        merkle_root=header.merkle_root.hex(),
        state_root=header.state_root.hex(),
        tree_size=header.tree_size,
        proposer=DeviceId(header.proposer.hex()),
        signatures=len(Finality.decode(row[3]).certificate.signatures),
        slot=header.slot,
    )


def _state_in(connection: Connection) -> StateReader:
    return State(lambda place: state.value(connection, place)).get


def _summary(row: StoredTransaction, known: Known) -> TransactionSummary:
    transaction = Transaction.decode(row.wire)
    payload = transaction.payload
    person = PersonId("" if row.person == NOBODY else row.person.hex())
    stands = TransactionState.FINAL
    if row.position is None:
        stands = TransactionState.PENDING
    elif row.rule:
        stands = TransactionState.REFUSED
    details: Any = decode(row.details) if row.details else ()
    return TransactionSummary(
        id=TransactionId(row.id.hex()),
        kind=row.kind,
        height=row.height,
        index=row.position,
        time=datetime.fromtimestamp(row.time_ms / 1000, UTC),
        device=DeviceId(row.device.hex()),
        person=person,
        person_name=known.people.get(person, ""),
        sequence=row.sequence,
        state=stands,
        rule=row.rule,
        facts=(*facts_of(payload, known), *((name, fact) for name, fact in details)),
        containers=len(payload.containers),
        size_bytes=len(row.wire),
    )


def _proof(connection: Connection, transaction: bytes) -> InclusionProof:
    row = transactions.by_id(connection, transaction)
    if row is None or row.position is None or row.height is None:
        raise NotFoundError(transaction.hex())
    stored = blocks.at(connection, row.height)
    if stored is None:
        raise NotFoundError(str(row.height))
    header = Header.decode(stored[2])
    path = inclusion_path(
        row.position,
        header.tree_size,
        lambda level, index: blocks.tree_node(connection, level, index),
    )
    leaf = leaf_hash(row.wire)
    try:
        finality = Finality.decode(stored[3])
        validators = validators_of(_state_in(connection), header.epoch)
    except CodecError as error:
        raise HomeDamagedError(LEDGER_FILE) from error
    holds = verify_inclusion(
        leaf, row.position, header.tree_size, path, header.merkle_root
    ) and finality_holds(header, finality, validators)
    return InclusionProof(
        transaction=TransactionId(transaction.hex()),
        leaf=leaf.hex(),
        index=row.position,
        tree_size=header.tree_size,
        path=tuple(step.hex() for step in path),
        root=header.merkle_root.hex(),
        block=BlockId(header.id.hex()),
        height=header.height,
        holds=holds,
    )
