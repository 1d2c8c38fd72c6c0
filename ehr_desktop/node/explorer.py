"""Looking at the ledger: blocks, transactions as facts, and proofs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.contracts.statements import (
    SAID_BY_DEVICES,
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    DeactivateMember,
    EnrolDevice,
    EnrolMember,
    FoundClinic,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    RemoveDevice,
    ReplaceAccount,
    ReplaceTeamKey,
    ReportEvidence,
    SetWeights,
    Statement,
    WelcomeMembers,
    read_statement,
)
from ehr_desktop.node.core import Core
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import CodecError, decode
from ehr_desktop.node.ledger.finality import Finality, finality_holds
from ehr_desktop.node.ledger.merkle import inclusion_path, leaf_hash, verify_inclusion
from ehr_desktop.node.ledger.transaction import Payload, Transaction
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.store import blocks, state, transactions
from ehr_desktop.node.store.tables import LEDGER_FILE
from ehr_desktop.node.store.transactions import StoredTransaction

Names = Mapping[PersonId, str]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """The names of people and of workstations, by id."""

    people: Names
    workstations: Mapping[DeviceId, str]

    def person(self, name: bytes) -> str:
        return self.people.get(PersonId(name.hex()), "")

    def workstation(self, name: bytes) -> str:
        return self.workstations.get(DeviceId(name.hex()), "")


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
            return _summaries(connection, rows, names)

        return await self._core.read(query)

    async def readings(
        self, patient: PatientId, names: Names, limit: int
    ) -> tuple[TransactionSummary, ...]:
        """Give who read a patient's record, newest first."""

        def query(connection: Connection) -> tuple[TransactionSummary, ...]:
            subject = bytes.fromhex(patient)
            rows = transactions.about(connection, subject, [ReadRecords.KIND], limit)
            return _summaries(connection, rows, names)

        return await self._core.read(query)

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


def _summaries(
    connection: Connection, rows: Sequence[StoredTransaction], names: Names
) -> tuple[TransactionSummary, ...]:
    """Tell transactions with the names of whom they speak of.

    Raises:
        HomeDamagedError: what is stored of the workstations cannot be read.
    """
    try:
        workstations = devices(_state_in(connection))
    except CodecError as error:
        raise HomeDamagedError(LEDGER_FILE) from error
    known = _Known(names, {DeviceId(entry.id.hex()): entry.name for entry in workstations})
    return tuple(_summary(row, known) for row in rows)


def _state_in(connection: Connection) -> StateReader:
    return State(lambda place: state.value(connection, place)).get


def _summary(row: StoredTransaction, known: _Known) -> TransactionSummary:
    transaction = Transaction.decode(row.wire)
    payload = transaction.payload
    person = PersonId(row.person.hex())
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
        facts=(*_facts(payload, known), *((name, fact) for name, fact in details)),
        containers=len(payload.containers),
        size_bytes=len(row.wire),
    )


def _facts(payload: Payload, known: _Known) -> Facts:
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        # refused for it, and kept like any other
        return ()
    if payload.kind in SAID_BY_DEVICES:
        return _said_by_device(payload, statement, known)
    describe = _DESCRIBE.get(type(statement))
    return tuple(describe(statement, known)) if describe else ()


def _found(statement: FoundClinic, _: _Known) -> Facts:
    return ("clinic", statement.name), ("workstation", statement.device_name)


def _enrolled(statement: EnrolMember, known: _Known) -> Facts:
    return ("name", known.person(statement.person)), ("role", statement.role)


def _about_person(statement: Any, known: _Known) -> Facts:
    return (("name", known.person(statement.person)),)


def _team(statement: ReplaceTeamKey, _: _Known) -> Facts:
    return ("team", statement.team), ("generation", str(statement.generation))


def _welcomed(statement: WelcomeMembers, known: _Known) -> Facts:
    people = ", ".join(known.person(person) for person, _ in statement.boxes)
    return ("team", statement.team), ("names", people)


def _let_in(statement: EnrolDevice, _: _Known) -> Facts:
    return (("workstation", statement.name),)


def _removed(statement: RemoveDevice, known: _Known) -> Facts:
    return (("workstation", known.workstation(statement.device)),)


def _weights(statement: SetWeights, known: _Known) -> Facts:
    rows = (f"{known.workstation(name)} {weight}" for name, weight in statement.weights)
    return (("weights", ", ".join(rows)),)


def _said_by_device(payload: Payload, statement: Statement, known: _Known) -> Facts:
    """Name the workstation that speaks, and the one it speaks about."""
    author = ("workstation", known.workstation(payload.device))
    if not isinstance(statement, ReportEvidence):
        return (author,)
    try:
        vote = SignedVote.decode(statement.first)
    except CodecError:
        return (author,)
    return author, ("accused", known.workstation(vote.validator)), ("slot", str(vote.vote.slot))


def _patient(statement: RegisterPatient, _: _Known) -> Facts:
    return (("patient", statement.patient.hex()),)


def _epochs(statement: OpenEpochs, _: _Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("categories", ", ".join(row[0] for row in statement.epochs)),
    )


def _records(statement: CommitRecords, _: _Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("records", str(len(statement.records))),
        ("amendments", str(sum(version > 1 for _, version, _, _ in statement.records))),
        ("source", statement.source),
    )


def _read(statement: ReadRecords, _: _Known) -> Facts:
    return (
        ("patient", statement.patient.hex()),
        ("manner", statement.manner),
        ("purpose", statement.purpose),
    )


def _slot(statement: BookAppointment | MoveAppointment, known: _Known) -> Facts:
    return (
        ("provider-name", known.person(statement.provider)),
        ("when", statement.wall_start),
        ("minutes", str(statement.minutes)),
        ("override", statement.override),
    )


def _status(statement: ChangeAppointmentStatus, _: _Known) -> Facts:
    return (("status", statement.status),)


_DESCRIBE: dict[type[Statement], Callable[[Any, _Known], Sequence[tuple[str, str]]]] = {
    FoundClinic: _found,
    EnrolMember: _enrolled,
    DeactivateMember: _about_person,
    ReplaceAccount: _about_person,
    EnrolDevice: _let_in,
    RemoveDevice: _removed,
    SetWeights: _weights,
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
