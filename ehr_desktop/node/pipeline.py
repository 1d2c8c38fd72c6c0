"""The only way a transaction gets in: signed, durable, ordered, checked, final.

A transaction is signed and stored with what it brings (`pending`). The pending ones are ordered
into a block, the block is agreed on, its contracts run, and the block, its certificate, every
outcome and every change of state are committed together (`final`). A refused transaction has its
place and its refusal in the ledger like any other. A clinic of one workstation is a quorum of one.

Everything here runs on the store's single writer thread.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.state import Lookup, State, key
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.final import FinalTransaction, store_final
from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.check import check_block
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.transaction import (
    NO_PREVIOUS,
    ContainerRef,
    Payload,
    Transaction,
    device_id_of,
    sign,
)
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote
from ehr_desktop.node.ordering import FIRST_EPOCH, Ordering, Work
from ehr_desktop.node.store import blocks, state, transactions
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.remembered import RememberedState
from ehr_desktop.node.unsigned import Unsigned, require_room, store_signed

MOST_TRANSACTIONS = 1000
MOST_BYTES = 800 * 1024
"""A block takes at most this many transactions and bytes."""
VALUES_KEPT = 200_000
"""So many values of the state the writer thread remembers."""


class Pipeline:
    """One workstation's end of the ledger."""

    def __init__(
        self, database: Database, network: bytes, device_key: SigningKey, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._network = network
        self._key = device_key
        self._clock = clock
        self.device = device_id_of(device_key.public)
        self.validators = ValidatorSet.of([Validator(self.device, device_key.public, 1)])
        with database.reading() as connection:
            self._load(connection)

    def _load(self, connection: Connection) -> None:
        self._tree = state.load_tree(connection)
        self._remembered = RememberedState()
        newest = blocks.head(connection)
        self.head: Header | None = Header.decode(newest[2]) if newest else None
        size = self.head.tree_size if self.head else 0
        self._frontier = Frontier.at(
            size, lambda level, index: blocks.tree_node(connection, level, index)
        )
        self._feed = transactions.feed_head(connection, self.device) or (0, NO_PREVIOUS)
        self._pending = [
            Transaction.decode(row.wire)
            for row in transactions.pending(connection, limit=1_000_000)
        ]
        self._own = {transaction.wire: transaction for transaction in self._pending}
        self._final: list[FinalTransaction] = []
        self._ordering = self._join(Finality.decode(newest[3]).certificate if newest else None)

    def _join(self, certificate: Certificate | None) -> Ordering:
        """Take part in the agreement, from the head on the disk."""
        return Ordering(
            self._network,
            self._key,
            self.validators,
            self.head,
            certificate,
            Work(self._build, self._is_sound, self._finalize),
        )

    def write(self, wanted: Sequence[Unsigned]) -> tuple[list[Transaction], list[FinalTransaction]]:
        """Sign transactions, store them and order what is pending, in one commit.

        Gives the signed ones, and what became final in ledger order. A quorum of one needs
        nobody's answer in between; when this returns, all of it is on the disk.

        Raises:
            DiskFullError: nothing was stored.
        """
        try:
            with self._database.writing():
                signed = self.store(wanted)
                final = self.order()
        except BaseException:
            self._begin_anew()
            raise
        return signed, final

    def store(self, wanted: Sequence[Unsigned]) -> list[Transaction]:
        """Sign transactions and store them as pending, all or none.

        Raises:
            DiskFullError: none was stored.
        """
        require_room(self._database.path.parent, wanted)
        sequence, previous = self._feed
        signed: list[Transaction] = []
        for unsigned in wanted:
            sequence += 1
            signed.append(self._sign(unsigned, sequence, previous))
            previous = signed[-1].id
        with self._database.writing() as connection:
            store_signed(connection, signed, wanted)
        self._feed = sequence, previous
        self._pending.extend(signed)
        self._own.update((transaction.wire, transaction) for transaction in signed)
        return signed

    def order(self) -> list[FinalTransaction]:
        """Make every pending transaction final, block by block.

        Raises:
            DiskFullError: some are still pending; what came before is final.
        """
        self._final = []
        try:
            waiting = -1
            while len(self._pending) != waiting:
                waiting = len(self._pending)
                self._ordering.tell_pending(waiting)
        except BaseException:
            self._begin_anew()
            raise
        return self._final

    def _begin_anew(self) -> None:
        """Take over what the disk holds: what is remembered here, and what the engine believes
        final, may be ahead of it.
        """
        with self._database.reading() as connection:
            self._load(connection)

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a decoded value of the contract state, or None. Any thread.

        Raises:
            HomeDamagedError: it cannot be read any more.
        """
        with self._database.reading() as connection:
            return self._state_reader(lambda place: state.value(connection, place))(*parts)

    def value_here(self, connection: Connection) -> Callable[..., Any]:
        """Give a reader of the contract state for the writer thread, which remembers values."""
        return self._state_reader(lambda place: self._remembered.value(connection, place))

    def _state_reader(self, lookup: Lookup) -> Callable[..., Any]:
        known = State(lookup)

        def value(*parts: str | bytes | int) -> Any:
            try:
                return known.get(*parts)
            except CodecError as error:
                # SQLCipher may give zeros for the second page of a long value that was changed
                raise HomeDamagedError(self._database.path.name) from error

        return value

    def expect(
        self, connection: Connection, places: Iterable[tuple[str | bytes | int, ...]]
    ) -> None:
        """Read in one go what `value_here` will soon be asked for. On the writer thread."""
        self._remembered.expect(connection, (key(*parts) for parts in places))

    @property
    def state_root(self) -> bytes:
        """The root of the state after the newest block."""
        return self._tree.root

    @property
    def pending_count(self) -> int:
        """How many transactions wait for a place."""
        return len(self._pending)

    def _sign(self, unsigned: Unsigned, sequence: int, previous: bytes) -> Transaction:
        payload = Payload(
            network=self._network,
            kind=unsigned.statement.KIND,
            device=self.device,
            person=unsigned.person,
            sequence=sequence,
            previous=previous,
            valid_until=0,
            time_ms=self._clock(),
            body=unsigned.statement.body(),
            containers=tuple(ContainerRef(c.commitment, c.size) for c in unsigned.containers),
        )
        return sign(payload, [self._key, unsigned.key])

    def _next_batch(self) -> list[Transaction]:
        batch: list[Transaction] = []
        size = 0
        for transaction in self._pending[:MOST_TRANSACTIONS]:
            size += len(transaction.wire)
            if batch and size > MOST_BYTES:
                break
            batch.append(transaction)
        return batch

    def _build(self, slot: int) -> Block | None:
        batch = self._next_batch()
        if not batch:
            return None
        parent = self.head
        frontier = self._frontier.copy()
        for transaction in batch:
            frontier.append(leaf_hash(transaction.wire))
        header = Header(
            network=self._network,
            height=parent.height + 1 if parent else 0,
            slot=slot,
            epoch=FIRST_EPOCH,
            parent=parent.id if parent else NO_PARENT,
            tree_size=frontier.size,
            merkle_root=frontier.root(),
            transactions=len(batch),
            state_root=self._tree.root,
            validators=self.validators.hash,
            # a clock that was set back does not take the ledger back
            time_ms=max(self._clock(), parent.time_ms if parent else 0),
            proposer=self.device,
        )
        block = Block(header, tuple(transaction.wire for transaction in batch))
        assert self._is_sound(block), f"own block {header.height} breaks a rule of the ledger"
        return block

    def _is_sound(self, block: Block) -> bool:
        return not check_block(
            block, self.head, self._frontier, self.validators, decoded=self._own, trusted=self._own
        )

    def _finalize(
        self, block: Block, certificate: Certificate, votes: Sequence[SignedVote]
    ) -> None:
        """Run a block's contracts and store it with all it changes: all of it or nothing."""
        header = block.header
        batch = [self._own[wire] for wire in block.transactions]
        frontier = self._frontier.copy()
        nodes = [node for t in batch for node in frontier.append(leaf_hash(t.wire))]
        with self._database.writing() as connection:
            for signed in votes:
                vote = signed.vote
                blocks.add_vote(connection, vote.epoch, vote.slot, vote.kind, signed.encode())
            chain_state = State(lambda place: self._remembered.value(connection, place))
            verdicts = run_block(batch, chain_state, header)
            changes = chain_state.changes
            delta = self._tree.update(
                changes, lambda number: self._remembered.hashes(connection, number)
            )
            state.store(connection, changes, delta)
            first = self._frontier.size
            final = [
                FinalTransaction(t, header.height, first + place, verdict)
                for place, (t, verdict) in enumerate(zip(batch, verdicts, strict=True))
            ]
            store_final(connection, header, Finality((), certificate), nodes, final)
        self._tree.apply(delta)
        self._remembered.take_over(changes)
        self._frontier = frontier
        self.head = header
        del self._pending[: len(batch)]
        for transaction in batch:
            del self._own[transaction.wire]
        self._final += final
