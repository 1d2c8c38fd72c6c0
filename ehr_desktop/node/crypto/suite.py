"""The suite byte in front of everything sealed. There is one suite and no negotiation."""

from typing import Final

from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError

SUITE: Final = b"\x01"
KEY_SIZE: Final = 32


def without_suite(sealed: bytes) -> bytes:
    """Give what stands behind the suite byte.

    Raises:
        OpenFailedError: another byte, or none, stands in front.
    """
    if sealed[:1] != SUITE:
        raise OpenFailedError
    return sealed[1:]


def require_key(key: bytes) -> None:
    """Accept a symmetric key of 32 bytes and nothing shorter.

    Raises:
        UnusableKeyError: it has another length.
    """
    if len(key) != KEY_SIZE:
        raise UnusableKeyError(f"a key has {KEY_SIZE} bytes, not {len(key)}")
