"""Which messages are let in: timely, signed, and by whoever may say such a thing."""

from typing import Final

from ehr_desktop.node.consensus.messages import Candidate, Message
from ehr_desktop.node.consensus.port import Verifier
from ehr_desktop.node.consensus.term import EVIDENCE_SLOTS, Term
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote, VoteKind

AHEAD_SLOTS: Final = 64
"""Votes and blocks further ahead are not kept; a node further behind catches up as a whole."""


class Admission:
    """Checks on what peers send; a peer may send anything."""

    def __init__(self, network: bytes, verifier: Verifier) -> None:
        self._network = network
        self._verifier = verifier

    def is_known(self, message: Message, term: Term) -> bool:
        """Tell whether a message says nothing new; most do, since everybody passes things on."""
        match message:
            case SignedVote():
                return term.ballots.knows(message)
            case Certificate(vote):
                return vote in term.ballots.certificates
        return False

    def is_next_epoch(self, vote: Vote, term: Term) -> bool:
        """Tell whether a vote is for the epoch after this one."""
        return vote.network == self._network and vote.epoch == term.epoch.number + 1

    def is_timely(self, vote: Vote, term: Term) -> bool:
        """Tell whether a vote belongs to this epoch and lies near enough to be of use."""
        distance = vote.slot - term.head.slot
        return (
            vote.network == self._network
            and vote.epoch == term.epoch.number
            and not term.closed
            and distance > -EVIDENCE_SLOTS
            and (distance <= AHEAD_SLOTS or vote.kind is VoteKind.FINAL)
        )

    def is_entitled(self, signed: SignedVote, candidate: Candidate, term: Term) -> bool:
        """Tell whether the signer of a proposal made the block and may propose in its slot."""
        return (
            signed.vote.kind is VoteKind.NOTAR
            and candidate.epoch == term.epoch.number
            and candidate.proposer == signed.validator
            and term.leader(candidate.slot) in (None, signed.validator)
        )

    def vote_holds(self, signed: SignedVote, term: Term) -> bool:
        """Tell whether a validator of this epoch signed this."""
        return self._verifier.holds(signed, term.epoch.validators)

    def certificate_holds(self, certificate: Certificate, term: Term) -> bool:
        """Tell whether a quorum signed, each validator once; known votes are not checked again."""
        signers = [device for device, _ in certificate.signatures]
        votes = [SignedVote(certificate.vote, *entry) for entry in certificate.signatures]
        return (
            len(set(signers)) == len(signers)
            and term.ballots.is_quorum(signers)
            and all(term.ballots.knows(vote) or self.vote_holds(vote, term) for vote in votes)
        )
