"""The ordering port: one small interface, several engines.

An engine is a pure state machine. It has no clock, socket, disk or randomness: events go in,
effects come out and are carried out in their order. One thread at a time drives it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ehr_desktop.node.consensus.effects import Effect, StoreVote
from ehr_desktop.node.consensus.events import Event
from ehr_desktop.node.consensus.messages import Candidate, Epoch, Head
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, SignedVote, Vote


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

    def stop_voting(self) -> list[Effect]:
        """Cast no vote any more: this device has forgotten what it voted."""

    def agreement(self) -> Agreement:
        """Tell how far the open slot has come."""
