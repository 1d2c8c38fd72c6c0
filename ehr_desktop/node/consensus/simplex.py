"""Simplex: how a quorum of workstations agrees on blocks.

Our implementation of a published protocol (Chan and Pass, 2023), by the rules written out in
"Simplex Consensus in TON", section 1.4 and rules 1 to 8, with window 1. In every slot a quorum
either notarizes a block or skips; a notarized block is final once a quorum says so. Beyond the
published rules: nothing is sent before it is stored, leaders nobody hears of are not waited for,
and nothing runs while there is nothing to order.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final

from ehr_desktop.node.consensus.admission import AHEAD_SLOTS, Admission
from ehr_desktop.node.consensus.candidates import Verdict
from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CatchUp,
    Conflict,
    Distrust,
    Effect,
    ForgottenVote,
    Send,
    ServeBlock,
    StoreVote,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    Event,
    HeadAdvanced,
    MessageReceived,
    PeerConnected,
    Timer,
    TimerFired,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.fetching import Fetching
from ehr_desktop.node.consensus.messages import (
    BEFORE_FIRST_SLOT,
    BlockReply,
    BlockRequest,
    Epoch,
    Head,
    Message,
    Proposal,
    Standing,
)
from ehr_desktop.node.consensus.pacing import Pacing
from ehr_desktop.node.consensus.port import Agreement, BlockReader, Signer, Verifier
from ehr_desktop.node.consensus.proposers import Proposers
from ehr_desktop.node.consensus.term import Term
from ehr_desktop.node.consensus.timing import Timing
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote, VoteKind

FAR_VOTES: Final = 256
"""So many votes of one validator for slots far ahead are kept."""
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
        self._admission = Admission(network, verifier)
        self._me = me
        self._signer = signer
        self._reader = reader
        self._proposers = proposers
        self._pacing = Pacing(me, timing)
        self._pending = 0
        self._forgot = False
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
        self._emit(*self._pacing.begin())
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
                if self._admission.is_known(message, self._term):
                    return []
                self._on_message(peer, message)
            case PeerConnected(peer):
                self._remind(lambda message: Send(peer, message))
            case TimerFired(timer):
                self._on_timer(timer)
            case _:
                self._on_answer(event)
        return self._settle()

    def _on_answer(
        self,
        event: TransactionsPending | BlockBuilt | CandidateChecked | VoteStored | HeadAdvanced,
    ) -> None:
        match event:
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
                self._pacing.proposing.reconsider()
            case HeadAdvanced(head, certificate):
                if head.slot > self._term.head.slot:
                    self._catching_up = False
                    self._far.clear()
                    self._term.advance(head, certificate)

    def stop_voting(self) -> list[Effect]:
        """Cast no vote any more: this device has forgotten what it voted."""
        self._forgot = True
        self._term.may_vote = False
        return self._settle()

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
        return self._term.agreement()

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
        self._catching_up = False
        self._far: Counter[bytes] = Counter()

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

    def _is_timely(self, peer: bytes, vote: Vote, message: Message) -> bool:
        """Tell whether to look at a vote now; keep it if it is for the next epoch."""
        if self._admission.is_next_epoch(vote, self._term):
            self._early.append(MessageReceived(peer, message))
        if vote.epoch > self._term.epoch.number and isinstance(message, Certificate):
            self._catch_up(peer)
        return self._admission.is_timely(vote, self._term)

    def _on_vote(self, peer: bytes, signed: SignedVote) -> None:
        term = self._term
        if term.ballots.knows(signed) or term.is_accused(signed) or self._is_too_far(signed):
            return
        if not self._admission.vote_holds(signed, term):
            self._emit(Distrust(peer))
        elif signed.validator != self._me:
            if peer == signed.validator:
                term.ballots.first_hand(signed)
            term.count(signed)
        elif signed.vote.slot > term.head.slot and not term.own.remembers(signed):
            self._forgot = True
            term.may_vote = False
            self._emit(ForgottenVote(signed))

    def _is_too_far(self, signed: SignedVote) -> bool:
        """Tell whether a validator has spoken of far slots often enough: what a quorum says of them
        is looked at in any case, and nobody may fill the memory with single votes.
        """
        if signed.vote.slot - self._term.head.slot <= AHEAD_SLOTS:
            return False
        self._far[signed.validator] += 1
        return self._far[signed.validator] > FAR_VOTES

    def _on_proposal(self, peer: bytes, proposal: Proposal) -> None:
        signed, term = proposal.vote, self._term
        vote = signed.vote
        self._on_vote(peer, signed)
        if vote.slot <= term.head.slot or vote.block in term.candidates:
            return
        candidate = self._reader.read(proposal.content)
        if candidate is None or (candidate.block, candidate.slot) != (vote.block, vote.slot):
            self._emit(Distrust(peer))
        elif term.ballots.knows(signed) and self._admission.is_entitled(signed, candidate, term):
            term.candidates.add(candidate)

    def _on_certificate(self, peer: bytes, certificate: Certificate) -> None:
        vote, term = certificate.vote, self._term
        if vote in term.ballots.certificates or vote.slot < term.head.slot:
            return
        if not self._admission.certificate_holds(certificate, term):
            self._emit(Distrust(peer))
            return
        for device, signature in certificate.signatures:
            term.count(SignedVote(vote, device, signature))
        if vote.slot > term.head.slot:
            if vote not in term.ballots.certificates:
                term.accept(certificate)
        elif vote.kind is VoteKind.FINAL and vote.block != term.head.block:
            self._emit(Conflict(certificate))

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
        if not self._pacing.proposing.answers(built):
            return
        self._pacing.proposing.decline(self._term.place())
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
        self._emit(
            *self._pacing.consider(
                self._term, pending=self._pending > 0, catching_up=self._catching_up
            )
        )
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

    def _on_timer(self, timer: Timer) -> None:
        self._pacing.fired(timer, self._term)
        if timer is Timer.SKIP:
            self._term.skip()
        elif timer is Timer.STANDSTILL:
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
