"""Building the next block from what waits, and the one that waits for its proof of work."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ehr_desktop.node.consensus.effects import Propose
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.merkle import leaf_hash
from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Transaction
from ehr_desktop.node.ledger.work import NONCE_SIZE
from ehr_desktop.node.pipeline.chain import Chain
from ehr_desktop.node.pipeline.pool import Pool


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
            if not batch:
                return None
        parent, frontier = self.chain.parent_of(path)
        frontier = frontier.copy()
        for transaction in batch:
            frontier.append(leaf_hash(transaction.wire))
        assert self.chain.validators is not None, "nobody is asked to propose before there are any"
        header = Header(
            network=self.network,
            height=parent.height + 1 if parent else 0,
            slot=asked.slot,
            epoch=asked.epoch,
            parent=asked.parent,
            tree_size=frontier.size,
            merkle_root=frontier.root(),
            transactions=len(batch),
            state_root=self.chain.root_after(path),
            validators=self.chain.validators.hash,
            # a clock that was set back does not take the ledger back
            time_ms=max(self.clock(), parent.time_ms if parent else 0),
            proposer=self.device,
        )
        wires = tuple(transaction.wire for transaction in batch)
        target = self.chain.target_after(connection, path)
        return Block(header, wires) if target is None else Mining(header, wires, target)


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
