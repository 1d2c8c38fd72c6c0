"""What the node tells an ordering engine."""

from dataclasses import dataclass
from enum import StrEnum

from ehr_desktop.node.consensus.messages import Head, Message
from ehr_desktop.node.ledger.vote import Certificate, Vote


class Timer(StrEnum):
    """The timers an engine may set; each has at most one running."""

    SKIP = "skip"
    STANDSTILL = "standstill"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class TransactionsPending:
    """So many transactions are stored here and not final; sent whenever the number changes."""

    count: int


@dataclass(frozen=True, slots=True)
class BlockBuilt:
    """The answer to `Propose`: a valid block, or None where there is nothing to put into one.

    `closes_epoch` tells that the block changes the validator set.
    """

    slot: int
    parent: bytes
    content: bytes | None
    closes_epoch: bool = False


@dataclass(frozen=True, slots=True)
class CandidateChecked:
    """The answer to `CheckCandidate`."""

    block: bytes
    valid: bool
    closes_epoch: bool = False


@dataclass(frozen=True, slots=True)
class VoteStored:
    """What `StoreVote` asked for is on the disk and survives a loss of power."""

    vote: Vote


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A peer (its device id) sent a message over an authenticated link."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class PeerConnected:
    """A link to a peer has come up."""

    peer: bytes


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer ran out. One that was cancelled or set again since must not fire."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class HeadAdvanced:
    """The node caught up by other means: it verified and stored this head with its certificate."""

    head: Head
    certificate: Certificate


Event = (
    TransactionsPending
    | BlockBuilt
    | CandidateChecked
    | VoteStored
    | MessageReceived
    | PeerConnected
    | TimerFired
    | HeadAdvanced
)
