"""Where a door is: one port that is nearly always free, so that people need not type it."""

from typing import Final

from ehr_desktop.node.net.address import Address, parse_address

PAIRING_PORT: Final = 47412


def shown_door(address: Address) -> str:
    """Give an address as a person types it."""
    return address.host if address.port == PAIRING_PORT else str(address)


def parse_door(text: str) -> Address:
    """Read an address a person typed.

    Raises:
        ValueError: it is none.
    """
    return parse_address(text, PAIRING_PORT)
