"""Small secrets kept on this workstation: AES-256-GCM-SIV under a random nonce.

Source: RFC 8452.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.suite import SUITE, require_key, without_suite

_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
BLOB_OVERHEAD: Final = 1 + _NONCE_SIZE + _TAG_SIZE


def seal_blob(key: bytes, plaintext: bytes, label: str, *context: bytes) -> bytes:
    """Seal `plaintext` under `key` (32 bytes), `label` and `context`; 29 bytes longer.

    Raises:
        UnusableKeyError: the key has another length.
    """
    require_key(key)
    nonce = os.urandom(_NONCE_SIZE)
    return SUITE + nonce + AESGCMSIV(key).encrypt(nonce, plaintext, frame(label, *context))


def open_blob(key: bytes, sealed: bytes, label: str, *context: bytes) -> bytes:
    """Give the plaintext of `sealed`.

    Raises:
        OpenFailedError: wrong key, label or context, or its bytes were changed.
        UnusableKeyError: the key has not 32 bytes.
    """
    require_key(key)
    inner = without_suite(sealed)
    if len(sealed) < BLOB_OVERHEAD:
        raise OpenFailedError
    nonce, ciphertext = inner[:_NONCE_SIZE], inner[_NONCE_SIZE:]
    try:
        return AESGCMSIV(key).decrypt(nonce, ciphertext, frame(label, *context))
    except InvalidTag:
        raise OpenFailedError from None
