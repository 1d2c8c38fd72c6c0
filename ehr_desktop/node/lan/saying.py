"""The agreement's messages as they travel between workstations, and back."""

from ehr_desktop.node.consensus import messages as agreed
from ehr_desktop.node.ledger.vote import Certificate, SignedVote
from ehr_desktop.node.net import messages as net


def to_wire(message: agreed.Message) -> net.Message:
    """Give what is sent for a message of the agreement."""
    match message:
        case agreed.Proposal(vote, content):
            return net.Candidate(vote, content)
        case SignedVote():
            return net.Vote(message)
        case Certificate():
            return net.Certificate(message)
        case agreed.BlockRequest(block):
            return net.GetCandidate(block)
        case agreed.BlockReply(content):
            return net.FoundCandidate(content)
        case agreed.Standing(epoch, final, open_):
            return net.Standing(epoch, final, open_)


def from_wire(message: net.Message) -> agreed.Message | None:
    """Give the message of the agreement that was sent; None if it is for somebody else."""
    found: agreed.Message | None = None
    match message:
        case net.Candidate(vote, block):
            found = agreed.Proposal(vote, block)
        case net.Vote(signed):
            found = signed
        case net.Certificate(certificate):
            found = certificate
        case net.GetCandidate(block):
            found = agreed.BlockRequest(block)
        case net.FoundCandidate(block):
            found = agreed.BlockReply(block)
        case net.Standing(epoch, final, open_):
            found = agreed.Standing(epoch, final, open_)
    return found
