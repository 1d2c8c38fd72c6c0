"""Record keys under a key that wraps them: AES-256 key wrap.

Source: NIST SP 800-38F (KW); RFC 3394.
"""

from typing import Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.suite import SUITE, require_key, without_suite

WRAPPED_KEY_SIZE: Final = 41


def wrap_key(kek: bytes, key: bytes) -> bytes:
    """Wrap `key` under `kek`, 32 bytes each; 41 bytes.

    The same two keys always give the same bytes, so `kek` has to be bound to what it is for.

    Raises:
        UnusableKeyError: one of them has another length.
    """
    require_key(kek)
    require_key(key)
    return SUITE + aes_key_wrap(kek, key)


def unwrap_key(kek: bytes, wrapped: bytes) -> bytes:
    """Give the key in `wrapped`, 32 bytes.

    Raises:
        OpenFailedError: it was wrapped under another key, or its bytes were changed.
        UnusableKeyError: `kek` has not 32 bytes.
    """
    require_key(kek)
    if len(wrapped) != WRAPPED_KEY_SIZE:
        raise OpenFailedError
    try:
        return aes_key_unwrap(kek, without_suite(wrapped))
    except InvalidUnwrap:
        raise OpenFailedError from None
