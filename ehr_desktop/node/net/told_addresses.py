"""The addresses a workstation keeps in its database, and is told when it joins."""

from collections.abc import Sequence
from typing import Final

from ehr_desktop.node.crypto.sign import PUBLIC_SIZE
from ehr_desktop.node.ledger.codec import CodecError, Value, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import SavedAddress

MOST_ADDRESSES: Final = 64
_LONGEST_HOST: Final = 253


def write_addresses(addresses: Sequence[SavedAddress]) -> bytes:
    """Give the encoding of at most `MOST_ADDRESSES` addresses: host, port, the key of whose it is
    (empty while that is not proved) and whether it was typed; what is more is left out.
    """
    return encode(address_values(addresses))


def read_addresses(encoded: bytes) -> tuple[SavedAddress, ...]:
    """Give the addresses.

    Raises:
        CodecError: they are no such list.
    """
    value = decode(encoded)
    if not isinstance(value, (tuple, list)) or len(value) > MOST_ADDRESSES:
        raise CodecError("not a list of addresses")
    return tuple(map(read_address, value))


def address_values(addresses: Sequence[SavedAddress]) -> tuple[Value, ...]:
    """Give addresses as they stand in an encoding."""
    return tuple(
        (one.address.host, one.address.port, one.key, int(one.typed))
        for one in addresses[:MOST_ADDRESSES]
    )


def read_address(value: Value) -> SavedAddress:
    """Read one address.

    Raises:
        CodecError: it is none.
    """
    fields = Fields(value)
    address = Address(fields.text(_LONGEST_HOST, least=1), fields.integer(1, 65535))
    saved = SavedAddress(address, fields.octets(0, PUBLIC_SIZE), bool(fields.integer(0, 1)))
    fields.end()
    return saved
