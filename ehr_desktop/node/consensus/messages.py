"""What workstations send each other to agree, and the values it is about."""

from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote

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
