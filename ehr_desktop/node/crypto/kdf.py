"""Keys from secrets: HKDF with SHA-256.

Source: RFC 5869.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ehr_desktop.node.crypto.errors import UnusableKeyError
from ehr_desktop.node.crypto.hashes import frame
from ehr_desktop.node.crypto.suite import KEY_SIZE


def derive_key(secret: bytes, label: str, *info: bytes) -> bytes:
    """Derive the key of 32 bytes that `secret` gives for `label` and `info`.

    `secret` must be hard to guess already; a password goes through `passwords.stretch` first.

    Raises:
        UnusableKeyError: `secret` is empty.
    """
    if not secret:
        raise UnusableKeyError("nothing can be derived from an empty secret")
    return HKDF(SHA256(), KEY_SIZE, None, frame(label, *info)).derive(secret)
