"""SHA-256, and the one way several fields are hashed, signed or bound together."""

import hashlib
from functools import lru_cache
from typing import Final

HASH_SIZE: Final = 32
_PREFIX_SIZE: Final = 4


def sha256(message: bytes) -> bytes:
    """Give the SHA-256 of `message`, 32 bytes."""
    return hashlib.sha256(message).digest()


def frame(label: str, *parts: bytes) -> bytes:
    """Join `label` and `parts` so that no two different lists give the same bytes.

    Each field has its length in front, in 4 bytes, most significant first; the label leads.
    """
    framed = _label(label)
    for part in parts:
        framed += _framed(part)
    return framed


def digest(label: str, *parts: bytes) -> bytes:
    """Give the SHA-256 of `frame(label, *parts)`, 32 bytes."""
    return hashlib.sha256(frame(label, *parts)).digest()


class Hasher:
    """What `digest` gives, for a last part that arrives in pieces.

    `size` is the length in bytes of that last part, since its length stands in front of it.
    """

    __slots__ = ("_hash", "_missing")

    def __init__(self, label: str, *parts: bytes, size: int) -> None:
        self._hash = hashlib.sha256(frame(label, *parts))
        self._hash.update(size.to_bytes(_PREFIX_SIZE, "big"))
        self._missing = size

    def update(self, piece: bytes) -> None:
        """Take the next piece of the last part."""
        self._hash.update(piece)
        self._missing -= len(piece)

    def finalize(self) -> bytes:
        """Give the digest, 32 bytes.

        Raises:
            ValueError: the pieces were not `size` bytes together.
        """
        if self._missing != 0:
            raise ValueError("the pieces do not add up to the announced size")
        return self._hash.digest()


@lru_cache(maxsize=256)
def _label(label: str) -> bytes:
    """Give a framed label; the few there are come again and again."""
    return _framed(label.encode())


def _framed(field: bytes) -> bytes:
    return len(field).to_bytes(_PREFIX_SIZE, "big") + field
