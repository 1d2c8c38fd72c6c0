"""What an ordering engine tells the node to do, to be carried out in order."""

from dataclasses import dataclass

from ehr_desktop.node.consensus.events import Timer
from ehr_desktop.node.consensus.messages import Candidate, Message
from ehr_desktop.node.ledger.vote import Certificate, SignedVote


@dataclass(frozen=True, slots=True)
class Propose:
    """Build a block for `slot` on `parent` and answer with `BlockBuilt`.

    With `empty` the block must hold no transaction: it only serves to make its ancestors final.
    A newer `Propose` replaces an unanswered one.
    """

    epoch: int
    slot: int
    parent: bytes
    empty: bool


@dataclass(frozen=True, slots=True)
class WithdrawProposal:
    """The block asked for is no longer wanted: stop building or mining it."""

    slot: int


@dataclass(frozen=True, slots=True)
class CheckCandidate:
    """Check a block on its parent's state and answer with `CandidateChecked`.

    Its parent is the final head or was checked valid before.
    """

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class StoreVote:
    """Make a vote durable, then answer with `VoteStored`; it has not been sent to anybody yet.

    What comes with it belongs in the same database transaction: the block a notar vote is for,
    the notarization a final vote rests on. Both are needed after a restart; they and the vote
    may be deleted once a block of this slot or a later one is final.
    """

    signed: SignedVote
    candidate: Candidate | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to one peer."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send a message to every peer there is a link to."""

    message: Message


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Start a timer, or start it anew, measured on a clock that never goes back."""

    timer: Timer
    delay_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Stop a timer."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Finalize:
    """These blocks are final, oldest first; all of them were checked valid before.

    They, the new head and `certificate` belong in one database transaction. The certificate is
    for the last of `chain`, or for the last of `tail`: with `closes_epoch`, `tail` holds the
    empty blocks after the one that ends the epoch. They prove it final and are no part of the
    ledger; the next epoch starts on the last of `chain`, and that it does belongs in the same
    database transaction too.
    """

    chain: tuple[Candidate, ...]
    certificate: Certificate
    tail: tuple[Candidate, ...] = ()
    closes_epoch: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two votes by one validator that no honest one casts together."""

    first: SignedVote
    second: SignedVote


@dataclass(frozen=True, slots=True)
class ForgottenVote:
    """A vote of this device that it does not remember: its disk was restored or cloned.

    The engine casts no more votes; a new device key must be enrolled.
    """

    signed: SignedVote


@dataclass(frozen=True, slots=True)
class Conflict:
    """A quorum made final what cannot be reconciled with what is final or valid here."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class ServeBlock:
    """Send a `BlockReply` to `peer` if the block is in the store."""

    peer: bytes
    block: bytes


@dataclass(frozen=True, slots=True)
class CatchUp:
    """This node is far behind `peer`: fetch final blocks from it, then tell `HeadAdvanced`, or
    start the epoch the peer is in.
    """

    peer: bytes


@dataclass(frozen=True, slots=True)
class Distrust:
    """A peer sent what no working node sends: a signature that does not hold, an unreadable
    block.
    """

    peer: bytes


Effect = (
    Propose
    | WithdrawProposal
    | CheckCandidate
    | StoreVote
    | Send
    | Broadcast
    | SetTimer
    | CancelTimer
    | Finalize
    | Evidence
    | ForgottenVote
    | Conflict
    | ServeBlock
    | CatchUp
    | Distrust
)
