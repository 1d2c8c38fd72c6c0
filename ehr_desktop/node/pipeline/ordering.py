"""Drives the ordering engine: hands it events and carries out its effects in their order.

Everything happens inside a turn, one database transaction. What the engine wants told to others
is kept until that has committed, so no vote is sent before it is on the disk, and a vote is
stored together with what it rests on.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CancelTimer,
    CatchUp,
    CheckCandidate,
    Conflict,
    Distrust,
    Effect,
    Evidence,
    Finalize,
    ForgottenVote,
    Propose,
    Send,
    ServeBlock,
    SetTimer,
    StoreVote,
    WithdrawProposal,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    Event,
    Timer,
    TimerFired,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.messages import (
    BEFORE_FIRST_SLOT,
    BlockReply,
    Candidate,
    Epoch,
    Head,
    Message,
)
from ehr_desktop.node.consensus.port import Agreement
from ehr_desktop.node.consensus.proposers import Authority, Proposers, Stake, Work
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.consensus.timing import WORK_TIMING, Timing
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote, sign_vote, vote_holds

PROPOSERS: Final[dict[ProposerMode, tuple[type[Proposers], Timing]]] = {
    ProposerMode.AUTHORITY: (Authority, Timing()),
    ProposerMode.STAKE: (Stake, Timing()),
    ProposerMode.WORK: (Work, WORK_TIMING),
}


_MOST_KEPT: Final = 8
"""So many blocks are kept as they were built or read: each is asked for when it is proposed,
checked and final.
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the ledger stands: the newest final block and what decides on the next one."""

    head: Head
    certificate: Certificate | None
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Duties:
    """What the engine needs done by whoever holds the ledger, all inside the running turn.

    `build` gives a block for what is proposed with whether it closes the epoch, None where there
    is nothing to build, or says it will come later; `check` tells whether a block is valid and
    closes the epoch; `finalize` stores final blocks and gives where the ledger stands then;
    `find` gives a final block's bytes.
    """

    build: "Callable[[Propose], Built]"
    withdraw: Callable[[], None]
    check: Callable[[Block], tuple[bool, bool]]
    finalize: Callable[[Sequence[Block], Sequence[Block], Certificate], Placed]
    find: Callable[[bytes], bytes | None]
    catch_up: Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Built:
    """The answer to a proposal; `later` means that it is being worked on."""

    block: Block | None
    closes_epoch: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True)
class TimerOrder:
    """Start a timer anew (`delay_ms`) or stop it (None). It fires under its `number`."""

    delay_ms: int | None
    number: int


@dataclass(slots=True)
class Outbox:
    """What is to happen once the turn has committed. A message to None is for everybody."""

    messages: list[tuple[bytes | None, Message]] = field(default_factory=list)
    timers: dict[Timer, TimerOrder] = field(default_factory=dict)
    evidence: list[tuple[SignedVote, SignedVote]] = field(default_factory=list)
    distrusted: set[bytes] = field(default_factory=set)
    conflicts: list[Certificate] = field(default_factory=list)
    forgotten: bool = False


class Ordering:
    """This workstation's part in the agreement. On the writer thread."""

    def __init__(
        self, network: bytes, key: SigningKey, mode: ProposerMode, placed: Placed, duties: Duties
    ) -> None:
        self._duties = duties
        self._me = device_id_of(key.public)
        self._blocks: dict[bytes, Block] = {}
        self._votes: list[StoreVote] = []
        self._pending = 0
        self._wanted: Propose | None = None
        self._numbers: dict[Timer, int] = {}
        self.outbox = Outbox()
        proposers, timing = PROPOSERS[mode]
        self._engine = Simplex(
            network=network,
            me=self._me,
            signer=_Signer(key),
            verifier=_Verifier(),
            reader=self,
            proposers=proposers(),
            timing=timing,
            epoch=placed.epoch,
        )
        self._placed = placed

    @property
    def epoch(self) -> int:
        """The epoch the engine is in."""
        return self._placed.epoch.number

    def restore(self, stored: Sequence[StoreVote]) -> None:
        """Go on from what is on the disk."""
        for timer in Timer:
            self._set_timer(timer, None)
        at = self._placed
        self._carry_out(self._engine.restore(at.epoch, at.head, at.certificate, stored))

    def stop_voting(self) -> None:
        """Cast no vote any more: this disk has forgotten what it voted."""
        self._carry_out(self._engine.stop_voting())

    def tell(self, event: Event) -> None:
        """Tell the engine what has happened, and do what follows."""
        if isinstance(event, TransactionsPending):
            self._pending = event.count
        self._carry_out(self._engine.handle(event))

    def fire(self, timer: Timer, number: int) -> None:
        """Tell the engine that a timer ran out, unless it was stopped or set anew since."""
        if self._numbers.get(timer) == number:
            self.tell(TimerFired(timer))

    def _set_timer(self, timer: Timer, delay_ms: int | None) -> None:
        number = self._numbers[timer] = self._numbers.get(timer, 0) + 1
        self.outbox.timers[timer] = TimerOrder(delay_ms, number)

    def follow(self, placed: Placed) -> None:
        """Take over where the ledger stands in another epoch, however it came there."""
        self._placed = placed
        at = placed
        self._carry_out(self._engine.restore(at.epoch, at.head, at.certificate, ()))
        self._carry_out(self._engine.handle(TransactionsPending(self._pending)))

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
        return self._engine.agreement()

    def take_votes(self, head: Head, epoch: int) -> list[StoreVote]:
        """Give the votes cast since this was last asked that still matter above `head`."""
        votes, self._votes = self._votes, []
        return [
            entry
            for entry in votes
            if entry.signed.vote.epoch == epoch and entry.signed.vote.slot > head.slot
        ]

    def take_outbox(self) -> Outbox:
        """Give what is to happen now that the turn has committed."""
        outbox, self.outbox = self.outbox, Outbox()
        return outbox

    def read(self, content: bytes) -> Candidate | None:
        """Give what a block says of itself, for the engine; None if it has no form."""
        try:
            block = self._block(content)
        except CodecError:
            return None
        return candidate_of(block, content)

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the engine says. A block is built last, on what has become final by then."""
        waiting = deque(effects)
        while waiting or self._wanted is not None:
            if waiting:
                waiting.extend(self._answer(waiting.popleft()))
            elif (built := self._build()) is not None:
                waiting.extend(self._engine.handle(built))

    def _build(self) -> BlockBuilt | None:
        asked, self._wanted = self._wanted, None
        assert asked is not None
        built = self._duties.build(asked)
        if built.later:
            return None
        content = None
        if built.block is not None:
            content = built.block.encode()
            self._keep(content, built.block)
        return BlockBuilt(asked.slot, asked.parent, content, built.closes_epoch)

    def _answer(self, effect: Effect) -> Sequence[Effect]:  # noqa: C901, PLR0912 - one arm an effect
        engine, outbox = self._engine, self.outbox
        match effect:
            case Propose():
                self._wanted = effect
            case WithdrawProposal():
                self._wanted = None
                self._duties.withdraw()
            case CheckCandidate(candidate=candidate):
                valid, closes = self._duties.check(self._block(candidate.content))
                return engine.handle(CandidateChecked(candidate.block, valid, closes))
            case StoreVote(signed=signed):
                self._votes.append(effect)
                return engine.handle(VoteStored(signed.vote))
            case Finalize():
                return self._finalize(effect)
            case Send(peer=peer, message=message):
                outbox.messages.append((peer, message))
            case Broadcast(message=message):
                outbox.messages.append((None, message))
            case SetTimer(timer=timer, delay_ms=delay_ms):
                self._set_timer(timer, delay_ms)
            case CancelTimer(timer=timer):
                self._set_timer(timer, None)
            case Evidence(first=first, second=second):
                outbox.evidence.append((first, second))
            case ForgottenVote():
                outbox.forgotten = True
            case Distrust(peer=peer):
                outbox.distrusted.add(peer)
            case Conflict(certificate=certificate):
                outbox.conflicts.append(certificate)
            case ServeBlock(peer=peer, block=block):
                self._serve(peer, block)
            case CatchUp(peer=peer):
                self._duties.catch_up(peer)
        return ()

    def _finalize(self, effect: Finalize) -> Sequence[Effect]:
        chain = [self._block(candidate.content) for candidate in effect.chain]
        tail = [self._block(candidate.content) for candidate in effect.tail]
        self._placed = self._duties.finalize(chain, tail, effect.certificate)
        if not effect.closes_epoch:
            return ()
        return [
            *self._engine.start_epoch(self._placed.epoch, effect.certificate),
            *self._engine.handle(TransactionsPending(self._pending)),
        ]

    def _serve(self, peer: bytes, block: bytes) -> None:
        content = self._duties.find(block)
        if content is not None:
            self.outbox.messages.append((peer, BlockReply(content)))

    def _block(self, content: bytes) -> Block:
        """Read a block, unless it was just built or read here.

        Raises:
            CodecError: it cannot be read.
        """
        block = self._blocks.get(content)
        if block is None:
            block = Block.decode(content)
            self._keep(content, block)
        return block

    def _keep(self, content: bytes, block: Block) -> None:
        if len(self._blocks) == _MOST_KEPT:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[content] = block


def candidate_of(block: Block, content: bytes) -> Candidate:
    """Give what a block says of itself; `content` are its bytes."""
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


def placed_at(head: Header | None, certificate: Certificate | None, epoch: Epoch) -> Placed:
    """Tell where the ledger stands: the newest final block is the base of an epoch that is not its
    own.
    """
    if head is None or head.epoch != epoch.number:
        return Placed(Head(BEFORE_FIRST_SLOT, epoch.base), certificate, epoch)
    return Placed(Head(head.slot, head.id), certificate, epoch)


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
