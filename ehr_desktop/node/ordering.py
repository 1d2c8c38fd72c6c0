"""Drives the ordering engine: hands it events and carries out its effects in their order.

No other workstation is linked yet, so nothing is sent before a block is final, and the votes are
stored in the database transaction that makes it so: a crash before that leaves none of them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.consensus.effects import (
    CheckCandidate,
    Effect,
    Finalize,
    Propose,
    StoreVote,
    WithdrawProposal,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.messages import BEFORE_FIRST_SLOT, Candidate, Epoch, Head
from ehr_desktop.node.consensus.port import Agreement
from ehr_desktop.node.consensus.proposers import Authority
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import (
    Certificate,
    SignedVote,
    Vote,
    sign_vote,
    vote_holds,
)

FIRST_EPOCH: Final = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What the engine needs done by whoever holds the ledger.

    `build` gives a block for a slot, or None if nothing is pending; `check` tells whether a block
    follows from the head; `finalize` stores a final block with its certificate and the votes.
    """

    build: Callable[[int], Block | None]
    check: Callable[[Block], bool]
    finalize: Callable[[Block, Certificate, Sequence[SignedVote]], None]


class Ordering:
    """This workstation's part in the agreement. On the writer thread."""

    def __init__(
        self,
        network: bytes,
        key: SigningKey,
        validators: ValidatorSet,
        head: Header | None,
        certificate: Certificate | None,
        work: Work,
    ) -> None:
        self._work = work
        self._votes: list[SignedVote] = []
        self._blocks: dict[bytes, Block] = {}
        epoch = Epoch(FIRST_EPOCH, validators, NO_PARENT)
        self._engine = Simplex(
            network=network,
            me=device_id_of(key.public),
            signer=_Signer(key),
            verifier=_Verifier(),
            reader=self,
            proposers=Authority(),
            timing=Timing(),
            epoch=epoch,
        )
        at = Head(head.slot, head.id) if head else Head(BEFORE_FIRST_SLOT, NO_PARENT)
        self._carry_out(self._engine.restore(epoch, at, certificate, ()))

    def tell_pending(self, count: int) -> None:
        """Tell the engine how many transactions wait, and do what follows."""
        self._carry_out(self._engine.handle(TransactionsPending(count)))

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
        return self._engine.agreement()

    def read(self, content: bytes) -> Candidate | None:
        """Give what a block says of itself, for the engine; None if it has no form."""
        try:
            block = self._blocks.get(content) or Block.decode(content)
        except CodecError:
            return None
        header = block.header
        return Candidate(
            epoch=header.epoch,
            slot=header.slot,
            parent=header.parent,
            block=header.id,
            proposer=header.proposer,
            empty=header.transactions == 0,
            content=content,
        )

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the engine says. A block is built last, on what has become final by then."""
        waiting, wanted = deque(effects), None
        while waiting or wanted is not None:
            if not waiting and wanted is not None:
                asked, wanted = wanted, None
                built = BlockBuilt(asked.slot, asked.parent, self._build(asked.slot))
                waiting.extend(self._engine.handle(built))
                continue
            effect = waiting.popleft()
            if isinstance(effect, Propose):
                wanted = effect
            elif isinstance(effect, WithdrawProposal):
                wanted = None
            else:
                waiting.extend(self._answer(effect))

    def _answer(self, effect: Effect) -> Sequence[Effect]:
        engine = self._engine
        match effect:
            case CheckCandidate(candidate=candidate):
                valid = self._work.check(self._block(candidate.content))
                return engine.handle(CandidateChecked(candidate.block, valid))
            case StoreVote(signed=signed):
                self._votes.append(signed)
                return engine.handle(VoteStored(signed.vote))
            case Finalize(chain=chain, certificate=certificate):
                for candidate in chain:
                    block = self._block(candidate.content)
                    self._work.finalize(block, certificate, self._votes)
                self._votes.clear()
                self._blocks.clear()
                return ()
            case _:
                # the rest is for others to hear of, or waits for them: there is nobody else
                return ()

    def _build(self, slot: int) -> bytes | None:
        block = self._work.build(slot)
        if block is None:
            return None
        content = block.encode()
        self._blocks[content] = block
        return content

    def _block(self, content: bytes) -> Block:
        """Give a block that was just built here, or read it."""
        return self._blocks.get(content) or Block.decode(content)


class _Signer:
    """This device's voting key."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def sign(self, vote: Vote) -> SignedVote:
        """Sign a vote."""
        return sign_vote(vote, self._key)


class _Verifier:
    """Checks votes against the validators' keys."""

    def holds(self, signed: SignedVote, validators: ValidatorSet) -> bool:
        """Tell whether a member of `validators` that may vote signed this."""
        return vote_holds(signed, validators)
