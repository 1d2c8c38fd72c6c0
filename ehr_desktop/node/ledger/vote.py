"""Votes, and certificates: a quorum's signatures under one vote."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ehr_desktop.node.crypto.hashes import HASH_SIZE
from ehr_desktop.node.crypto.sign import SIGNATURE_SIZE, SigningKey, verify
from ehr_desktop.node.ledger.codec import CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE, device_id_of
from ehr_desktop.node.ledger.validators import MAX_VALIDATORS, Validator, ValidatorSet

__all__ = [
    "MAX_CERTIFICATE",
    "MAX_SIGNED_VOTE",
    "NO_BLOCK",
    "Certificate",
    "SignedVote",
    "Validator",
    "ValidatorSet",
    "Vote",
    "VoteKind",
    "certificate_holds",
    "contradict",
    "is_cast_by",
    "sign_vote",
    "vote_holds",
]

NO_BLOCK: Final = bytes(HASH_SIZE)
"""The block of a skip vote."""

_VERSION: Final = 1
_LABEL: Final = "ehr/vote/v1"
_MAX_VOTE: Final = 256
MAX_SIGNED_VOTE: Final = _MAX_VOTE + ID_SIZE + SIGNATURE_SIZE + 8
MAX_CERTIFICATE: Final = _MAX_VOTE + MAX_VALIDATORS * (ID_SIZE + SIGNATURE_SIZE + 8)


class VoteKind(StrEnum):
    """What a vote says about a slot: this block, none, or this block for ever."""

    NOTAR = "notar"
    SKIP = "skip"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Vote:
    """A statement about one slot. `block` is `NO_BLOCK` in a skip vote and only there.

    `network` and `block` have 32 bytes.
    """

    network: bytes
    epoch: int
    kind: VoteKind
    slot: int
    block: bytes

    def encode(self) -> bytes:
        """Give the bytes that are signed."""
        return encode((_VERSION, self.network, self.epoch, self.kind.value, self.slot, self.block))

    @classmethod
    def decode(cls, encoded: bytes) -> "Vote":
        """Read a vote.

        Raises:
            CodecError: not the canonical bytes of a vote.
        """
        fields = Fields(decode(encoded, limit=_MAX_VOTE))
        fields.version(_VERSION)
        vote = cls(
            network=fields.octets(HASH_SIZE),
            epoch=fields.integer(),
            kind=_read_kind(fields),
            slot=fields.integer(),
            block=fields.octets(HASH_SIZE),
        )
        fields.end()
        if (vote.kind is VoteKind.SKIP) != (vote.block == NO_BLOCK):
            raise CodecError("a skip vote names no block and every other vote names one")
        return vote


@dataclass(frozen=True, slots=True)
class SignedVote:
    """A vote, the device that cast it (16 bytes) and its signature (64 bytes)."""

    vote: Vote
    validator: bytes
    signature: bytes

    def encode(self) -> bytes:
        """Give what is sent and stored."""
        return encode((self.vote.encode(), self.validator, self.signature))

    @classmethod
    def decode(cls, encoded: bytes) -> "SignedVote":
        """Read a signed vote. Whether its signature holds is another question.

        Raises:
            CodecError: not the canonical bytes of a signed vote.
        """
        fields = Fields(decode(encoded, limit=MAX_SIGNED_VOTE))
        signed = cls(
            vote=Vote.decode(fields.octets_up_to(_MAX_VOTE)),
            validator=fields.octets(ID_SIZE),
            signature=fields.octets(SIGNATURE_SIZE),
        )
        fields.end()
        return signed


@dataclass(frozen=True, slots=True)
class Certificate:
    """One vote with the signatures of several validators.

    `signatures` are pairs of device id (16 bytes) and signature (64 bytes), in ascending order
    of device id.
    """

    vote: Vote
    signatures: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, vote: Vote, signatures: dict[bytes, bytes]) -> "Certificate":
        """Make a certificate from signatures by device id."""
        return cls(vote, tuple(sorted(signatures.items())))

    def encode(self) -> bytes:
        """Give what is sent and stored."""
        return encode((self.vote.encode(), self.signatures))

    @classmethod
    def decode(cls, encoded: bytes) -> "Certificate":
        """Read a certificate. Whether it holds is another question.

        Raises:
            CodecError: not the canonical bytes of a certificate.
        """
        fields = Fields(decode(encoded, limit=MAX_CERTIFICATE))
        vote = Vote.decode(fields.octets_up_to(_MAX_VOTE))
        signatures = tuple(map(_read_signature, fields.array(MAX_VALIDATORS, least=1)))
        fields.end()
        devices = [device for device, _ in signatures]
        if any(left >= right for left, right in pairwise(devices)):
            raise CodecError("signatures not in ascending order of device id")
        return cls(vote, signatures)


def sign_vote(vote: Vote, key: SigningKey) -> SignedVote:
    """Sign `vote` as the device whose signing key is `key`."""
    return SignedVote(vote, device_id_of(key.public), key.sign(_LABEL, vote.encode()))


def vote_holds(signed: SignedVote, validators: ValidatorSet) -> bool:
    """Tell whether `signed` comes from a member of `validators` that may vote."""
    member = validators.find(signed.validator)
    return member is not None and is_cast_by(signed, member.public)


def is_cast_by(signed: SignedVote, public: bytes) -> bool:
    """Tell whether the signature of `signed` is by the key `public` (32 bytes)."""
    return verify(public, _LABEL, signed.vote.encode(), signed.signature)


def contradict(first: Vote, second: Vote) -> bool:
    """Tell whether no honest validator casts both votes.

    Within one slot of one epoch it votes to notarize one block at most, makes final only that
    one, and never both skips the slot and makes a block of it final.
    """
    if (first.network, first.epoch, first.slot) != (second.network, second.epoch, second.slot):
        return False
    kinds = {first.kind, second.kind}
    if VoteKind.SKIP in kinds:
        return VoteKind.FINAL in kinds
    return first.block != second.block


def certificate_holds(certificate: Certificate, validators: ValidatorSet) -> bool:
    """Tell whether a quorum of `validators` signed: all signers are members, no key signs twice,
    every signature verifies, and their weights reach the quorum.
    """
    members = [validators.find(device) for device, _ in certificate.signatures]
    present = [member for member in members if member is not None]
    if len(present) != len(members) or len({member.public for member in present}) != len(present):
        return False
    if sum(member.weight for member in present) < validators.quorum:
        return False
    message = certificate.vote.encode()
    return all(
        verify(member.public, _LABEL, message, signature)
        for member, (_, signature) in zip(present, certificate.signatures, strict=True)
    )


def _read_kind(fields: Fields) -> VoteKind:
    try:
        return VoteKind(fields.text(8))
    except ValueError:
        raise CodecError("no such kind of vote") from None


def _read_signature(value: Value) -> tuple[bytes, bytes]:
    fields = Fields(value)
    pair = fields.octets(ID_SIZE), fields.octets(SIGNATURE_SIZE)
    fields.end()
    return pair
