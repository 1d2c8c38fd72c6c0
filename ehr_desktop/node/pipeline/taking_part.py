"""This workstation's part in the agreement, joined to the ledger: blocks it builds, checks and
stores, votes it keeps.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ehr_desktop.domain.network import CLOCKS_DIFFER_MS, ProposerMode
from ehr_desktop.node.consensus.effects import Propose, StoreVote
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    Event,
    HeadAdvanced,
    Timer,
    TransactionsPending,
)
from ehr_desktop.node.consensus.messages import Epoch
from ehr_desktop.node.consensus.port import Agreement
from ehr_desktop.node.contracts.roster import proposer_mode
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import Block
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.vote import Certificate
from ehr_desktop.node.pipeline.ordering import (
    Built,
    Duties,
    Ordering,
    Outbox,
    Placed,
    candidate_of,
    placed_at,
)
from ehr_desktop.node.pipeline.proposals import Mining, Proposals
from ehr_desktop.node.store import blocks, votes

if TYPE_CHECKING:
    from ehr_desktop.node.pipeline.pipeline import Pipeline


class TakingPart:
    """Drives the ordering engine inside the pipeline's turns. On the writer thread."""

    def __init__(
        self, pipeline: "Pipeline", key: SigningKey, proposals: Proposals, connection: Connection
    ) -> None:
        self._pipeline = pipeline
        self._proposals = proposals
        self._mining: Mining | None = None
        self._votes_stored = votes.count(connection)
        mode = ProposerMode.AUTHORITY
        if pipeline.chain.head is not None:
            mode = proposer_mode(pipeline.chain.reader(connection))
        self._ordering = Ordering(pipeline.network, key, mode, self._place(), self._duties())
        # what follows from the votes may already change the ledger: it belongs into a turn
        self._recalled: list[StoreVote] | None = [
            StoreVote(signed, candidate_of(Block.decode(block), block) if block else None, rests_on)
            for signed, block, rests_on in votes.of_epoch(connection, pipeline.chain.epoch)
        ]

    @property
    def agreement(self) -> Agreement:
        """How far the open slot has come."""
        return self._ordering.agreement()

    def recall(self) -> None:
        """Go on from the votes that were on the disk, once."""
        if self._recalled is not None:
            recalled, self._recalled = self._recalled, None
            if self._pipeline.halted:
                self._ordering.stop_voting()
            self._ordering.restore(recalled)

    def stop_voting(self) -> None:
        """Cast no vote any more."""
        self._ordering.stop_voting()

    def tell(self, event: Event) -> None:
        """Tell the engine what has happened."""
        self._ordering.tell(event)

    def tell_pending(self, count: int) -> None:
        """Tell the engine how many transactions wait."""
        self._ordering.tell(TransactionsPending(count))

    def follow_the_head(self) -> None:
        """Tell the engine that the head was moved by blocks from elsewhere."""
        placed = self._place()
        if self._ordering.epoch != placed.epoch.number:
            self._ordering.follow(placed)
        else:
            assert placed.certificate is not None, "a final block came with its certificate"
            self._ordering.tell(HeadAdvanced(placed.head, placed.certificate))

    def fire(self, timer: Timer, number: int) -> None:
        """Tell the engine that a timer ran out, unless it was set anew since."""
        self._ordering.fire(timer, number)

    def keep_votes(self, connection: Connection, *, forget: bool) -> bool:
        """Store the votes of this turn that still matter, with what they rest on, and `forget`
        those that a final block has settled; tell whether the engine saw a vote of this
        workstation that is not remembered here.
        """
        placed = self._place()
        if forget and self._votes_stored:
            votes.forget(connection, placed.epoch.number, placed.head.slot)
            self._votes_stored = votes.count(connection)
        cast = self._ordering.take_votes(placed.head, placed.epoch.number)
        votes.add(
            connection,
            [(v.signed, v.candidate.content if v.candidate else b"", v.certificate) for v in cast],
        )
        self._votes_stored += len(cast)
        return self._ordering.outbox.forgotten

    def take_outbox(self) -> Outbox:
        """Give what is to happen now that the turn has committed."""
        return self._ordering.take_outbox()

    def mined(self, mining: Mining, nonce: int) -> None:
        """Propose a block whose proof of work was found, if it is still wanted."""
        if mining != self._mining:
            return
        self._mine(None)
        block = mining.with_proof(nonce)
        built, header = self._built(block), block.header
        content = None if built.block is None else block.encode()
        self._ordering.tell(BlockBuilt(header.slot, header.parent, content, built.closes_epoch))

    # --- what the engine asks for --------------------------------------------------------------

    def _duties(self) -> Duties:
        return Duties(
            build=self._build,
            withdraw=self._withdraw,
            check=self._check,
            finalize=self._finalize,
            find=lambda block: blocks.content_of(self._pipeline.connection, block),
            catch_up=self._pipeline.fall_behind,
        )

    def _place(self) -> Placed:
        chain = self._pipeline.chain
        assert chain.validators is not None, "only where somebody decides"
        certificate = chain.finality.certificate if chain.finality else None
        return placed_at(chain.head, certificate, Epoch(chain.epoch, chain.validators, chain.base))

    def _build(self, asked: Propose) -> Built:
        # what is mined now stands on another block
        self._withdraw()
        proposed = self._proposals.propose(self._pipeline.connection, asked)
        if isinstance(proposed, Mining):
            self._mine(proposed)
            return Built(None, later=True)
        return Built(None) if proposed is None else self._built(proposed)

    def _built(self, block: Block) -> Built:
        valid, closes = self._extend(block)
        if valid:
            return Built(block, closes)
        height = block.header.height
        logging.getLogger("ehr_desktop").error("own block %d breaks a rule of the ledger", height)
        return Built(None)

    def _withdraw(self) -> None:
        if self._mining is not None:
            self._mine(None)

    def _mine(self, mining: Mining | None) -> None:
        self._mining = mining
        self._pipeline.mine(mining)

    def _check(self, block: Block) -> tuple[bool, bool]:
        return (False, False) if self._is_ahead(block) else self._extend(block)

    def _extend(self, block: Block) -> tuple[bool, bool]:
        pipeline = self._pipeline
        branch = pipeline.chain.extend(pipeline.connection, block, pipeline.pool.by_wire)
        return branch is not None, branch is not None and branch.closes_epoch

    def _is_ahead(self, block: Block) -> bool:
        """Tell whether a block takes the ledger further ahead of this clock than clocks differ."""
        path = self._pipeline.chain.path(block.header.parent) or ()
        parent, _ = self._pipeline.chain.parent_of(path)
        latest = max(self._pipeline.clock() + CLOCKS_DIFFER_MS, parent.time_ms if parent else 0)
        return block.header.time_ms > latest

    def _finalize(
        self, chain: Sequence[Block], tail: Sequence[Block], certificate: Certificate
    ) -> Placed:
        headers = [block.header for block in (*chain, *tail)]
        for place, block in enumerate(chain, 1):
            self._pipeline.store_final(block, Finality(tuple(headers[place:]), certificate))
        return self._place()
