"""The ledger's newest blocks in memory: the final head, and branches of checked blocks above it.

A block is agreed on before it is final, and the next one may already stand on it. A branch holds
what a checked block would change, so that its successor can be run and a final one only needs to
be stored. Everything here runs on the store's single writer thread.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.node.contracts.custody_statements import RestartClinic
from ehr_desktop.node.contracts.epochs import proof_holds
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.restart import decided_by_custodians
from ehr_desktop.node.contracts.roster import validator_set, work_target
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.state import Lookup, State, key
from ehr_desktop.node.contracts.statements import FoundClinic, read_statement
from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.check import check_block
from ehr_desktop.node.ledger.codec import CodecError, decode
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import Frontier, Node, leaf_hash
from ehr_desktop.node.ledger.state import StateDelta
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.pipeline.final import FinalTransaction, store_final
from ehr_desktop.node.store import blocks, secrets, state, transactions
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.remembered import RememberedState

SEQUENCE_GAP = "sequence"
EPOCH_BASE = "epoch-base"
"""Under this name stands the block the current epoch began on."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A checked block with all it changes; `epoch` and `validators` are those of the next."""

    header: Header
    batch: tuple[Transaction, ...]
    verdicts: tuple[Verdict, ...]
    frontier: Frontier
    nodes: tuple[Node, ...]
    changes: Mapping[bytes, bytes | None]
    delta: StateDelta
    epoch: int
    validators: ValidatorSet

    @property
    def closes_epoch(self) -> bool:
        """Whether another validator set decides on what comes after."""
        return self.epoch != self.header.epoch

    @property
    def is_about_workstations(self) -> bool:
        """Whether it may change which workstations there are."""
        about = "device.", "clinic.", RestartClinic.KIND
        return any(t.payload.kind.startswith(about) for t in self.batch)


