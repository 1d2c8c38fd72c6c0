"""Building the next block from what waits, and the one that waits for its proof of work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.node.consensus.effects import Propose
from ehr_desktop.node.contracts.execute import execute
from ehr_desktop.node.contracts.state import State, StateReader
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.merkle import leaf_hash
from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Transaction
from ehr_desktop.node.ledger.work import NONCE_SIZE
from ehr_desktop.node.pipeline.chain import Branch, Chain
from ehr_desktop.node.pipeline.pool import Pool
from ehr_desktop.node.sync.limits import RETRY_MS

EARLY_MS: Final = RETRY_MS + 2_000
"""What another workstation signed, and would be refused, waits so long for what it builds on: a
feed that was asked for in vain has been asked for again by then.
"""


@dataclass(frozen=True, slots=True)
class Mining:
    """A block that waits for its proof of work: `header` without it, and what it must be below."""

    header: Header
    transactions: tuple[bytes, ...]
    target: int

    def with_proof(self, nonce: int) -> Block:
        """Give the block that a nonce proves work for."""
        return Block(replace(self.header, proof=nonce.to_bytes(NONCE_SIZE)), self.transactions)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Makes this workstation's blocks. On the writer thread."""

    network: bytes
    device: bytes
    clock: Callable[[], int]
    chain: Chain
    pool: Pool

    def propose(self, connection: Connection, asked: Propose) -> Block | Mining | None:
        """Give a block for a slot, or what is to be mined for it; None if there is nothing to
        put into one, or its parent is not here.
        """
        path = self.chain.path(asked.parent)
        if path is None:
            return None
        batch: list[Transaction] = []
        if not asked.empty:
            waiting = self.pool.batch(t for branch in path for t in branch.batch)
            batch = without_gaps(waiting, self.chain.reader(connection, path))
            batch = self._without_early(connection, path, batch)
            if not batch:
                return None
        parent, frontier = self.chain.parent_of(path)
        frontier = frontier.copy()
        for transaction in batch:
            frontier.append(leaf_hash(transaction.wire))
        assert self.chain.validators is not None, "nobody is asked to propose before there are any"
        header = Header(
            network=self.network,
            height=_height_after(parent),
            slot=asked.slot,
            epoch=asked.epoch,
            parent=asked.parent,
            tree_size=frontier.size,
            merkle_root=frontier.root(),
            transactions=len(batch),
            state_root=self.chain.root_after(path),
            validators=self.chain.validators.hash,
            time_ms=self._time_after(parent),
            proposer=self.device,
        )
        wires = tuple(transaction.wire for transaction in batch)
        target = self.chain.target_after(connection, path)
        return Block(header, wires) if target is None else Mining(header, wires, target)

    def _time_after(self, parent: Header | None) -> int:
        """A clock that was set back does not take the ledger back."""
        return max(self.clock(), parent.time_ms if parent else 0)

    def _without_early(
        self, connection: Connection, path: Sequence[Branch], batch: list[Transaction]
    ) -> list[Transaction]:
        """Leave out what came from elsewhere a moment ago and would be refused, with all that its
        device signed after it: what it builds on may still be on its way here.

        Feeds come one by one, so after a split of the network a statement may be here before
        that of another workstation which its author had seen.
        """
        now_ms = self.clock()
        news = {t.id for t in batch if self.pool.came_within(EARLY_MS, now_ms, t)}
        if not news:
            return batch
        parent, _ = self.chain.parent_of(path)
        state = State(self.chain.lookup(connection, path))
        height, time_ms = _height_after(parent), self._time_after(parent)
        held: set[bytes] = set()
        kept: list[Transaction] = []
        for transaction in batch:
            device = transaction.payload.device
            if device in held:
                continue
            verdict = execute(transaction, state, height, time_ms)
            if verdict.accepted or transaction.id not in news:
                kept.append(transaction)
            else:
                held.add(device)
        return kept


def _height_after(parent: Header | None) -> int:
    return parent.height + 1 if parent else 0


def without_gaps(waiting: list[Transaction], value: StateReader) -> list[Transaction]:
    """Leave out what would be refused for a gap in its device's feed: a device that tells two
    stories must not make this workstation's blocks worthless.
    """
    heads: dict[bytes, tuple[int, bytes]] = {}
    kept: list[Transaction] = []
    for transaction in waiting:
        payload = transaction.payload
        if payload.device not in heads:
            heads[payload.device] = tuple(value("feed", payload.device) or (0, NO_PREVIOUS))
        last, previous = heads[payload.device]
        if payload.sequence > last + 1:
            continue
        kept.append(transaction)
        if (payload.sequence, payload.previous) == (last + 1, previous):
            heads[payload.device] = payload.sequence, transaction.id
    return kept
