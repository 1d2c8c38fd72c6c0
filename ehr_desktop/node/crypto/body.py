"""Record bodies and files under their own key: Cobblestone-256 (C2SP chunked encryption).

The context (the canonical header of what is sealed) must be the same to open as it was to seal.
"""

import os
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import AlreadyFinalized, InvalidTag

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.suite import KEY_SIZE, SUITE, require_key, without_suite

PIECE_SIZE: Final = 1 << 20
"""What streaming callers hand over at a time, in bytes."""


def new_key() -> bytes:
    """Give 32 random bytes: the key of one body, used for nothing else."""
    return os.urandom(KEY_SIZE)


def seal_body(key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Seal `plaintext` under `key` (32 bytes) and `context`.

    Raises:
        UnusableKeyError: the key has another length.
    """
    sealer = BodySealer(key, context)
    return sealer.update(plaintext) + sealer.finalize()


def open_body(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Give the plaintext of `sealed`.

    Raises:
        OpenFailedError: wrong key or context, or its bytes were changed or cut.
        UnusableKeyError: the key has another length.
    """
    require_key(key)
    opener = Cobblestone256Decryptor(key, context)
    inner = without_suite(sealed)
    try:
        return opener.update(inner) + opener.finalize()
    except InvalidTag:
        raise OpenFailedError from None


class BodySealer:
    """Seals a body in pieces of any size: `update` for each, then `finalize` once.

    Raises:
        UnusableKeyError: the key has not 32 bytes.
    """

    __slots__ = ("_encryptor", "_lead")

    def __init__(self, key: bytes, context: bytes) -> None:
        require_key(key)
        self._encryptor = Cobblestone256Encryptor(key, context)
        self._lead = SUITE

    def update(self, piece: bytes) -> bytes:
        """Take the next plaintext and give the sealed bytes that are ready; maybe none."""
        return self._take_lead() + self._encryptor.update(piece)

    def finalize(self) -> bytes:
        """Give the last sealed bytes; without them the body does not open."""
        return self._take_lead() + self._encryptor.finalize()

    def _take_lead(self) -> bytes:
        lead, self._lead = self._lead, b""
        return lead


class BodyOpener:
    """Opens a body in pieces of any size: `update` for each, then `finalize` once.

    What `update` gives is authentic, but only `finalize` tells that nothing was cut off the end.

    Raises:
        UnusableKeyError: the key has not 32 bytes.
    """

    __slots__ = ("_begun", "_decryptor")

    def __init__(self, key: bytes, context: bytes) -> None:
        require_key(key)
        self._decryptor = Cobblestone256Decryptor(key, context)
        self._begun = False

    def update(self, piece: bytes) -> bytes:
        """Take the next sealed bytes and give the plaintext that is ready; maybe none.

        Raises:
            OpenFailedError: wrong key or context, or the bytes were changed.
        """
        if not piece:
            return b""
        if not self._begun:
            self._begun = True
            piece = without_suite(piece)
        try:
            return self._decryptor.update(piece)
        except (InvalidTag, AlreadyFinalized):
            raise OpenFailedError from None

    def finalize(self) -> bytes:
        """Give the last plaintext.

        Raises:
            OpenFailedError: wrong key or context, or the bytes were changed or cut.
        """
        try:
            return self._decryptor.finalize()
        except (InvalidTag, AlreadyFinalized):
            raise OpenFailedError from None
