"""The ordering port: what the node tells an ordering engine, and what the engine tells it to do.

An engine is a pure state machine. It has no clock, socket, disk or randomness: events go in,
effects come out and are carried out in their order. One thread at a time drives it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote

BEFORE_FIRST_SLOT: Final = -1
"""The slot of the block an epoch starts on."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block somebody proposes. `block` is its id, which commits to everything else here."""

    epoch: int
    slot: int
    parent: bytes
    block: bytes
    proposer: bytes
    empty: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Epoch:
    """A validator set's term: its number, its members, and the final block it starts on."""

    number: int
    validators: ValidatorSet
    base: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest final block. Its slot is `BEFORE_FIRST_SLOT` while it is its epoch's base."""

    slot: int
    block: bytes


# --- messages between workstations ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """A block and its proposer's own vote to notarize it, which is also the claim to it."""

    vote: SignedVote
    content: bytes


@dataclass(frozen=True, slots=True)
class BlockRequest:
    """Asks for a block by its id."""

    block: bytes


@dataclass(frozen=True, slots=True)
class BlockReply:
    """A block somebody asked for."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the sender has come: its final slot and its open slot.

    Whoever has come further answers with certificates.
    """

    epoch: int
    final: int
    open: int


Message = Proposal | SignedVote | Certificate | BlockRequest | BlockReply | Standing


# --- events --------------------------------------------------------------------------------


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


# --- effects -------------------------------------------------------------------------------


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
    ledger; the next epoch starts on the last of `chain`.
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


# --- what an engine is given, and what it offers -------------------------------------------


class Signer(Protocol):
    """This device's voting key."""

    def sign(self, vote: Vote) -> SignedVote:
        """Sign a vote."""


class Verifier(Protocol):
    """Checks other devices' votes."""

    def holds(self, signed: SignedVote, validators: ValidatorSet) -> bool:
        """Tell whether a member of `validators` that may vote signed this."""


class BlockReader(Protocol):
    """Knows the form of a block."""

    def read(self, content: bytes) -> Candidate | None:
        """Give what a block says of itself, with the id computed anew; None if it has no form."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The slot being agreed, for the consensus screen: who voted what, by device id.

    `leader` is None where anyone may propose; `block` is None until a candidate is known.
    """

    epoch: int
    slot: int
    head: Head
    leader: bytes | None
    block: bytes | None
    notar: tuple[bytes, ...]
    skip: tuple[bytes, ...]
    final: tuple[bytes, ...]


class Orderer(Protocol):
    """One ordering engine."""

    def start_epoch(self, epoch: Epoch, certificate: Certificate | None) -> list[Effect]:
        """Begin `epoch` with nothing decided; `certificate` is what made its base final."""

    def restore(
        self,
        epoch: Epoch,
        head: Head,
        certificate: Certificate | None,
        stored: Sequence[StoreVote],
    ) -> list[Effect]:
        """Go on after a restart from what is on the disk."""

    def handle(self, event: Event) -> list[Effect]:
        """Take in one event."""

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
