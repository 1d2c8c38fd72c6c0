"""What a new workstation signs to join: which clinic, let in from where and by whom."""

from typing import Final

from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.sign import SigningKey, verify

_LABEL: Final = "ehr/device-accept/v1"


def accept_enrolment(
    key: SigningKey, box_key: bytes, *, network: bytes, author: bytes, administrator: bytes
) -> bytes:
    """Sign that the workstation with `key` and `box_key` joins `network` (32 bytes); 64 bytes.

    `author` is the workstation that writes the enrolment and `administrator` the person who signs
    it, both as ids of 16 bytes.
    """
    return key.sign(_LABEL, _message(key.public, box_key, network, author, administrator))


def acceptance_holds(
    acceptance: bytes,
    key: bytes,
    box_key: bytes,
    *,
    network: bytes,
    author: bytes,
    administrator: bytes,
) -> bool:
    """Tell whether the workstation with the public `key` signed just that."""
    return verify(key, _LABEL, _message(key, box_key, network, author, administrator), acceptance)


def _message(
    key: bytes, box_key: bytes, network: bytes, author: bytes, administrator: bytes
) -> bytes:
    return frame(_LABEL, network, author, administrator, key, box_key)
