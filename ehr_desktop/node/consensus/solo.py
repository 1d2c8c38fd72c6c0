"""A quorum of one: the only validator votes for its own block, and its vote is the certificate."""

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote, VoteKind, sign_vote


def final_vote(header: Header, key: SigningKey) -> SignedVote:
    """Vote for a block as final. Store the vote before anybody relies on it."""
    vote = Vote(
        network=header.network,
        epoch=header.epoch,
        kind=VoteKind.FINAL,
        slot=header.slot,
        block=header.id,
    )
    return sign_vote(vote, key)


def certificate_of(vote: SignedVote) -> Certificate:
    """Give the certificate that a single validator's vote amounts to."""
    return Certificate.of(vote.vote, {vote.validator: vote.signature})
