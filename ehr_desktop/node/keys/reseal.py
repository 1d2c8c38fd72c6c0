"""Records sealed again under a newer key of their category."""

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.containers import keep_file
from ehr_desktop.node.keys.records import (
    Envelope,
    RecordHeader,
    SealedRecord,
    open_file,
    open_record,
    seal_file,
    seal_record,
)
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer, no_room_is_told


def reseal(
    stored: StoredContainer,
    old_key: bytes,
    new_key: bytes,
    epoch: int,
    vault_key: bytes,
    files: ContainerFiles,
    progress: Callable[[int], None],
) -> SealedRecord:
    """Seal a stored record again, under a fresh key of its own, the category key of `epoch` and the
    same vault key. Author, version and previous version stay; so does the fingerprint. A large one
    goes through memory in pieces and is kept as a file; `progress` is told the plaintext bytes
    done.

    Raises:
        OpenFailedError: a key is not the right one, the stored bytes were changed, or the plaintext
            is not what the fingerprint says.
        DiskFullError: there is no room for the file.
    """
    header = replace(RecordHeader.decode(stored.header), epoch=epoch)
    if stored.sealed is not None:
        opened = open_record(stored.header, stored.wrapped_key, stored.sealed, old_key, vault_key)
        sealed = seal_record(header, opened, new_key, vault_key)
        return _require_same(stored, sealed)

    def write(target: BinaryIO) -> SealedRecord:
        with files.path(stored.commitment).open("rb") as source:
            pieces = open_file(stored.header, stored.wrapped_key, source, old_key, vault_key)
            lead = Envelope.decode(next(pieces, b""))
            sealed = seal_file(header, lead, pieces, target, new_key, vault_key, progress)
        return _require_same(stored, sealed)

    with no_room_is_told():
        return keep_file(files, write)


def is_same_plaintext(old: StoredContainer, new: StoredContainer | SealedRecord) -> bool:
    """Tell whether a record that was sealed again says what it said before; for whoever holds no
    key. Files sealed by the first builds have no fingerprint, and are not told apart by it.
    """
    return old.fingerprint in (b"", new.fingerprint)


def _require_same(stored: StoredContainer, sealed: SealedRecord) -> SealedRecord:
    if not is_same_plaintext(stored, sealed):
        raise OpenFailedError
    return sealed
