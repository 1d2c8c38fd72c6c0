"""The ledger from genesis again: links, certificates, signatures, tree, contracts and state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.node.contracts.consent_statements import GuardCard, ReplaceCard, TakeCard
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.epochs import FIRST_EPOCH, founding_validators, proof_holds
from ehr_desktop.node.contracts.restart import decided_by_custodians
from ehr_desktop.node.contracts.roster import validator_set
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import State, key
from ehr_desktop.node.contracts.statements import (
    CommitRecords,
    EnrolMember,
    FoundClinic,
    ReplaceAccount,
    Statement,
    read_statement,
    vault_named,
)
from ehr_desktop.node.integrity.findings import Findings
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.check import CheckRule, check_block
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.finality import Finality, finality_holds
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.state import Entry, StateTree
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.pipeline.final import written_details
from ehr_desktop.node.pipeline.history import named_by
from ehr_desktop.node.pipeline.subjects import subject_of_statement
from ehr_desktop.node.store import blocks, transactions
from ehr_desktop.node.store.transactions import StoredTransaction

_BLOCKS_AT_ONCE = 64
_VALIDATORS = key("validators")
_KIND_OF_RULE = {
    CheckRule.NETWORK: FaultKind.LINK,
    CheckRule.LINK: FaultKind.LINK,
    CheckRule.HEIGHT: FaultKind.LINK,
    CheckRule.SLOT: FaultKind.LINK,
    CheckRule.TIME: FaultKind.LINK,
    CheckRule.VALIDATORS: FaultKind.CERTIFICATE,
    CheckRule.PROPOSER: FaultKind.PROPOSER,
    CheckRule.SIGNATURES: FaultKind.SIGNATURE,
}


@dataclass(frozen=True, slots=True)
class Promised:
    """A container the ledger commits to: what it belongs to, and since when (ISO 8601). `record`
    is None where the ledger does not tell it; `category` and `epoch` are those of a record, `card`
    is the generation of the card whose keys it holds, or 0.
    """

    name: str
    since: str
    transaction: bytes
    size: int
    accepted: bool
    record: bytes | None = None
    version: int = 0
    patient: bytes = b""
    category: str = ""
    epoch: int = 0
    card: int = 0


@dataclass(slots=True)
class ChainCheck:
    """Works the ledger out anew, from one state of the database.

    After `run`, `promised` names every container by commitment, `vaults` has every
    patient with every commitment to a vault key, `state` is the contract state
    as the transactions make it, `tree` the tree over it, and `leaves` are the hashes of the
    transactions in their order.
    """

    connection: Connection
    findings: Findings
    promised: dict[bytes, Promised] = field(default_factory=dict)
    vaults: set[tuple[bytes, bytes]] = field(default_factory=set)
    state: dict[bytes, bytes] = field(default_factory=dict)
    tree: StateTree = field(default_factory=StateTree)
    leaves: list[bytes] = field(default_factory=list)
    _buckets: dict[int, dict[bytes, bytes]] = field(default_factory=dict)
    _frontier: Frontier = field(default_factory=Frontier)
    _parent: Header | None = None
    _deciding: tuple[int, ValidatorSet] | None = None

    def run(self) -> None:
        """Check every block from genesis on, and what is still pending.

        Raises:
            StoppedError: the person has cancelled.
        """
        height = 0
        while batch := self._read(height):
            for stored, rows in batch:
                if stored[0] != height:
                    self._missing(height, stored[0])
                self._check(stored, rows)
                height = stored[0] + 1
        for beyond in transactions.heights_from(self.connection, height):
            self._missing(beyond, beyond + 1)
        self._check_pending()

    def _read(self, height: int) -> list[tuple[blocks.StoredBlock, list[StoredTransaction]]]:
        found = blocks.rising(self.connection, height, _BLOCKS_AT_ONCE)
        return [(stored, transactions.in_block(self.connection, stored[0])) for stored in found]

    def _missing(self, expected: int, found: int) -> None:
        where = (
            f"block {expected}" if found == expected + 1 else f"blocks {expected} to {found - 1}"
        )
        self.findings.fault(
            FaultKind.LINK,
            where,
            "",
            "The ledger goes on after this, but this is not in the store.",
        )

    def _check(self, stored: blocks.StoredBlock, rows: list[StoredTransaction]) -> None:
        height, name, header_bytes, finality_bytes = stored
        where = f"block {height}"
        try:
            header = Header.decode(header_bytes)
            finality = Finality.decode(finality_bytes)
        except CodecError:
            self.findings.fault(FaultKind.LINK, where, "", "This block cannot be read.")
            return
        since = iso(header.time_ms)
        if header.id != name or header.height != height:
            self.findings.fault(
                FaultKind.LINK, where, since, "This block is not the one its name says."
            )
        decoded = {row.wire: t for row in rows if (t := _decoded(row.wire)) is not None}
        self._check_agreement(header, finality, rows, decoded)
        known = [(row, decoded[row.wire]) for row in rows if row.wire in decoded]
        self._replay(header, known, where, since)
        for row in rows:
            if row.position != self._frontier.size:
                self._columns_differ(row)
            leaf = leaf_hash(row.wire)
            self.leaves.append(leaf)
            self._frontier.append(leaf)
        self._parent = header
        self.findings.blocks += 1
        self.findings.step(len(rows))

    def _check_agreement(
        self,
        header: Header,
        finality: Finality,
        rows: list[StoredTransaction],
        decoded: Mapping[bytes, Transaction],
    ) -> None:
        """The workstations whose turn it was proposed the block, and agreed on just this one."""
        where, since = f"block {header.height}", iso(header.time_ms)
        block = Block(header, tuple(row.wire for row in rows))
        if self._parent is None and not self.state:
            self._deciding = _founding([decoded[w] for w in block.transactions[:1] if w in decoded])
        if self._deciding is None:
            self.findings.fault(
                FaultKind.CERTIFICATE,
                where,
                since,
                "The ledger before this block does not tell who had to agree on it.",
            )
            return
        epoch, validators = self._deciding
        restarted = self._restarted(header, block, decoded)
        if restarted is not None:
            epoch, validators = header.epoch, restarted
        if header.epoch != epoch or not finality_holds(header, finality, validators):
            self.findings.fault(
                FaultKind.CERTIFICATE, where, since, "No quorum of workstations signed this block."
            )
        if restarted is None and not proof_holds(State(self.state.get).get, header):
            self.findings.fault(
                FaultKind.PROPOSER, where, since, "This block does not show the work it had to."
            )
        for failure in check_block(
            block, self._parent, self._frontier, validators, decoded=decoded
        ):
            place = where
            if failure.position is not None:
                place = f"transaction {rows[failure.position].id.hex()}"
            kind = _KIND_OF_RULE.get(failure.rule, FaultKind.ROOT)
            self.findings.fault(
                kind, place, since, f"The rule “{failure.rule}” of the ledger does not hold here."
            )

    def _restarted(
        self, header: Header, block: Block, decoded: Mapping[bytes, Transaction]
    ) -> ValidatorSet | None:
        """Give whom the custodians named to decide on this block and what follows."""
        last = decoded.get(block.transactions[-1]) if block.transactions else None
        return decided_by_custodians(header, self._parent, last, State(self.state.get).get)

    def _replay(
        self,
        header: Header,
        known: list[tuple[StoredTransaction, Transaction]],
        where: str,
        since: str,
    ) -> None:
        """Run the block's contracts again on the state worked out here."""
        if header.state_root != self.tree.root:
            self.findings.fault(
                FaultKind.STATE,
                where,
                since,
                "The contract state this block was built on is not the one its parents give.",
            )
        chain_state = State(self.state.get)
        verdicts = run_block([t for _, t in known], chain_state, header)
        for (row, transaction), verdict in zip(known, verdicts, strict=True):
            self._count(row, transaction)
            statement = _statement(transaction)
            if (row.rule, row.details) != (verdict.rule, written_details(verdict.details)):
                kind = FaultKind.SEQUENCE if verdict.rule == "sequence" else FaultKind.OUTCOME
                self.findings.fault(
                    kind,
                    f"transaction {row.id.hex()}",
                    since,
                    "What is stored of this transaction's outcome is not what its contract says.",
                )
            self._promise(row, transaction, statement, since, accepted=verdict.accepted)
            if verdict.accepted and row.subject != _subject(statement, chain_state):
                self._columns_differ(row)
        self._take_over(chain_state.changes)

    def _count(self, row: StoredTransaction, transaction: Transaction) -> None:
        self.findings.transactions += 1
        self.findings.signatures += len(transaction.signatures)
        self._check_columns(row, transaction)

    def _check_columns(self, row: StoredTransaction, transaction: Transaction) -> None:
        """The columns a list is made of say what the signed bytes say."""
        payload = transaction.payload
        signed = (transaction.id, payload.kind, payload.device, payload.person, payload.sequence)
        if signed != (row.id, row.kind, row.device, row.person, row.sequence) or (
            payload.time_ms != row.time_ms
        ):
            self._columns_differ(row)

    def _columns_differ(self, row: StoredTransaction) -> None:
        self.findings.fault(
            FaultKind.SIGNATURE,
            f"transaction {row.id.hex()}",
            iso(row.time_ms),
            "What is stored beside this transaction is not what was signed.",
        )

    def _check_pending(self) -> None:
        rows = transactions.pending(self.connection, limit=1_000_000)
        for row in rows:
            transaction = _decoded(row.wire)
            if transaction is None:
                continue
            self._count(row, transaction)
            statement = _statement(transaction)
            self._promise(row, transaction, statement, iso(row.time_ms), accepted=True)

    def _promise(
        self,
        row: StoredTransaction,
        transaction: Transaction,
        statement: Statement | None,
        since: str,
        *,
        accepted: bool,
    ) -> None:
        """Remember which container and vault key belongs to what, for when the store is checked."""
        payload = transaction.payload
        vault = vault_named(statement) if statement else None
        if vault is not None:
            self.vaults.add(vault)
        if not payload.containers:
            return
        owner: bytes | None = None
        card = 0
        what = f"transaction {row.id.hex()}"
        if isinstance(statement, EnrolMember | ReplaceAccount | RenewMember | FoundClinic):
            owner = payload.person if isinstance(statement, FoundClinic) else statement.person
            what = f"account {owner.hex()}"
        elif isinstance(statement, TakeCard | GuardCard | ReplaceCard):
            card = statement.generation
        elif isinstance(statement, CommitRecords):
            self.findings.records += len(statement.records)
        for one, container in zip(named_by(transaction), payload.containers, strict=True):
            self.promised[one.name] = Promised(
                f"record {one.record.hex()}" if one.record else what,
                since, row.id, container.size, accepted, one.record or owner, one.version,
                row.subject, one.category, one.epoch, card,
            )  # fmt: skip

    def _take_over(self, changes: Mapping[bytes, bytes | None]) -> None:
        delta = self.tree.update(changes, lambda number: self._buckets.get(number, {}))
        self.tree.apply(delta)
        for entry in delta.entries:
            self._change_bucket(entry)
        for place, value in changes.items():
            if value is None:
                self.state.pop(place, None)
            else:
                self.state[place] = value
        if _VALIDATORS in changes:
            self._deciding = validator_set(State(self.state.get).get)

    def _change_bucket(self, entry: Entry) -> None:
        bucket = self._buckets.setdefault(entry.bucket, {})
        if entry.value_hash is None:
            bucket.pop(entry.key_hash, None)
        else:
            bucket[entry.key_hash] = entry.value_hash


def _founding(first: Sequence[Transaction]) -> tuple[int, ValidatorSet] | None:
    """Give the epoch of the first block and who decides on it, from its own first transaction."""
    statement = _statement(first[0]) if first else None
    if not isinstance(statement, FoundClinic):
        return None
    return FIRST_EPOCH, founding_validators(statement)


def _decoded(wire: bytes) -> Transaction | None:
    try:
        return Transaction.decode(wire)
    except CodecError:
        return None


def _statement(transaction: Transaction) -> Statement | None:
    try:
        return read_statement(transaction.payload.kind, tuple(transaction.payload.body))
    except MalformedBodyError:
        return None


def _subject(statement: Statement | None, state: State) -> bytes:
    """Give whom an accepted statement is about, as the column beside it must say."""
    return b"" if statement is None else subject_of_statement(statement, state.get)


def iso(time_ms: int) -> str:
    """Give UTC milliseconds as ISO 8601."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat()
