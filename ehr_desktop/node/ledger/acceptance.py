"""A new workstation's word that it wants to be one of the clinic's."""

from typing import Final

from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.sign import SigningKey, verify

_LABEL: Final = "ehr/device-accept/v1"


def accept(
    key: SigningKey, box_key: bytes, network: bytes, device: bytes, administrator: bytes
) -> bytes:
    """Sign that `device` and `administrator` enrol the workstation of `key` and `box_key`."""
    return key.sign(_LABEL, frame("", network, device, administrator, key.public, box_key))


def acceptance_holds(
    acceptance: bytes,
    key: bytes,
    box_key: bytes,
    network: bytes,
    device: bytes,
    administrator: bytes,
) -> bool:
    """Tell whether the workstation of `key` and `box_key` accepted to be enrolled by these."""
    message = frame("", network, device, administrator, key, box_key)
    return verify(key, _LABEL, message, acceptance)
