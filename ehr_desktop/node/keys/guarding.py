"""Secrets that the workstations guard together: each holds a share, sealed to its own key.

Two such secrets there are: the key of a card's PIN, with whose shares they answer, and what opens a
category key in an emergency, whose shares they release.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableSharesError
from ehr_desktop.node.crypto.sharing import Share, split
from ehr_desktop.node.keys.boxes import open_key, seal_key
from ehr_desktop.node.ledger.validators import quorum_of
from ehr_desktop.node.store.secrets import KeyBox

PIN_PURPOSE = "pin"
_LABEL = "ehr/share-box/v1"


class Guard(NamedTuple):
    """A workstation that gets a share: its device id (16 bytes), the share's place from 1 on, and
    its box key (1,216 bytes).
    """

    device: bytes
    place: int
    public: bytes


def threshold_of(count: int) -> int:
    """Give how many of `count` workstations have to agree: as many as decide in the ledger."""
    return quorum_of(count)


def deal_guards(
    patient: bytes, generation: int, oprf_key: bytes, guards: Sequence[Guard], threshold: int
) -> tuple[KeyBox, ...]:
    """Share out the key of a card's PIN (`sharing.random_scalar`) to workstations, in their order;
    `generation` is that of the card.

    Raises:
        UnusableSharesError: the places are not 1 to their number, or the threshold is above it.
    """
    return deal(oprf_key, guards, threshold, patient, PIN_PURPOSE, generation)


def open_guard_share(box: KeyBox, device: BoxKey) -> bytes:
    """Give a workstation's share of the key of a card's PIN.

    Raises:
        OpenFailedError: it was sealed to another key, for something else, or changed.
    """
    if box.purpose != PIN_PURPOSE:
        raise OpenFailedError
    return open_share(box, device)[1]


def deal(
    secret: bytes,
    guards: Sequence[Guard],
    threshold: int,
    patient: bytes,
    purpose: str,
    epoch: int,
) -> tuple[KeyBox, ...]:
    """Share out a secret scalar: a box for each of `guards`, in their order; its generation is the
    share's place.

    Raises:
        UnusableSharesError: the places are not 1 to their number, or the threshold is above it.
    """
    shares = split(secret, threshold, len(guards))
    if sorted(guard.place for guard in guards) != [place for place, _scalar in shares]:
        raise UnusableSharesError
    return tuple(
        seal_share(shares[guard.place - 1], guard.public, patient, purpose, epoch, guard.device)
        for guard in guards
    )


def seal_share(
    share: Share, public: bytes, patient: bytes, purpose: str, epoch: int, recipient: bytes
) -> KeyBox:
    """Seal one share; its place is sealed with it."""
    place, scalar = share
    return seal_key(
        bytes([place]) + scalar, public, _LABEL,
        subject=patient, purpose=purpose, epoch=epoch, recipient=recipient, generation=place,
    )  # fmt: skip


def open_share(box: KeyBox, key: BoxKey) -> Share:
    """Open a share.

    Raises:
        OpenFailedError: it was sealed to another key, for something or for a place else, or
            changed.
    """
    opened = open_key(box, key, _LABEL)
    if opened[0] != box.generation:
        raise OpenFailedError
    return box.generation, opened[1:]