class Chain:
    """The final head, who decides on what comes after it since which block (`base`), and what
    stands above it.

    `founders` decide on the first block, where this workstation makes it.
    """

    def __init__(
        self, database: Database, connection: Connection, founders: ValidatorSet | None
    ) -> None:
        self._database = database
        self._tree = state.load_tree(connection)
        self._remembered = RememberedState()
        self._branches: dict[bytes, Branch] = {}
        newest = blocks.head(connection)
        self.head: Header | None = Header.decode(newest[2]) if newest else None
        self._head_id = self.head.id if self.head else NO_PARENT
        self.finality: Finality | None = Finality.decode(newest[3]) if newest else None
        size = self.head.tree_size if self.head else 0
        self.frontier = Frontier.at(
            size, lambda level, index: blocks.tree_node(connection, level, index)
        )
        self.base = secrets.secret(connection, EPOCH_BASE) or NO_PARENT
        self.epoch, self.validators = 0, founders
        if self.head is not None:
            # with a damaged state nobody decides any more; the full check names what is wrong
            self.epoch, self.validators = self.head.epoch, None
            with suppress(CodecError):
                self.epoch, self.validators = validator_set(self.reader(connection))

    @property
    def head_id(self) -> bytes:
        """The newest final block, or 32 zero bytes before the first."""
        return self._head_id

    @property
    def state_root(self) -> bytes:
        """The root of the state after the newest final block."""
        return self._tree.root

    # --- reading the state ---------------------------------------------------------------------

    def lookup(self, connection: Connection, path: Sequence[Branch] = ()) -> Lookup:
        """Give a reader of the state's bytes after the last branch of `path`."""
        layers = [branch.changes for branch in reversed(path)]

        def value(place: bytes) -> bytes | None:
            for changes in layers:
                if place in changes:
                    return changes[place]
            return self._remembered.value(connection, place)

        return value

    def reader(self, connection: Connection, path: Sequence[Branch] = ()) -> Callable[..., Any]:
        """Give a reader of decoded values of the state after the last branch of `path`."""
        lookup = self.lookup(connection, path)

        def value(*parts: str | bytes | int) -> Any:
            raw = lookup(key(*parts))
            return None if raw is None else decode(raw)

        return value

    def branch(self, block: bytes) -> Branch:
        """Give a block that was checked and stands above the head."""
        return self._branches[block]

    def verified(self) -> dict[bytes, Transaction]:
        """Give the transactions of all branches, whose signatures were verified, by wire bytes."""
        return {t.wire: t for branch in self._branches.values() for t in branch.batch}

    def expect(
        self, connection: Connection, places: Iterable[tuple[str | bytes | int, ...]]
    ) -> None:
        """Read in one go what will soon be asked for."""
        self._remembered.expect(connection, (key(*parts) for parts in places))

    # --- branches ------------------------------------------------------------------------------

    def path(self, block: bytes) -> list[Branch] | None:
        """Give the branches from the head up to `block`, oldest first; None if one is not here."""
        path: list[Branch] = []
        while block != self.head_id:
            branch = self._branches.get(block)
            if branch is None:
                return None
            path.append(branch)
            block = branch.header.parent
        return path[::-1]

    def parent_of(self, path: Sequence[Branch]) -> tuple[Header | None, Frontier]:
        """Give the header and the transaction tree at the end of a path."""
        return (path[-1].header, path[-1].frontier) if path else (self.head, self.frontier)

    def root_after(self, path: Sequence[Branch]) -> bytes:
        """Give the state root at the end of a path."""
        return self._tree.beyond(b.delta for b in path).root if path else self._tree.root

    def target_after(self, connection: Connection, path: Sequence[Branch]) -> int | None:
        """Give what a block after `path` must be below, where proposers show work."""
        value = _decoded(self.lookup(connection, path))
        return None if value("work") is None else work_target(value)

    def extend(
        self, connection: Connection, block: Block, known: Mapping[bytes, Transaction]
    ) -> Branch | None:
        """Check a block on its parent, which is the head or was checked before, and run it.

        Give None if it breaks a rule. `known` are decoded transactions whose signatures were
        verified, by wire bytes.
        """
        header = block.header
        if header.id in self._branches:
            return self._branches[header.id]
        path = self.path(header.parent)
        decoded = _decoded_batch(block, known)
        if path is None or decoded is None:
            return None
        if not self._holds(connection, block, decoded, known, path):
            return None
        batch = tuple(decoded[wire] for wire in block.transactions)
        branch = self._run(connection, header, batch, path)
        if any(_leaves_a_gap(verdict) for verdict in branch.verdicts):
            return None
        if _repeats(connection, branch, path):
            return None
        self._branches[header.id] = branch
        return branch

    def _holds(
        self,
        connection: Connection,
        block: Block,
        decoded: Mapping[bytes, Transaction],
        known: Mapping[bytes, Transaction],
        path: Sequence[Branch],
    ) -> bool:
        header, (parent, frontier) = block.header, self.parent_of(path)
        restarted = None if path else self._restarted(connection, block, decoded)
        validators = restarted or self.validators
        return (
            validators is not None
            and (restarted is not None or header.epoch == self.epoch)
            and header.state_root == self.root_after(path)
            and not check_block(block, parent, frontier, validators, decoded=decoded, trusted=known)
            # the custodians' word is worth more than work
            and (
                restarted is not None
                or proof_holds(_decoded(self.lookup(connection, path)), header)
            )
        )

    def deciding_on(self, connection: Connection, block: Block) -> ValidatorSet | None:
        """Give who decides on the child of the head: those whose turn it is, or whom the custodians
        name in it.
        """
        decoded = _decoded_batch(block, {})
        restarted = self._restarted(connection, block, decoded) if decoded else None
        return restarted or self.validators

    def _restarted(
        self, connection: Connection, block: Block, decoded: Mapping[bytes, Transaction]
    ) -> ValidatorSet | None:
        if self.head is None or not block.transactions or block.header.epoch == self.head.epoch:
            return None
        last = decoded[block.transactions[-1]]
        return decided_by_custodians(block.header, self.head, last, self.reader(connection))

    def _run(
        self,
        connection: Connection,
        header: Header,
        batch: tuple[Transaction, ...],
        path: Sequence[Branch],
    ) -> Branch:
        frontier = self.parent_of(path)[1].copy()
        nodes = [node for t in batch for node in frontier.append(leaf_hash(t.wire))]
        chain_state = State(self.lookup(connection, path))
        verdicts = run_block(batch, chain_state, header)
        changes = chain_state.changes
        tree = self._tree.beyond(b.delta for b in path) if path else self._tree
        delta = tree.update(changes, self._bucket_reader(connection, path))
        epoch, validators = validator_set(_decoded(self.lookup(connection, path), changes))
        return Branch(
            header, batch, tuple(verdicts), frontier, tuple(nodes), changes, delta,
            epoch, validators,
        )  # fmt: skip

    def _bucket_reader(
        self, connection: Connection, path: Sequence[Branch]
    ) -> Callable[[int], dict[bytes, bytes]]:
        over: dict[int, dict[bytes, bytes | None]] = {}
        for branch in path:
            for bucket, key_hash, value_hash in branch.delta.entries:
                over.setdefault(bucket, {})[key_hash] = value_hash

        def read(number: int) -> dict[bytes, bytes]:
            stored = self._remembered.hashes(connection, number)
            for key_hash, value_hash in over.get(number, {}).items():
                if value_hash is None:
                    stored.pop(key_hash, None)
                else:
                    stored[key_hash] = value_hash
            return stored

        return read

    # --- becoming final ------------------------------------------------------------------------

    def store(
        self, connection: Connection, branch: Branch, finality: Finality
    ) -> list[FinalTransaction]:
        """Store the child of the head as final, with its outcomes and all it changes.

        What is remembered here runs ahead of the disk until the transaction commits: whoever
        called must begin anew if it does not.
        """
        header, first = branch.header, self.frontier.size
        state.store(connection, branch.changes, branch.delta)
        final = [
            FinalTransaction(transaction, header.height, first + place, verdict)
            for place, (transaction, verdict) in enumerate(
                zip(branch.batch, branch.verdicts, strict=True)
            )
        ]
        store_final(connection, header, finality, branch.nodes, final)
        self._tree.apply(branch.delta)
        self._remembered.take_over(branch.changes)
        begins_epoch = self.head is not None and header.epoch != self.head.epoch
        self.frontier, self.finality = branch.frontier, finality
        self.head, self._head_id = header, header.id
        if branch.closes_epoch or begins_epoch:
            self.base = header.id if branch.closes_epoch else header.parent
            secrets.put_secret(connection, EPOCH_BASE, self.base)
        self.epoch, self.validators = branch.epoch, branch.validators
        self._drop_what_is_beside()
        return final

    def _drop_what_is_beside(self) -> None:
        """Forget branches that do not stand on the head any more."""
        kept = {self.head_id}
        for name, branch in sorted(self._branches.items(), key=lambda b: b[1].header.height):
            if branch.header.parent in kept:
                kept.add(name)
            else:
                del self._branches[name]


