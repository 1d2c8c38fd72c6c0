"""Who votes, with what weight, and how much of it makes a quorum."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE
from ehr_desktop.node.ledger.codec import CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE

MAX_VALIDATORS: Final = 100
MAX_WEIGHT: Final = (1 << 32) - 1
_LABEL: Final = "ehr/validators/v1"
_LARGEST_ENCODING: Final = 64 + MAX_VALIDATORS * (ID_SIZE + PUBLIC_SIZE + 16)


@dataclass(frozen=True, slots=True)
class Validator:
    """A workstation that votes: device id (16 bytes), signing key (32 bytes) and weight.

    Weight 0 is a member that may not vote any more.
    """

    device: bytes
    public: bytes
    weight: int


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """The members in ascending order of device id.

    Raises:
        ValueError: the members are out of order, repeated, or have no weight together.
    """

    members: tuple[Validator, ...]

    def __post_init__(self) -> None:
        devices = [member.device for member in self.members]
        if any(left >= right for left, right in pairwise(devices)):
            raise ValueError("validators must stand in ascending order of device id")
        if self.total <= 0:
            raise ValueError("validators need some weight together")

    @classmethod
    def of(cls, members: Iterable[Validator]) -> "ValidatorSet":
        """Make a set of `members` in any order.

        Raises:
            ValueError: a device is repeated, or they have no weight together.
        """
        return cls(tuple(sorted(members, key=lambda member: member.device)))

    @property
    def total(self) -> int:
        """The weight of all members together."""
        return sum(member.weight for member in self.members)

    @property
    def faulty(self) -> int:
        """The largest weight of liars a quorum outvotes."""
        return faulty_of(self.total)

    @property
    def quorum(self) -> int:
        """The weight that decides."""
        return quorum_of(self.total)

    @property
    def hash(self) -> bytes:
        """Its name in headers, 32 bytes."""
        return digest(_LABEL, self.encode())

    def find(self, device: bytes) -> Validator | None:
        """Give the member `device`, if it may vote."""
        for member in self.members:
            if member.device == device and member.weight > 0:
                return member
        return None

    def encode(self) -> bytes:
        """Give its bytes."""
        return encode(tuple((m.device, m.public, m.weight) for m in self.members))

    @classmethod
    def decode(cls, encoded: bytes) -> "ValidatorSet":
        """Read a set.

        Raises:
            CodecError: not the canonical bytes of a validator set within its bounds.
        """
        entries = Fields(decode(encoded, limit=_LARGEST_ENCODING))
        members = tuple(map(_read_validator, entries.rest(MAX_VALIDATORS)))
        try:
            return cls(members)
        except ValueError as error:
            raise CodecError(str(error)) from error


def faulty_of(total: int) -> int:
    """Give the largest weight of liars that is outvoted among `total`: floor((W - 1) / 3)."""
    return (total - 1) // 3


def quorum_of(total: int) -> int:
    """Give the weight that decides among `total`: floor((W + F) / 2) + 1.

    Any two quorums share more weight than all liars have; what the honest have is enough.
    """
    return (total + faulty_of(total)) // 2 + 1


def _read_validator(value: Value) -> Validator:
    fields = Fields(value)
    validator = Validator(
        device=fields.octets(ID_SIZE),
        public=fields.octets(PUBLIC_SIZE),
        weight=fields.integer(high=MAX_WEIGHT),
    )
    fields.end()
    return validator
