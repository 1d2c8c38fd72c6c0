"""Secrets for one recipient: HPKE with the hybrid post-quantum KEM X-Wing.

A box does not say who sealed it. Whoever relies on that signs the hash of the box.
"""

import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.suite import SUITE, without_suite

BOX_SEED_SIZE: Final = 32
BOX_PUBLIC_SIZE: Final = 1216
BOX_OVERHEAD: Final = 1 + 1120 + 16
_MLKEM_SEED_SIZE: Final = 64
_MLKEM_PUBLIC_SIZE: Final = 1184


def generate_box_seed() -> bytes:
    """Give 32 random bytes to make a `BoxKey` from."""
    return os.urandom(BOX_SEED_SIZE)


class BoxKey:
    """The secret half of an X-Wing key, from its seed of 32 bytes; `public` has 1,216 bytes.

    Source: draft-connolly-cfrg-xwing-kem, 5.2 (the seed is expanded with SHAKE256).

    Raises:
        UnusableKeyError: the seed has another length.
    """

    __slots__ = ("_secret", "public")

    public: bytes

    def __init__(self, seed: bytes) -> None:
        if len(seed) != BOX_SEED_SIZE:
            raise UnusableKeyError(f"a seed has {BOX_SEED_SIZE} bytes, not {len(seed)}")
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
        curve = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
        self._secret = MLKEM768X25519PrivateKey(lattice, curve)
        self.public = (
            lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        )

    def open(self, box: bytes, info: bytes) -> bytes:
        """Give the secret in `box`, which was sealed to this key under the same `info`.

        Raises:
            OpenFailedError: it was not, or its bytes were changed.
        """
        sealed = without_suite(box)
        try:
            return _suite().decrypt(sealed, self._secret, info=info)
        except InvalidTag:
            raise OpenFailedError from None


def seal_box(secret: bytes, public: bytes, info: bytes) -> bytes:
    """Seal `secret` so that only the holder of `public`'s key opens it; 1,137 bytes longer.

    Raises:
        UnusableKeyError: `public` is not a valid X-Wing public key.
    """
    recipient = _public_key(public)
    try:
        return SUITE + _suite().encrypt(secret, recipient, info=info)
    except ValueError as error:
        raise UnusableKeyError("not a valid X-Wing public key") from error


def is_usable_box_key(public: bytes) -> bool:
    """Tell whether something can be sealed to a public key."""
    try:
        seal_box(b"", public, b"")
    except UnusableKeyError:
        return False
    return True


def _public_key(public: bytes) -> MLKEM768X25519PublicKey:
    if len(public) != BOX_PUBLIC_SIZE:
        raise UnusableKeyError(f"a public key has {BOX_PUBLIC_SIZE} bytes, not {len(public)}")
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
        )
    except ValueError as error:
        raise UnusableKeyError("not a valid X-Wing public key") from error


def _suite() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