def founders_of(block: Block) -> ValidatorSet | None:
    """Give who decided on a clinic's first block: the workstation it names; None if it is none."""
    try:
        payload = Transaction.decode(block.transactions[0]).payload
        statement = read_statement(payload.kind, tuple(payload.body))
    except (CodecError, IndexError, MalformedBodyError):
        return None
    if not isinstance(statement, FoundClinic):
        return None
    return ValidatorSet.of([Validator(statement.device, statement.device_key, 1)])


def _leaves_a_gap(verdict: Verdict) -> bool:
    """Tell whether a block left out what its author signed before: whoever proposes such a block
    could have what others signed refused for ever.
    """
    if verdict.rule != SEQUENCE_GAP:
        return False
    facts = dict(verdict.details)
    return int(facts["given"]) > int(facts["expected"])


def _repeats(connection: Connection, branch: Branch, path: Sequence[Branch]) -> bool:
    """Tell whether a block has what is in the ledger before it: everything has one place."""
    before = {transaction.id for earlier in path for transaction in earlier.batch}
    return any(
        transaction.id in before or transactions.is_final(connection, transaction.id)
        for transaction, verdict in zip(branch.batch, branch.verdicts, strict=True)
        # a feed that went on does not accept the same again
        if not verdict.accepted
    )


def _decoded_batch(
    block: Block, known: Mapping[bytes, Transaction]
) -> dict[bytes, Transaction] | None:
    """Give a block's transactions by wire bytes; None if one cannot be read."""
    try:
        return {wire: known.get(wire) or Transaction.decode(wire) for wire in block.transactions}
    except CodecError:
        return None


def _decoded(
    lookup: Lookup, changes: Mapping[bytes, bytes | None] | None = None
) -> Callable[..., Any]:
    over = changes or {}

    def value(*parts: str | bytes | int) -> Any:
        place = key(*parts)
        raw = over[place] if place in over else lookup(place)
        return None if raw is None else decode(raw)

    return value
