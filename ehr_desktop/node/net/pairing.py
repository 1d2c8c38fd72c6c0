"""Pairing two workstations that do not know each other: what is said, and what six digits prove.

The one that joins commits to its keys and a nonce before it sees the other's, so a man in the
middle has to choose his before he knows what digits they will give: he has one blind guess in a
million a try. Without the commitment he would try nonces until both screens agree.
"""

import hmac
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ehr_desktop.node.crypto.box import BOX_PUBLIC_SIZE, BoxKey, seal_box
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.hashes import digest, frame
from ehr_desktop.node.crypto.sign import (
    PUBLIC_SIZE,
    SIGNATURE_SIZE,
    SigningKey,
    is_usable_public_key,
    verify,
)
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.net.errors import PairingError, PairingFailure

DIGITS: Final = 6
NONCE_SIZE: Final = 32
MAX_NAME: Final = 100
MAX_PAYLOAD: Final = 900 * 1024
_VERSION: Final = 1
_CONFIRM_LABEL: Final = "ehr/pair-confirm/v1"
_PARCEL_LABEL: Final = "ehr/pair-parcel/v1"
_BOX_LABEL: Final = "ehr/pair-box/v1"


class Side(StrEnum):
    """Who somebody is in a pairing."""

    JOINING = "joining"
    INSIDE = "inside"

    @property
    def other(self) -> "Side":
        """The other side."""
        return Side.INSIDE if self is Side.JOINING else Side.JOINING


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """A workstation's public keys: for signatures (32 bytes) and for boxes (1,216 bytes)."""

    signing: bytes
    box: bytes


@dataclass(frozen=True, slots=True)
class PairingKeys:
    """A workstation's own keys."""

    signing: SigningKey
    box: BoxKey

    @property
    def public(self) -> PublicKeys:
        """What the other side gets to know."""
        return PublicKeys(self.signing.public, self.box.public)


@dataclass(frozen=True, slots=True)
class Opening:
    """A side's keys, its random nonce of 32 bytes, and what the joining side calls itself (the
    other one stays nameless: the clinic tells a stranger nothing).
    """

    keys: PublicKeys
    nonce: bytes
    name: str = ""

    @classmethod
    def fresh(cls, keys: PublicKeys, name: str = "") -> "Opening":
        """Draw a nonce for this one try."""
        return cls(keys, os.urandom(NONCE_SIZE), name)

    def commitment(self) -> bytes:
        """Give what binds to this opening and tells nothing of it, 32 bytes."""
        return digest("ehr/pair-commit/v1", self.encode())

    def encode(self) -> bytes:
        """Give what is sent."""
        return encode((_VERSION, self.keys.signing, self.keys.box, self.nonce, self.name))

    @classmethod
    def decode(cls, encoded: bytes) -> "Opening":
        """Read the other side's.

        Raises:
            PairingError: not an opening, or its keys are of no use.
        """
        fields = _fields(encoded)
        try:
            fields.version(_VERSION)
            keys = PublicKeys(fields.octets(PUBLIC_SIZE), fields.octets(BOX_PUBLIC_SIZE))
            opening = cls(keys, fields.octets(NONCE_SIZE), fields.text(MAX_NAME))
            fields.end()
        except CodecError as error:
            raise PairingError(PairingFailure.GARBAGE) from error
        if not is_usable_public_key(keys.signing) or not opening.name.isprintable():
            raise PairingError(PairingFailure.GARBAGE)
        return opening


def require_opened(commitment: bytes, opening: Opening) -> None:
    """Check what the joining side committed to before it saw the other's keys.

    Raises:
        PairingError: it shows something else now.
    """
    if not hmac.compare_digest(opening.commitment(), commitment):
        raise PairingError(PairingFailure.CHANGED_KEYS)


def transcript_of(joining: Opening, inside: Opening) -> bytes:
    """Give the hash of all that was said, 32 bytes: equal on both sides if nobody interfered."""
    return digest("ehr/pair-transcript/v1", joining.encode(), inside.encode())


def digits_of(transcript: bytes, count: int = DIGITS) -> str:
    """Give the digits both screens show."""
    number = int.from_bytes(digest("ehr/pair-digits/v1", transcript)[:16], "big")
    return str(number % 10**count).zfill(count)


def confirm(side: Side, transcript: bytes, key: SigningKey) -> bytes:
    """Sign that a person compared the digits at `side`; 64 bytes."""
    return key.sign(_CONFIRM_LABEL, frame(side.value, transcript))


def require_confirmed(side: Side, transcript: bytes, key: bytes, signature: bytes) -> None:
    """Check the other side's confirmation, and so that it holds the key it showed.

    Raises:
        PairingError: the signature is not `key`'s.
    """
    if not verify(key, _CONFIRM_LABEL, frame(side.value, transcript), signature):
        raise PairingError(PairingFailure.BAD_SIGNATURE)


class Parcels:
    """Seals what crosses the plain connection once both sides have confirmed.

    Every parcel is boxed to the other side's key and signed by this one's, in its place in this
    one pairing, so it can be neither read, made up, repeated nor reordered.
    """

    def __init__(
        self, side: Side, keys: PairingKeys, theirs: PublicKeys, transcript: bytes
    ) -> None:
        self._side = side
        self._keys = keys
        self._theirs = theirs
        self._transcript = transcript
        self._sent = 0
        self._received = 0

    def seal(self, payload: bytes) -> bytes:
        """Give the next parcel, from at most `MAX_PAYLOAD` bytes.

        Raises:
            PairingError: the other side's box key is of no use, or `payload` is too long.
        """
        if len(payload) > MAX_PAYLOAD:
            raise PairingError(PairingFailure.GARBAGE)
        place = self._place(self._side, self._sent)
        try:
            box = seal_box(payload, self._theirs.box, digest(_BOX_LABEL, place))
        except UnusableKeyError as error:
            raise PairingError(PairingFailure.GARBAGE) from error
        self._sent += 1
        return encode((box, self._keys.signing.sign(_PARCEL_LABEL, frame("", place, box))))

    def open(self, parcel: bytes) -> bytes:
        """Give what the other side put into its next parcel.

        Raises:
            PairingError: it is not from the other side, or not its next.
        """
        fields = _fields(parcel)
        try:
            box, signature = fields.octets_up_to(1 << 20), fields.octets(SIGNATURE_SIZE)
            fields.end()
        except CodecError as error:
            raise PairingError(PairingFailure.GARBAGE) from error
        place = self._place(self._side.other, self._received)
        if not verify(self._theirs.signing, _PARCEL_LABEL, frame("", place, box), signature):
            raise PairingError(PairingFailure.BAD_SIGNATURE)
        try:
            payload = self._keys.box.open(box, digest(_BOX_LABEL, place))
        except OpenFailedError as error:
            raise PairingError(PairingFailure.GARBAGE) from error
        self._received += 1
        return payload

    def _place(self, side: Side, number: int) -> bytes:
        return frame(side.value, self._transcript, number.to_bytes(4, "big"))


def read_octets(encoded: bytes, size: int) -> bytes:
    """Read a message that is one byte string of `size` bytes.

    Raises:
        PairingError: it is not.
    """
    fields = _fields(encoded)
    try:
        octets = fields.octets(size)
        fields.end()
    except CodecError as error:
        raise PairingError(PairingFailure.GARBAGE) from error
    return octets


def write_octets(octets: bytes) -> bytes:
    """Give the message that is this one byte string."""
    return encode((octets,))


def _fields(encoded: bytes) -> Fields:
    try:
        return Fields(decode(encoded))
    except CodecError as error:
        raise PairingError(PairingFailure.GARBAGE) from error
