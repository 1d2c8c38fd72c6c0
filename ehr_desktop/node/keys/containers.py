"""Containers as they are stored and committed to, from what was sealed."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.records import SealedRecord, commitment_of
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer


def stored_container(record: bytes, version: int, sealed: SealedRecord) -> StoredContainer:
    """Give the row of a sealed record; its transaction is filled in when that is signed."""
    return StoredContainer(
        commitment=sealed.commitment,
        transaction=b"",
        record=record,
        version=version,
        header=sealed.header,
        salt=sealed.salt,
        wrapped_key=sealed.wrapped_key,
        fingerprint=sealed.fingerprint,
        size=sealed.size,
        sealed=sealed.sealed,
    )


def whole_container(record: bytes, header: bytes, sealed: bytes) -> StoredContainer:
    """Give the row of what is no record (an account, a card's secrets), sealed as a whole under a
    key of another kind: committed to like a record, under the id of whom it belongs to.
    """
    salt = os.urandom(16)
    return stored_container(
        record,
        0,
        SealedRecord(
            commitment=commitment_of(salt, header, sha256(sealed), b"", b""),
            header=header,
            salt=salt,
            wrapped_key=b"",
            fingerprint=b"",
            size=len(sealed),
            sealed=sealed,
        ),
    )


def keep_file(files: ContainerFiles, seal: Callable[[BinaryIO], SealedRecord]) -> SealedRecord:
    """Let `seal` write a large container, and keep it durably under its commitment; a failure
    leaves nothing behind.
    """
    path, target = files.create()
    try:
        with target:
            sealed = seal(target)
            target.flush()
            os.fsync(target.fileno())
        files.keep(path, sealed.commitment)
    except BaseException:
        with suppress(FileNotFoundError):
            path.unlink()
        raise
    return sealed
