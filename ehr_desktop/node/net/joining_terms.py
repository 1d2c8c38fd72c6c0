"""What two workstations that have paired tell each other, before there can be a link.

Terms from the one that is in, an answer from the one that joins, and then whether it is enrolled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from ehr_desktop.node.crypto.hashes import HASH_SIZE
from ehr_desktop.node.crypto.sign import SIGNATURE_SIZE
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE
from ehr_desktop.node.net.address_book import SavedAddress
from ehr_desktop.node.net.errors import PairingError, PairingFailure
from ehr_desktop.node.net.told_addresses import MOST_ADDRESSES, address_values, read_address

_VERSION: Final = 1
_LONGEST_NAME: Final = 300
_LONGEST_CODE: Final = 64


@dataclass(frozen=True, slots=True)
class JoiningTerms:
    """What joining means: the clinic (`genesis` is the id of its first block), what the newcomer
    signs (that `device` and `administrator`, 16 bytes each, enrol it), the secret all workstations
    share, and where they are. `mode` is who may propose.
    """

    network: bytes
    genesis: bytes
    device: bytes
    administrator: bytes
    site_secret: bytes
    clinic: str
    mode: str
    addresses: tuple[SavedAddress, ...]

    def encode(self) -> bytes:
        """Give what is sent."""
        return encode(
            (
                _VERSION, self.network, self.genesis, self.device, self.administrator,
                self.site_secret, self.clinic, self.mode, address_values(self.addresses),
            )
        )  # fmt: skip

    @classmethod
    def decode(cls, encoded: bytes) -> "JoiningTerms":
        """Read them.

        Raises:
            PairingError: these are none.
        """
        with _read(encoded) as fields:
            return cls(
                network=fields.octets(HASH_SIZE),
                genesis=fields.octets(HASH_SIZE),
                device=fields.octets(ID_SIZE),
                administrator=fields.octets(ID_SIZE),
                site_secret=fields.octets(HASH_SIZE),
                clinic=fields.text(_LONGEST_NAME, least=1),
                mode=fields.text(_LONGEST_CODE, least=1),
                addresses=tuple(map(read_address, fields.array(MOST_ADDRESSES))),
            )


@dataclass(frozen=True, slots=True)
class JoiningAnswer:
    """The newcomer has written down what it needs, and signs that it wants to be enrolled."""

    acceptance: bytes

    def encode(self) -> bytes:
        """Give what is sent."""
        return encode((_VERSION, self.acceptance))

    @classmethod
    def decode(cls, encoded: bytes) -> "JoiningAnswer":
        """Read it.

        Raises:
            PairingError: this is none.
        """
        with _read(encoded) as fields:
            return cls(fields.octets(SIGNATURE_SIZE))


@dataclass(frozen=True, slots=True)
class JoiningVerdict:
    """Whether the newcomer is enrolled: `rule` is the code of what refused it, or empty."""

    rule: str

    def encode(self) -> bytes:
        """Give what is sent."""
        return encode((_VERSION, self.rule))

    @classmethod
    def decode(cls, encoded: bytes) -> "JoiningVerdict":
        """Read it.

        Raises:
            PairingError: this is none.
        """
        with _read(encoded) as fields:
            return cls(fields.text(_LONGEST_CODE))


@contextmanager
def _read(encoded: bytes) -> Iterator[Fields]:
    """Give the fields after the version; all must be read, and be what they should."""
    try:
        fields = Fields(decode(encoded))
        fields.version(_VERSION)
        yield fields
        fields.end()
    except CodecError as error:
        raise PairingError(PairingFailure.GARBAGE) from error
