"""Passwords made expensive to guess: Argon2id.

Source: RFC 9106.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ehr_desktop.node.crypto.errors import WeakParametersError

SALT_SIZE: Final = 16
_STRETCHED_SIZE: Final = 32
_LARGE_MEMORY: Final = 8_000_000_000


@dataclass(frozen=True, slots=True)
class PasswordParameters:
    """What one guess costs: memory in KiB, passes over it, and lanes."""

    memory_kib: int
    iterations: int
    lanes: int


FLOOR: Final = PasswordParameters(memory_kib=64 * 1024, iterations=3, lanes=4)
DEFAULT: Final = PasswordParameters(memory_kib=256 * 1024, iterations=3, lanes=4)
CEILING: Final = PasswordParameters(memory_kib=2 * 1024 * 1024, iterations=16, lanes=16)
"""Beyond this, parameters found in a file are an attempt to exhaust the workstation."""


def default_parameters(total_memory_bytes: int) -> PasswordParameters:
    """Give the parameters for a new password on a workstation with this much memory."""
    return DEFAULT if total_memory_bytes >= _LARGE_MEMORY else FLOOR


def stretch(password: str, salt: bytes, parameters: PasswordParameters) -> bytes:
    """Stretch `password` with `salt` (16 bytes) into 32 bytes. Takes a good part of a second.

    The password is taken in Unicode normalization form C, so that it does not matter whether a
    keyboard composes accents.

    Raises:
        WeakParametersError: `parameters` lie below `FLOOR` or above `CEILING`, or the salt is
            short.
    """
    if not _within_bounds(parameters):
        raise WeakParametersError("password parameters out of bounds")
    if len(salt) < SALT_SIZE:
        raise WeakParametersError("salt too short")
    argon2 = Argon2id(
        salt=salt,
        length=_STRETCHED_SIZE,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    )
    return argon2.derive(unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass"))


def _within_bounds(parameters: PasswordParameters) -> bool:
    return (
        FLOOR.memory_kib <= parameters.memory_kib <= CEILING.memory_kib
        and FLOOR.iterations <= parameters.iterations <= CEILING.iterations
        and FLOOR.lanes <= parameters.lanes <= CEILING.lanes
    )
