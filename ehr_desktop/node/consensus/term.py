"""One epoch's agreement: what was seen, and the votes that follow from it."""

from typing import Final

from ehr_desktop.node.consensus.ballots import Ballots
from ehr_desktop.node.consensus.candidates import Candidates, Verdict
from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CheckCandidate,
    Conflict,
    Effect,
    Evidence,
    Finalize,
    StoreVote,
)
from ehr_desktop.node.consensus.messages import Candidate, Epoch, Head
from ehr_desktop.node.consensus.own_votes import OwnVotes
from ehr_desktop.node.consensus.port import Agreement, Signer
from ehr_desktop.node.consensus.proposers import Proposers
from ehr_desktop.node.consensus.proposing import Place
from ehr_desktop.node.consensus.slots import Slots
from ehr_desktop.node.ledger.vote import NO_BLOCK, Certificate, SignedVote, Vote, VoteKind

EVIDENCE_SLOTS: Final = 32
"""Votes are kept for so many slots behind the head, to recognise a late contradiction."""


class Term:
    """The state of one epoch and the rules of voting in it.

    Whoever drives it has verified every signature. Effects gather in `effects`, in order.
    """

    def __init__(
        self,
        *,
        network: bytes,
        me: bytes,
        signer: Signer,
        proposers: Proposers,
        epoch: Epoch,
        head: Head,
        certificate: Certificate | None,
        may_vote: bool,
    ) -> None:
        self.epoch = epoch
        self.head_certificate = certificate
        self.slots = Slots(head)
        self.candidates = Candidates(head)
        self.ballots = Ballots(epoch.validators)
        self.own = OwnVotes()
        self.target: Certificate | None = None
        self.closed = False
        self.may_vote = may_vote and epoch.validators.find(me) is not None
        self.effects: list[Effect] = []
        self._network = network
        self._me = me
        self._signer = signer
        self._proposers = proposers
        self._accused: set[tuple[bytes, int]] = set()
        self._seen = {member.device: head.slot for member in epoch.validators.members}

    @property
    def head(self) -> Head:
        """The newest final block."""
        return self.slots.head

    # --- what comes in -----------------------------------------------------------------------

    def recall(self, entry: StoreVote) -> None:
        """Take back a vote of this workstation that was on the disk, and what came with it."""
        vote = entry.signed.vote
        if vote.epoch != self.epoch.number or vote.slot <= self.head.slot:
            return
        self.own.decide(entry)
        if entry.candidate is not None:
            self.candidates.add(entry.candidate)
        if entry.certificate is not None:
            self.accept(entry.certificate)
        self.confirm(vote)

    def confirm(self, vote: Vote) -> StoreVote | None:
        """Count an own vote that is on the disk now; None if it no longer matters."""
        entry = self.own.confirm(vote) if vote.epoch == self.epoch.number else None
        if entry is not None:
            self.count(entry.signed)
        return entry

    def count(self, signed: SignedVote) -> None:
        """Count a vote, tell evidence if it contradicts an earlier one, and see what it decides."""
        vote = signed.vote
        self._seen[signed.validator] = max(vote.slot, self._seen.get(signed.validator, vote.slot))
        earlier = self.ballots.add(signed)
        if earlier is not None and not self.is_accused(signed):
            self._accused.add((signed.validator, vote.slot))
            self.effects.append(Evidence(earlier, signed))
        self.effects += [Broadcast(shared) for shared in self.ballots.to_share(vote.slot)]
        if vote.slot > self.head.slot:
            certificate = self.ballots.certify(vote)
            if certificate is not None:
                self.accept(certificate)

    def accept(self, certificate: Certificate) -> None:
        """Take in what a quorum decided, and pass it on."""
        vote = certificate.vote
        self.ballots.certificates[vote] = certificate
        self.effects.append(Broadcast(certificate))
        if vote.kind is VoteKind.SKIP:
            self.slots.skipped.add(vote.slot)
        elif vote.kind is VoteKind.NOTAR:
            self.slots.notarized.setdefault(vote.slot, vote.block)
        else:
            self.slots.notarized[vote.slot] = vote.block
            if self.target is None or vote.slot > self.target.vote.slot:
                self.target = certificate

    def may_skip(self) -> bool:
        """Tell whether this workstation may still give up on the open slot."""
        return not self.closed and self.may_vote and self.own.may_skip(self.slots.open)

    def skip(self) -> None:
        """Give up on the open slot, if that is still allowed."""
        if self.may_skip():
            self._cast(VoteKind.SKIP, self.slots.open, NO_BLOCK)

    def advance(self, head: Head, certificate: Certificate) -> None:
        """Take a new final head and drop what lies behind it."""
        self.head_certificate = certificate
        self.slots.advance(head)
        self.candidates.advance(head)
        self.own.forget(head.slot)
        floor = head.slot - EVIDENCE_SLOTS
        self.ballots.forget(votes_before=floor + 1, certificates_before=head.slot)
        self._accused = {entry for entry in self._accused if entry[1] > floor}
        if self.target is not None and self.target.vote.slot <= head.slot:
            self.target = None

    # --- what follows from it ----------------------------------------------------------------

    def settle(self) -> None:
        """Do everything that has become possible."""
        self._finalize()
        if self.closed:
            return
        self._ask_for_checks()
        if self.may_vote:
            self._notarize()
            self._make_final()

    def _finalize(self) -> None:
        if self.target is None or self.closed:
            return
        path = self.candidates.path(self.target.vote.block)
        verdicts = {self.candidates.verdict(candidate.block) for candidate in path.blocks}
        if path.missing is None and verdicts <= {Verdict.VALID}:
            self._make_head(path.blocks, self.target)
        elif Verdict.INVALID in verdicts:
            self.effects.append(Conflict(self.target))
            self.target = None

    def _make_head(self, blocks: tuple[Candidate, ...], certificate: Certificate) -> None:
        ends = [n for n, block in enumerate(blocks, 1) if self.candidates.closes(block.block)]
        self.closed = bool(ends)
        length = ends[0] if ends else len(blocks)
        chain, tail = blocks[:length], blocks[length:]
        self.effects.append(Finalize(chain, certificate, tail, closes_epoch=self.closed))
        self.advance(Head(chain[-1].slot, chain[-1].block), certificate)

    def _ask_for_checks(self) -> None:
        for candidate in self.candidates:
            if (
                self.candidates.verdict(candidate.block) is Verdict.UNCHECKED
                and self.candidates.verdict(candidate.parent) is Verdict.VALID
            ):
                self.candidates.judge(candidate.block, Verdict.ASKED)
                self.effects.append(CheckCandidate(candidate))

    def _notarize(self) -> None:
        for candidate in self.candidates:
            if self._may_notarize(candidate):
                self._cast(VoteKind.NOTAR, candidate.slot, candidate.block, candidate=candidate)

    def _may_notarize(self, candidate: Candidate) -> bool:
        return (
            self.own.may_notarize(candidate.slot)
            and self.candidates.verdict(candidate.block) is Verdict.VALID
            and self.slots.extends(candidate)
            and (candidate.empty or not self.candidates.is_after_close(candidate.parent))
        )

    def _make_final(self) -> None:
        for certificate in self.ballots.certificates_from(self.head.slot + 1):
            vote = certificate.vote
            if vote.kind is VoteKind.NOTAR and self.own.may_finalize(vote.slot, vote.block):
                self._cast(VoteKind.FINAL, vote.slot, vote.block, certificate=certificate)

    def _cast(
        self,
        kind: VoteKind,
        slot: int,
        block: bytes,
        *,
        candidate: Candidate | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        vote = Vote(self._network, self.epoch.number, kind, slot, block)
        entry = StoreVote(self._signer.sign(vote), candidate, certificate)
        self.own.decide(entry)
        self.effects.append(entry)

    # --- what others want to know ------------------------------------------------------------

    def is_accused(self, signed: SignedVote) -> bool:
        """Tell whether evidence against this validator was found in this slot."""
        return (signed.validator, signed.vote.slot) in self._accused

    def leader(self, slot: int) -> bytes | None:
        """Give the device that may propose in `slot`; None if any validator may."""
        return self._proposers.leader(self.epoch, slot)

    def seen(self, device: bytes) -> int:
        """Give the latest slot in which a validator voted."""
        return self._seen.get(device, self.head.slot)

    def has_unfinal(self) -> bool:
        """Tell whether transactions stand in blocks that are notarized and not final, as far as
        can be told: empty blocks need not become final for their own sake.
        """
        path = self.candidates.path(self.slots.parent().block)
        return path.missing is not None or not all(block.empty for block in path.blocks)

    def is_unsettled(self) -> bool:
        """Tell whether votes, blocks or certificates above the head await something."""
        return (
            self.target is not None
            or self.has_unfinal()
            or self.ballots.has_any_from(self.slots.open)
        )

    def is_open_slot_touched(self) -> bool:
        """Tell whether anything was seen that the open slot has to decide."""
        slot = self.slots.open
        return self.has_unfinal() or self.ballots.has_any_at(slot) or bool(self.candidates.at(slot))

    def place(self) -> Place | None:
        """Give where this workstation may propose a block now."""
        slot, parent = self.slots.open, self.slots.parent()
        if (
            self.closed
            or not self.may_vote
            or self.leader(slot) not in (None, self._me)
            or not self.own.may_notarize(slot)
            or self.candidates.verdict(parent.block) is not Verdict.VALID
        ):
            return None
        return Place(
            epoch=self.epoch.number,
            slot=slot,
            parent=parent.block,
            awaited=self.has_unfinal(),
            only_empty=self.candidates.is_after_close(parent.block),
        )

    def missing(self) -> dict[bytes, Certificate]:
        """Give the blocks that must exist and are not here, each with what vouches for it."""
        missing = {}
        for certificate in self.ballots.certificates_from(self.head.slot + 1):
            if certificate.vote.kind is not VoteKind.SKIP:
                block = self.candidates.path(certificate.vote.block).missing
                if block is not None:
                    missing[block] = certificate
        return missing

    def standing_certificates(self) -> list[Certificate]:
        """Give what a workstation that is behind needs: the head's certificate and all above."""
        head = [self.head_certificate] if self.head_certificate else []
        return head + self.ballots.certificates_from(self.head.slot + 1)

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
        slot = self.slots.open
        voters: dict[VoteKind, list[bytes]] = {kind: [] for kind in VoteKind}
        for signed in self.ballots.at(slot):
            voters[signed.vote.kind].append(signed.validator)
        candidates = self.candidates.at(slot)
        return Agreement(
            epoch=self.epoch.number,
            slot=slot,
            head=self.head,
            leader=self.leader(slot),
            block=candidates[0].block if candidates else None,
            notar=tuple(voters[VoteKind.NOTAR]),
            skip=tuple(voters[VoteKind.SKIP]),
            final=tuple(voters[VoteKind.FINAL]),
        )
