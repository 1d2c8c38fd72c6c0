"""Who may propose a block: three modes over the same votes. Safety never depends on it."""

import hashlib
from typing import Final, Protocol

from ehr_desktop.node.consensus.messages import Epoch

WORK_SENTENCE: Final = (
    "Work decides who proposes; the workstations' signatures decide what is final. "
    "It adds energy use, not security."
)
"""What the consensus screen says beside the work mode."""


class Proposers(Protocol):
    """One way to choose who may propose."""

    def leader(self, epoch: Epoch, slot: int) -> bytes | None:
        """Give the device that may propose in `slot`; None if anyone who shows work may."""


class Authority:
    """Takes turns: slot modulo number of validators that may vote."""

    def leader(self, epoch: Epoch, slot: int) -> bytes | None:
        """Give the device whose turn it is."""
        voters = [member for member in epoch.validators.members if member.weight > 0]
        return voters[slot % len(voters)].device


class Stake:
    """Draws lots by weight from the hash of the epoch's base block and the slot.

    Everybody computes the same draw, and nobody can choose the base: it was made final before
    the epoch began.
    """

    def leader(self, epoch: Epoch, slot: int) -> bytes | None:
        """Give the device that was drawn."""
        seed = b"ehr/lottery/v1" + epoch.base + epoch.number.to_bytes(8) + slot.to_bytes(8)
        ticket = int.from_bytes(hashlib.sha256(seed).digest()) % epoch.validators.total
        for member in epoch.validators.members:
            ticket -= member.weight
            if ticket < 0:
                return member.device
        raise AssertionError("the weights sum to the total")


class Work:
    """Lets any validator propose a block whose header shows work; see `work.py`.

    Whether it does is part of checking the candidate: the target follows from the chain.
    """

    def leader(self, epoch: Epoch, slot: int) -> bytes | None:
        """Give None: nobody is waited for in particular."""
        del epoch, slot
        return None
