"""Category keys that nobody holds and enough workstations give back: for emergencies and rules.

A fresh secret seals the key and is shared out to the workstations. Each releases its share to a
claim, sealed to a key that was made for that claim alone.
"""

from collections.abc import Sequence
from contextlib import suppress

from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableSharesError
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.sharing import Share, choices, combine, random_scalar
from ehr_desktop.node.keys.boxes import addressed
from ehr_desktop.node.keys.guarding import Guard, deal, open_share, seal_share
from ehr_desktop.node.keys.teams import category_key_commitment
from ehr_desktop.node.store.secrets import KeyBox

ESCROW = b"escrow"
"""The recipient of a sealed category key: nobody yet."""

_SHARE = "share:"
_RELEASE = "release:"
_GENERATION = 1
_LABEL = "ehr/escrow/v1"


def share_purpose(category: str) -> str:
    """Give the purpose of a box with a workstation's share for a category."""
    return _SHARE + category


def release_purpose(category: str) -> str:
    """Give the purpose of a box with a share released to a claim."""
    return _RELEASE + category


def deal_escrow(
    category_key: bytes,
    patient: bytes,
    category: str,
    epoch: int,
    guards: Sequence[Guard],
    threshold: int,
) -> tuple[KeyBox, tuple[KeyBox, ...]]:
    """Seal a category key so that any `threshold` of `guards` give it back: the sealed key, and a
    box for each guard, in their order.

    Raises:
        UnusableSharesError: the places are not 1 to their number, or the threshold is above it.
    """
    secret = random_scalar()
    about = patient, category.encode(), str(epoch).encode()
    sealed = seal_blob(_sealing_key(secret, about), category_key, _LABEL, *about)
    return (
        addressed(sealed, patient, category, epoch, ESCROW, _GENERATION),
        deal(secret, guards, threshold, patient, share_purpose(category), epoch),
    )


def release(box: KeyBox, device: BoxKey, claim: bytes, public: bytes) -> KeyBox:
    """Seal a workstation's share for a claim (its id, 16 bytes, and its key).

    Raises:
        OpenFailedError: the box is not this workstation's, no share of a category key, or changed.
        UnusableKeyError: `public` is no public key.
    """
    category = box.purpose.removeprefix(_SHARE)
    if category == box.purpose:
        raise OpenFailedError
    share = open_share(box, device)
    return seal_share(share, public, box.subject, release_purpose(category), box.epoch, claim)


def recover(
    sealed: KeyBox, released: Sequence[KeyBox], claim: BoxKey, threshold: int, commitment: bytes
) -> bytes:
    """Give the category key from released shares; wrong ones among them do no harm as long as
    `threshold` are right. `commitment` is what the ledger says of the key.

    Raises:
        OpenFailedError: they do not give the key, be it that they are too few.
    """
    shares = _opened(sealed, released, claim)
    about = sealed.subject, sealed.purpose.encode(), str(sealed.epoch).encode()
    for chosen in choices(shares, threshold):
        with suppress(OpenFailedError, UnusableSharesError):
            key = _sealing_key(combine(chosen, threshold), about)
            category_key = open_blob(key, sealed.box, _LABEL, *about)
            if category_key_commitment(category_key) == commitment:
                return category_key
    raise OpenFailedError


def _opened(sealed: KeyBox, released: Sequence[KeyBox], claim: BoxKey) -> list[Share]:
    """Open the boxes that belong to a sealed key and open."""
    wanted = sealed.subject, release_purpose(sealed.purpose), sealed.epoch
    shares: list[Share] = []
    for box in released:
        if (box.subject, box.purpose, box.epoch) == wanted:
            with suppress(OpenFailedError):
                shares.append(open_share(box, claim))
    return shares


def _sealing_key(secret: bytes, about: tuple[bytes, bytes, bytes]) -> bytes:
    return derive_key(secret, "ehr/escrow-key/v1", *about)
