"""Simplex: how a quorum of workstations agrees on blocks.

Our implementation of a published protocol (Chan and Pass, 2023), by the rules written out in
"Simplex Consensus in TON", section 1.4 and rules 1 to 8, with window 1. In every slot a quorum
either notarizes a block or skips; a notarized block is final once a quorum says so. Beyond the
published rules: nothing is sent before it is stored, leaders nobody hears of are not waited for,
and nothing runs while there is nothing to order.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Final

from ehr_desktop.node.consensus.alarms import Alarms
from ehr_desktop.node.consensus.candidates import Verdict
from ehr_desktop.node.consensus.fetching import Fetching
from ehr_desktop.node.consensus.port import (
    BEFORE_FIRST_SLOT,
    Agreement,
    BlockBuilt,
    BlockReader,
    BlockReply,
    BlockRequest,
    Broadcast,
    Candidate,
    CandidateChecked,
    CatchUp,
    Conflict,
    Distrust,
    Effect,
    Epoch,
    Event,
    ForgottenVote,
    Head,
    HeadAdvanced,
    Message,
    MessageReceived,
    PeerConnected,
    Proposal,
    Send,
    ServeBlock,
    Signer,
    Standing,
    StoreVote,
    Timer,
    TimerFired,
    TransactionsPending,
    Verifier,
    VoteStored,
)
from ehr_desktop.node.consensus.proposers import Proposers
from ehr_desktop.node.consensus.proposing import Proposing
from ehr_desktop.node.consensus.term import EVIDENCE_SLOTS, Term
from ehr_desktop.node.consensus.timing import UNSEEN_SLOTS, Timing
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote, VoteKind

AHEAD_SLOTS: Final = 64
"""Votes and blocks further ahead are not kept; a node further behind catches up as a whole."""

EARLY_MESSAGES: Final = 256
"""So many messages of the next epoch are kept until it starts here too."""


class Simplex:
    """One workstation's part in the agreement; see `port.Orderer`.

    A workstation that is no validator follows along and casts no vote.
    """

    def __init__(
        self,
        *,
        network: bytes,
        me: bytes,
        signer: Signer,
        verifier: Verifier,
        reader: BlockReader,
        proposers: Proposers,
        timing: Timing,
        epoch: Epoch,
    ) -> None:
        self._network = network
        self._me = me
        self._signer = signer
        self._verifier = verifier
        self._reader = reader
        self._proposers = proposers
        self._timing = timing
        self._pending = 0
        self._forgot = False
        self._alarms = Alarms()
        self._early: deque[MessageReceived] = deque(maxlen=EARLY_MESSAGES)
        self._begin(self._new_term(epoch, Head(BEFORE_FIRST_SLOT, epoch.base), None))

    def start_epoch(self, epoch: Epoch, certificate: Certificate | None) -> list[Effect]:
        """Begin `epoch` with nothing decided; `certificate` is what made its base final."""
        return self.restore(epoch, Head(BEFORE_FIRST_SLOT, epoch.base), certificate, ())

    def restore(
        self,
        epoch: Epoch,
        head: Head,
        certificate: Certificate | None,
        stored: Sequence[StoreVote],
    ) -> list[Effect]:
        """Go on from what is on the disk: after a restart, or where an epoch starts."""
        self._begin(self._new_term(epoch, head, certificate))
        for timer in Timer:
            self._emit(*self._alarms.stop(timer))
        for entry in stored:
            self._term.recall(entry)
        early, self._early = self._early, deque(maxlen=EARLY_MESSAGES)
        for event in early:
            self._on_message(event.peer, event.message)
        return self._settle()

    def handle(self, event: Event) -> list[Effect]:
        """Take in one event and give what is to be done, in order."""
        match event:
            case MessageReceived(peer, message):
                if self._is_known(message):
                    return []
                self._on_message(peer, message)
            case VoteStored(vote):
                entry = self._term.confirm(vote)
                if entry is not None:
                    self._emit(Broadcast(self._spoken(entry)))
            case CandidateChecked(block, valid, closes_epoch):
                verdict = Verdict.VALID if valid else Verdict.INVALID
                self._term.candidates.judge(block, verdict, closes_epoch=closes_epoch)
            case BlockBuilt():
                self._on_built(event)
            case TransactionsPending(count):
                self._pending = count
                self._proposing.reconsider()
            case TimerFired(timer):
                self._on_timer(timer)
            case PeerConnected(peer):
                self._remind(lambda message: Send(peer, message))
            case HeadAdvanced(head, certificate):
                if head.slot > self._term.head.slot:
                    self._catching_up = False
                    self._term.advance(head, certificate)
        return self._settle()

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
        term, slot = self._term, self._term.slots.open
        voters: dict[VoteKind, list[bytes]] = {kind: [] for kind in VoteKind}
        for signed in term.ballots.at(slot):
            voters[signed.vote.kind].append(signed.validator)
        candidates = term.candidates.at(slot)
        return Agreement(
            epoch=term.epoch.number,
            slot=slot,
            head=term.head,
            leader=term.leader(slot),
            block=candidates[0].block if candidates else None,
            notar=tuple(voters[VoteKind.NOTAR]),
            skip=tuple(voters[VoteKind.SKIP]),
            final=tuple(voters[VoteKind.FINAL]),
        )

    def _new_term(self, epoch: Epoch, head: Head, certificate: Certificate | None) -> Term:
        return Term(
            network=self._network,
            me=self._me,
            signer=self._signer,
            proposers=self._proposers,
            epoch=epoch,
            head=head,
            certificate=certificate,
            may_vote=not self._forgot,
        )

    def _begin(self, term: Term) -> None:
        self._term = term
        self._fetching = Fetching(self._me)
        self._proposing = Proposing()
        self._catching_up = False

    def _emit(self, *effects: Effect) -> None:
        self._term.effects += effects

    # --- messages ----------------------------------------------------------------------------

    def _on_message(self, peer: bytes, message: Message) -> None:
        match message:
            case SignedVote(vote):
                if self._is_timely(peer, vote, message):
                    self._on_vote(peer, message)
            case Certificate(vote):
                if self._is_timely(peer, vote, message):
                    self._on_certificate(peer, message)
            case Proposal(SignedVote(vote)):
                if self._is_timely(peer, vote, message):
                    self._on_proposal(peer, message)
            case BlockRequest(block):
                self._on_request(peer, block)
            case BlockReply(content):
                self._on_reply(peer, content)
            case Standing():
                self._on_standing(peer, message)

    def _is_known(self, message: Message) -> bool:
        """Tell whether a message says nothing new; most do, since everybody passes things on."""
        ballots = self._term.ballots
        match message:
            case SignedVote():
                return ballots.knows(message)
            case Certificate(vote):
                return vote in ballots.certificates
        return False

    def _is_timely(self, peer: bytes, vote: Vote, message: Message) -> bool:
        """Tell whether a vote belongs to this epoch and lies near enough to be of use."""
        number, head = self._term.epoch.number, self._term.head
        if vote.network != self._network or vote.epoch < number:
            return False
        if vote.epoch > number:
            if vote.epoch == number + 1:
                self._early.append(MessageReceived(peer, message))
            if isinstance(message, Certificate):
                self._catch_up(peer)
            return False
        far = vote.slot - head.slot > AHEAD_SLOTS
        return (
            not self._term.closed
            and vote.slot > head.slot - EVIDENCE_SLOTS
            and not (far and vote.kind is not VoteKind.FINAL)
        )

    def _on_vote(self, peer: bytes, signed: SignedVote) -> None:
        term = self._term
        if term.ballots.knows(signed) or term.is_accused(signed):
            return
        if not self._verifier.holds(signed, term.epoch.validators):
            self._emit(Distrust(peer))
        elif signed.validator != self._me:
            if peer == signed.validator:
                term.ballots.first_hand(signed)
            term.count(signed)
        elif signed.vote.slot > term.head.slot and not term.own.remembers(signed):
            self._forgot = True
            term.may_vote = False
            self._emit(ForgottenVote(signed))

    def _on_proposal(self, peer: bytes, proposal: Proposal) -> None:
        signed, term = proposal.vote, self._term
        vote = signed.vote
        self._on_vote(peer, signed)
        if vote.slot <= term.head.slot or vote.block in term.candidates:
            return
        candidate = self._reader.read(proposal.content)
        if candidate is None or (candidate.block, candidate.slot) != (vote.block, vote.slot):
            self._emit(Distrust(peer))
        elif term.ballots.knows(signed) and self._is_entitled(signed, candidate):
            term.candidates.add(candidate)

    def _is_entitled(self, signed: SignedVote, candidate: Candidate) -> bool:
        return (
            signed.vote.kind is VoteKind.NOTAR
            and candidate.epoch == self._term.epoch.number
            and candidate.proposer == signed.validator
            and self._term.leader(candidate.slot) in (None, signed.validator)
        )

    def _on_certificate(self, peer: bytes, certificate: Certificate) -> None:
        vote, term = certificate.vote, self._term
        if vote in term.ballots.certificates or vote.slot < term.head.slot:
            return
        if not self._holds(certificate):
            self._emit(Distrust(peer))
            return
        for device, signature in certificate.signatures:
            term.count(SignedVote(vote, device, signature))
        if vote.slot > term.head.slot:
            if vote not in term.ballots.certificates:
                term.accept(certificate)
        elif vote.kind is VoteKind.FINAL and vote.block != term.head.block:
            self._emit(Conflict(certificate))

    def _holds(self, certificate: Certificate) -> bool:
        signers = [device for device, _ in certificate.signatures]
        votes = [SignedVote(certificate.vote, *entry) for entry in certificate.signatures]
        ballots, validators = self._term.ballots, self._term.epoch.validators
        return (
            len(set(signers)) == len(signers)
            and ballots.is_quorum(signers)
            and all(ballots.knows(vote) or self._verifier.holds(vote, validators) for vote in votes)
        )

    def _on_request(self, peer: bytes, block: bytes) -> None:
        candidate = self._term.candidates.get(block)
        if candidate is not None:
            self._emit(Send(peer, BlockReply(candidate.content)))
        else:
            self._emit(ServeBlock(peer, block))

    def _on_reply(self, peer: bytes, content: bytes) -> None:
        candidate = self._reader.read(content)
        if candidate is None:
            self._emit(Distrust(peer))
            return
        certificate = self._term.missing().get(candidate.block)
        if certificate is not None and candidate.slot > self._term.head.slot:
            self._term.candidates.add(candidate)
        elif certificate is not None:
            self._emit(Conflict(certificate))

    def _on_standing(self, peer: bytes, theirs: Standing) -> None:
        mine = self._standing()
        if theirs.epoch > mine.epoch:
            self._catch_up(peer)
        elif theirs.epoch < mine.epoch or theirs.final < mine.final or theirs.open < mine.open:
            self._emit(*(Send(peer, kept) for kept in self._term.standing_certificates()))

    # --- building ----------------------------------------------------------------------------

    def _on_built(self, built: BlockBuilt) -> None:
        if not self._proposing.answers(built):
            return
        self._proposing.decline(self._term.place())
        candidate = self._reader.read(built.content) if built.content is not None else None
        if candidate is not None:
            self._term.candidates.add(candidate)
            self._term.candidates.judge(
                candidate.block, Verdict.VALID, closes_epoch=built.closes_epoch
            )

    # --- asking others, and waiting ----------------------------------------------------------

    def _settle(self) -> list[Effect]:
        self._term.settle()
        if not self._term.closed:
            self._fetch()
        self._wait()
        effects, self._term.effects = self._term.effects, []
        return effects

    def _fetch(self) -> None:
        target, head = self._term.target, self._term.head
        if target is not None and target.vote.slot - head.slot > AHEAD_SLOTS:
            self._catch_up(next(d for d, _ in target.signatures if d != self._me))
        else:
            self._emit(*self._fetching.request(self._term.missing()))

    def _catch_up(self, peer: bytes) -> None:
        if not self._catching_up:
            self._catching_up = True
            self._emit(CatchUp(peer))

    def _wait(self) -> None:
        """Ask for a block and run timers, as far as there is anything to order."""
        term, pending = self._term, self._pending > 0
        place, slot = term.place(), term.slots.open
        self._emit(*self._proposing.consider(place, pending=pending))
        busy = pending or term.is_unsettled() or self._catching_up
        self._keep(
            Timer.EMPTY,
            self._timing.empty_ms(slot - term.head.slot),
            place,
            runs=self._proposing.waits(place, pending=pending),
        )
        self._keep(
            Timer.STANDSTILL, self._timing.standstill_ms, term.head, runs=busy and not term.closed
        )
        may_skip = term.may_skip() and (pending or term.is_open_slot_touched())
        patience_ms = self._patience_ms(slot) if may_skip else 0
        self._keep(Timer.SKIP, patience_ms, slot, runs=may_skip)

    def _keep(self, timer: Timer, delay_ms: int, purpose: Hashable, *, runs: bool) -> None:
        if runs:
            self._emit(*self._alarms.keep(timer, purpose, delay_ms))
        else:
            self._emit(*self._alarms.stop(timer))

    def _patience_ms(self, slot: int) -> int:
        leader = self._term.leader(slot)
        if leader not in (None, self._me) and self._term.seen(leader) < slot - UNSEEN_SLOTS:
            return 0
        return self._timing.skip_ms(slot - self._term.head.slot)

    def _on_timer(self, timer: Timer) -> None:
        self._alarms.fired(timer)
        if timer is Timer.SKIP:
            self._term.skip()
        elif timer is Timer.EMPTY:
            self._proposing.waited(self._term.place())
        else:
            self._fetching.retry()
            self._catching_up = False
            self._remind(Broadcast)

    def _remind(self, address: Callable[[Message], Effect]) -> None:
        """Tell where this workstation stands, what it knows, and its own votes again."""
        own = [self._spoken(entry) for entry in self._term.own.stored()]
        known: list[Message] = [self._standing(), *self._term.standing_certificates(), *own]
        self._emit(*map(address, known))

    def _standing(self) -> Standing:
        term = self._term
        return Standing(term.epoch.number, term.head.slot, term.slots.open)

    def _spoken(self, entry: StoreVote) -> Message:
        """Give a vote as it is sent: the proposer's own vote carries its block."""
        candidate = entry.candidate
        if candidate is not None and candidate.proposer == self._me:
            return Proposal(entry.signed, candidate.content)
        return entry.signed
