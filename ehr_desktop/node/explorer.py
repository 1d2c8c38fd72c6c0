"""Looking at the ledger: blocks, transactions as facts, and proofs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import BlockId, DeviceId, PatientId, PersonId, TransactionId
from ehr_desktop.domain.ledger import (
    BlockSummary,
    InclusionProof,
    TransactionState,
    TransactionSummary,
)
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    DeactivateMember,
    EnrolMember,
    FoundClinic,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    ReplaceAccount,
    ReplaceTeamKey,
    Statement,
    WelcomeMembers,
    read_statement,
)
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import decode
from ehr_desktop.node.ledger.merkle import inclusion_path, leaf_hash, verify_inclusion
from ehr_desktop.node.ledger.transaction import Payload, Transaction
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, certificate_holds
from ehr_desktop.node.store import blocks, transactions
from ehr_desktop.node.store.transactions import StoredTransaction

Names = Mapping[PersonId, str]
Facts = tuple[tuple[str, str], ...]


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
        rows = await self._core.read(
            lambda connection: transactions.newest(
                connection, limit=limit, before=before, height=height, refused_only=refused_only
            )
        )
        return tuple(_summary(row, names) for row in rows)

    async def readings(
        self, patient: PatientId, names: Names, limit: int
    ) -> tuple[TransactionSummary, ...]:
        """Give who read a patient's record, newest first."""
        rows = await self._core.read(
            lambda connection: transactions.about(
                connection, bytes.fromhex(patient), [ReadRecords.KIND], limit
            )
        )
        return tuple(_summary(row, names) for row in rows)

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
        """
        return await self._core.read(
            lambda connection: _proof(
                connection, bytes.fromhex(transaction), self._core.pipeline.validators
            )
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
        signatures=len(Certificate.decode(row[3]).signatures),
        slot=header.slot,
    )


def _summary(row: StoredTransaction, names: Names) -> TransactionSummary:
    transaction = Transaction.decode(row.wire)
    payload = transaction.payload
    person = PersonId(row.person.hex())
    state = TransactionState.FINAL
    if row.position is None:
        state = TransactionState.PENDING
    elif row.rule:
        state = TransactionState.REFUSED
    details: Any = decode(row.details) if row.details else ()
    return TransactionSummary(
        id=TransactionId(row.id.hex()),
        kind=row.kind,
        height=row.height,
        index=row.position,
        time=datetime.fromtimestamp(row.time_ms / 1000, UTC),
        device=DeviceId(row.device.hex()),
        person=person,
        person_name=names.get(person, ""),
        sequence=row.sequence,
        state=state,
        rule=row.rule,
        facts=(*_facts(payload, names), *((name, fact) for name, fact in details)),
        containers=len(payload.containers),
        size_bytes=len(row.wire),
    )


def _facts(payload: Payload, names: Names) -> Facts:
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        # refused for it, and kept like any other
        return ()
    describe = _DESCRIBE.get(type(statement))
    return tuple(describe(statement, names)) if describe else ()


def _name(names: Names, person: bytes) -> str:
    return names.get(PersonId(person.hex()), "")


def _found(statement: FoundClinic, _names: Names) -> Facts:
    return ("clinic", statement.name), ("workstation", statement.device_name)


def _enrolled(statement: EnrolMember, names: Names) -> Facts:
    return ("name", _name(names, statement.person)), ("role", statement.role)


def _about_person(statement: Any, names: Names) -> Facts:
    return (("name", _name(names, statement.person)),)


def _team(statement: ReplaceTeamKey, _names: Names) -> Facts:
    return ("team", statement.team), ("generation", str(statement.generation))


def _welcomed(statement: WelcomeMembers, names: Names) -> Facts:
    people = ", ".join(_name(names, person) for person, _ in statement.boxes)
    return ("team", statement.team), ("names", people)


def _patient(statement: RegisterPatient, _names: Names) -> Facts:
    return (("patient", statement.patient.hex()),)


def _epochs(statement: OpenEpochs, _names: Names) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("categories", ", ".join(row[0] for row in statement.epochs)),
    )


def _records(statement: CommitRecords, _names: Names) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("records", str(len(statement.records))),
        ("amendments", str(sum(version > 1 for _, version, _, _ in statement.records))),
        ("source", statement.source),
    )


def _read(statement: ReadRecords, _names: Names) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("manner", statement.manner),
        ("purpose", statement.purpose),
    )


def _slot(statement: BookAppointment | MoveAppointment, names: Names) -> Facts:
    return (
        ("provider-name", _name(names, statement.provider)),
        ("when", statement.wall_start),
        ("minutes", str(statement.minutes)),
        ("override", statement.override),
    )


def _status(statement: ChangeAppointmentStatus, _names: Names) -> Facts:
    return (("status", statement.status),)


_DESCRIBE: dict[type[Statement], Callable[[Any, Names], Sequence[tuple[str, str]]]] = {
    FoundClinic: _found,
    EnrolMember: _enrolled,
    DeactivateMember: _about_person,
    ReplaceAccount: _about_person,
    ReplaceTeamKey: _team,
    WelcomeMembers: _welcomed,
    RegisterPatient: _patient,
    OpenEpochs: _epochs,
    CommitRecords: _records,
    ReadRecords: _read,
    BookAppointment: _slot,
    MoveAppointment: _slot,
    ChangeAppointmentStatus: _status,
}


def _proof(connection: Connection, transaction: bytes, validators: ValidatorSet) -> InclusionProof:
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
    certificate = Certificate.decode(stored[3])
    holds = (
        verify_inclusion(leaf, row.position, header.tree_size, path, header.merkle_root)
        and certificate.vote.block == header.id
        and certificate_holds(certificate, validators)
    )
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
