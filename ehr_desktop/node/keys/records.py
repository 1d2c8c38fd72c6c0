"""Sealing a record and opening it again.

A record's body is sealed under a key of its own, and that key is wrapped under the category key
*and* the vault key of its patient: reading needs both. Taking away the first revokes, destroying
the second erases.

Source: DESIGN, section 5.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ehr_desktop.node.crypto.body import BodyOpener, BodySealer, new_key, open_body, seal_body
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import digest, sha256
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.crypto.keywrap import unwrap_key, wrap_key
from ehr_desktop.node.ledger.codec import CodecError, decode, encode

PIECE = 1 << 20
"""Large bodies pass through memory in pieces of this many bytes."""

_LABEL = "ehr/rec/v1"


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """What a container says of itself, bound to its body: ids are 16 bytes, `previous` is the
    commitment of the version it amends, or empty.
    """

    patient: bytes
    category: str
    epoch: int
    record: bytes
    version: int
    author: bytes
    previous: bytes

    def encode(self) -> bytes:
        """Give the canonical bytes."""
        return encode(
            (_LABEL, self.patient, self.category, self.epoch, self.record, self.version,
             self.author, self.previous)
        )  # fmt: skip

    @classmethod
    def decode(cls, header: bytes) -> "RecordHeader":
        """Read the canonical bytes.

        Raises:
            OpenFailedError: they are something else.
        """
        try:
            decoded: Any = decode(header)
            label, *fields = decoded
            if label != _LABEL:
                raise OpenFailedError
            return cls(*fields)
        except (CodecError, TypeError, ValueError) as error:
            raise OpenFailedError from error


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is sealed: a resource's type, the address it had where it came from, where that was,
    and its bytes as received or made here.
    """

    resource_type: str
    full_url: str
    origin: str
    body: bytes

    def encode(self) -> bytes:
        """Give the bytes to seal: the particulars behind their length, then the body."""
        return self.lead() + self.body

    def lead(self) -> bytes:
        """Give what stands before the body."""
        particulars = encode((self.resource_type, self.full_url, self.origin))
        return len(particulars).to_bytes(4, "big") + particulars

    @classmethod
    def decode(cls, plain: bytes) -> "Envelope":
        """Read what was sealed.

        Raises:
            OpenFailedError: it is something else.
        """
        size = int.from_bytes(plain[:4], "big")
        try:
            particulars: Any = decode(plain[4 : 4 + size])
            resource_type, full_url, origin = particulars
        except (CodecError, TypeError, ValueError) as error:
            raise OpenFailedError from error
        return cls(resource_type, full_url, origin, plain[4 + size :])


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A sealed record; `sealed` is None where the bytes went to a file. The fingerprint tells
    whether the same plaintext is written again, to whoever holds the vault key.
    """

    commitment: bytes
    header: bytes
    salt: bytes
    wrapped_key: bytes
    fingerprint: bytes
    size: int
    sealed: bytes | None


def seal_record(
    header: RecordHeader, envelope: Envelope, category_key: bytes, vault_key: bytes
) -> SealedRecord:
    """Seal a record that fits in memory."""
    head, key, salt = header.encode(), new_key(), os.urandom(16)
    plain = envelope.encode()
    sealed = seal_body(key, head, plain)
    wrapped_key = wrap_key(_wrapping_key(head, category_key, vault_key), key)
    fingerprint = fingerprint_of(vault_key, envelope.resource_type, sha256(envelope.body))
    return SealedRecord(
        commitment=commitment_of(salt, head, sha256(sealed), wrapped_key, fingerprint),
        header=head,
        salt=salt,
        wrapped_key=wrapped_key,
        fingerprint=fingerprint,
        size=len(sealed),
        sealed=sealed,
    )


def seal_file(
    header: RecordHeader,
    envelope: Envelope,
    body: Iterable[bytes],
    target: BinaryIO,
    category_key: bytes,
    vault_key: bytes,
    progress: Callable[[int], None],
) -> SealedRecord:
    """Seal a `body` that comes in pieces, behind an envelope without one, into `target`.

    `progress` is told the number of plaintext bytes done. The caller flushes `target` to disk.
    """
    head, key, salt = header.encode(), new_key(), os.urandom(16)
    sealer, sealed_hash, body_hash = BodySealer(key, head), hashlib.sha256(), hashlib.sha256()
    size = done = 0

    def write(sealed: bytes) -> None:
        nonlocal size
        sealed_hash.update(sealed)
        target.write(sealed)
        size += len(sealed)

    write(sealer.update(envelope.encode()))
    for piece in body:
        body_hash.update(piece)
        write(sealer.update(piece))
        done += len(piece)
        progress(done)
    write(sealer.finalize())
    wrapped_key = wrap_key(_wrapping_key(head, category_key, vault_key), key)
    fingerprint = fingerprint_of(vault_key, envelope.resource_type, body_hash.digest())
    return SealedRecord(
        commitment=commitment_of(salt, head, sealed_hash.digest(), wrapped_key, fingerprint),
        header=head,
        salt=salt,
        wrapped_key=wrapped_key,
        fingerprint=fingerprint,
        size=size,
        sealed=None,
    )


def open_record(
    header: bytes, wrapped_key: bytes, sealed: bytes, category_key: bytes, vault_key: bytes
) -> Envelope:
    """Open a record that fits in memory.

    Raises:
        OpenFailedError: a key is not the right one, or something was changed.
    """
    key = unwrap_key(_wrapping_key(header, category_key, vault_key), wrapped_key)
    return Envelope.decode(open_body(key, header, sealed))


def open_file(
    header: bytes, wrapped_key: bytes, sealed: BinaryIO, category_key: bytes, vault_key: bytes
) -> Iterator[bytes]:
    """Open a large record piece by piece: the first piece is its lead, the rest the body.

    Raises:
        OpenFailedError: a key is not the right one, or something was changed or cut; nothing may
            be made of the pieces until the last has come.
    """
    key = unwrap_key(_wrapping_key(header, category_key, vault_key), wrapped_key)
    opener = BodyOpener(key, header)
    lead = b""
    size: int | None = None
    for piece in _opened(opener, sealed):
        if size is not None:
            yield piece
            continue
        lead += piece
        if len(lead) >= 4 and len(lead) >= 4 + int.from_bytes(lead[:4], "big"):
            size = 4 + int.from_bytes(lead[:4], "big")
            yield lead[:size]
            yield lead[size:]


def opens(header: bytes, wrapped_key: bytes, category_key: bytes, vault_key: bytes) -> bool:
    """Tell whether these keys are the ones a record was sealed under."""
    try:
        unwrap_key(_wrapping_key(header, category_key, vault_key), wrapped_key)
    except OpenFailedError:
        return False
    return True


def commitment_of(
    salt: bytes, header: bytes, sealed_hash: bytes, wrapped_key: bytes, fingerprint: bytes
) -> bytes:
    """Give the commitment that stands on the ledger for a container: all that is stored of it."""
    return digest("ehr/rec-commit/v1", salt, header, sealed_hash, wrapped_key, fingerprint)


def vault_commitment(patient: bytes, vault_key: bytes) -> bytes:
    """Give what stands on the ledger for a patient's vault key: it says nothing of the key, which
    is as random as it is long, and names it among workstations.
    """
    return digest("ehr/vault-commit/v1", patient, vault_key)


def fingerprint_of(vault_key: bytes, resource_type: str, body_hash: bytes) -> bytes:
    """Give a hash of a record's plaintext that says nothing without the vault key."""
    return digest("ehr/fingerprint/v1", vault_key, resource_type.encode(), body_hash)


def imported_record_id(vault_key: bytes, reference: str) -> bytes:
    """Give the id of a record that came with an address of its own: the same each time."""
    return digest("ehr/imported-record/v1", vault_key, reference.encode())[:16]


def pieces_of(source: BinaryIO) -> Iterator[bytes]:
    """Give what a file holds, piece by piece."""
    while piece := source.read(PIECE):
        yield piece


def _opened(opener: BodyOpener, sealed: BinaryIO) -> Iterator[bytes]:
    for piece in pieces_of(sealed):
        yield opener.update(piece)
    yield opener.finalize()


def _wrapping_key(header: bytes, category_key: bytes, vault_key: bytes) -> bytes:
    return derive_key(category_key + vault_key, "ehr/dek-wrap/v1", header)
