"""Ed25519 signatures of the ledger, by libsodium and by nothing else.

Two libraries that disagree on one malformed signature would split the network, and only this
one refuses keys of low order.
"""

import os
from typing import Final

from nacl import bindings
from nacl.exceptions import BadSignatureError

from ehr_desktop.node.crypto.errors import UnusableKeyError
from ehr_desktop.node.crypto.hashes import frame

SEED_SIZE: Final = 32
PUBLIC_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


def generate_seed() -> bytes:
    """Give 32 random bytes to make a `SigningKey` from."""
    return os.urandom(SEED_SIZE)


class SigningKey:
    """The secret half of an Ed25519 key, from its seed of 32 bytes.

    Raises:
        UnusableKeyError: the seed has another length.
    """

    __slots__ = ("_secret", "public")

    public: bytes

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise UnusableKeyError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
        self.public, self._secret = bindings.crypto_sign_seed_keypair(seed)

    def sign(self, label: str, message: bytes) -> bytes:
        """Sign `message` as a statement of the kind `label`; 64 bytes."""
        return bindings.crypto_sign(frame(label, message), self._secret)[:SIGNATURE_SIZE]


def verify(public: bytes, label: str, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is `public`'s over `message` as a statement of the kind `label`."""
    if len(public) != PUBLIC_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        bindings.crypto_sign_open(signature + frame(label, message), public)
    except BadSignatureError:
        return False
    return True


def is_usable_public_key(public: bytes) -> bool:
    """Tell whether `public` may be enrolled: canonical, on the curve, in the prime-order group."""
    return len(public) == PUBLIC_SIZE and bindings.crypto_core_ed25519_is_valid_point(public)
