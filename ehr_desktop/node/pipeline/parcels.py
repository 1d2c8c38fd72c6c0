"""Parcels: what a transaction brings and the ledger only names, on its way between workstations.

A parcel is a container that fits a row, a key box or a vault key. It is taken in only if a stored
transaction names it, and only if it is what its name says. Runs on the writer thread.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import HASH_SIZE, sha256
from ehr_desktop.node.keys.boxes import box_hash
from ehr_desktop.node.keys.records import RecordHeader, commitment_of, vault_commitment
from ehr_desktop.node.ledger.codec import CodecError, decode, encode
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE
from ehr_desktop.node.net.wire import MAX_PARCEL, MAX_PREAMBLE
from ehr_desktop.node.store import awaited, containers, secrets
from ehr_desktop.node.store.awaited import BOX, CONTAINER, VAULT, Awaited
from ehr_desktop.node.store.containers import LARGEST_ROW, ContainerFiles, StoredContainer
from ehr_desktop.node.store.secrets import KeyBox
from ehr_desktop.node.sync.port import Keeping

Lead = tuple[bytes, bytes, bytes, bytes]
"""What comes before a container's sealed bytes: header, salt, wrapped key and fingerprint."""

_MOST_FIELD: Final = 4096
_MOST_NAME: Final = 64
_KEY_SIZE: Final = 32


# --- sending -------------------------------------------------------------------------------


def parcel(connection: Connection, files: ContainerFiles | None, name: bytes) -> bytes | None:
    """Give a parcel by its name, if it is here and still what its name says."""
    container = containers.container(connection, name)
    if container is not None:
        return _container_parcel(container, files)
    box = secrets.box_named(connection, name)
    if box is not None:
        return encode((BOX, name, *_said(box), box.box))
    vault = secrets.vault_named(connection, name)
    return encode((VAULT, name, *vault)) if vault else None


def preamble(container: StoredContainer) -> bytes:
    """Give what stands in front of a large container on its way."""
    return encode(_lead(container))


def _container_parcel(container: StoredContainer, files: ContainerFiles | None) -> bytes | None:
    if container.size > LARGEST_ROW:
        return None
    sealed = container.sealed
    if sealed is None:  # an attachment is a file however small it is
        if files is None:
            return None
        try:
            sealed = files.path(container.commitment).read_bytes()
        except OSError:
            return None
    if not _is_named(container.commitment, _lead(container), sha256(sealed)):
        return None
    return encode((CONTAINER, container.commitment, *_lead(container), sealed))


def _lead(container: StoredContainer) -> Lead:
    return container.header, container.salt, container.wrapped_key, container.fingerprint


def _said(box: KeyBox) -> tuple[bytes, str, int, bytes, int]:
    return box.subject, box.purpose, box.epoch, box.recipient, box.generation


# --- receiving -----------------------------------------------------------------------------


def keep(connection: Connection, parcel: bytes) -> tuple[Keeping, bytes]:
    """Take a parcel in; give what became of it and its name, empty if it cannot be read."""
    try:
        fields = Fields(decode(parcel, limit=MAX_PARCEL))
        kind, name = fields.text(16), fields.octets(HASH_SIZE)
        if kind not in _KEEPERS:
            return Keeping.WRONG, name
        if awaited.is_stored(connection, kind, name):
            # promised as something else, perhaps, which it can never be
            awaited.remove(connection, [name])
            return Keeping.KNOWN, name
        keeping = _KEEPERS[kind](connection, name, awaited.find(connection, kind, name), fields)
    except CodecError:
        return Keeping.WRONG, b""
    if keeping is Keeping.KEPT:
        awaited.remove(connection, [name])
    return keeping, name


def keep_large(
    connection: Connection, name: bytes, preamble: bytes, size: int, sealed_hash: bytes
) -> bool:
    """Take in a large container whose sealed bytes are a file with its final name by now; tell
    whether it was awaited and is what its name says.
    """
    lead = read_preamble(preamble)
    if not _is_named(name, lead, sealed_hash):
        return False
    container = arrived(awaited.find(connection, CONTAINER, name), lead, size, None)
    if container is None:
        return False
    containers.add_containers(connection, [container])
    awaited.remove(connection, [name])
    return True


def read_preamble(preamble: bytes) -> Lead:
    """Give what came in front of a large container.

    Raises:
        CodecError: it is something else.
    """
    fields = Fields(decode(preamble, limit=MAX_PREAMBLE))
    lead = _read_lead(fields)
    fields.end()
    return lead


def _keep_container(
    connection: Connection, name: bytes, promised: list[Awaited], fields: Fields
) -> Keeping:
    lead, sealed = _read_lead(fields), fields.octets_up_to(LARGEST_ROW)
    fields.end()
    if not _is_named(name, lead, sha256(sealed)):
        return Keeping.WRONG
    container = arrived(promised, lead, len(sealed), sealed)
    if container is None:
        return Keeping.UNNAMED
    containers.add_containers(connection, [container])
    return Keeping.KEPT


def _keep_box(
    connection: Connection, name: bytes, promised: list[Awaited], fields: Fields
) -> Keeping:
    said = (
        fields.octets(0, ID_SIZE),
        fields.text(_MOST_NAME),
        fields.integer(),
        fields.octets_up_to(_MOST_NAME),
        fields.integer(),
    )
    box = fields.octets_up_to(_MOST_FIELD)
    fields.end()
    if box_hash(box, *said) != name:
        return Keeping.WRONG
    if not promised:
        return Keeping.UNNAMED
    brought_by = promised[0].transaction if len(promised) == 1 else b""
    secrets.add_boxes(connection, [KeyBox(name, *said, box, brought_by)])
    return Keeping.KEPT


def _keep_vault(
    connection: Connection, name: bytes, promised: list[Awaited], fields: Fields
) -> Keeping:
    patient, key = fields.octets(ID_SIZE), fields.octets(_KEY_SIZE)
    fields.end()
    if vault_commitment(patient, key) != name:
        return Keeping.WRONG
    if not promised:
        return Keeping.UNNAMED
    secrets.put_vault_key(connection, patient, key, name)
    return Keeping.KEPT


def _read_lead(fields: Fields) -> Lead:
    return (
        fields.octets_up_to(_MOST_FIELD),
        fields.octets_up_to(_MOST_NAME),
        fields.octets_up_to(_MOST_FIELD),
        fields.octets_up_to(_MOST_NAME),
    )


def _is_named(name: bytes, lead: Lead, sealed_hash: bytes) -> bool:
    header, salt, wrapped_key, fingerprint = lead
    return commitment_of(salt, header, sealed_hash, wrapped_key, fingerprint) == name


def arrived(
    promised: list[Awaited], lead: Lead, size: int, sealed: bytes | None
) -> StoredContainer | None:
    """Give the row of a container of `size` sealed bytes that came with `lead` and is what its
    name says. It belongs to the promise that is true of it, if there is one.

    `sealed` is None where its bytes are a file. None if nobody says what it belongs to.
    """
    header, salt, wrapped_key, fingerprint = lead
    record, version = _record_of(header)
    for one in sorted(promised, key=lambda one: (one.size != size, bool(one.subject and record))):
        if record or one.subject:
            return StoredContainer(
                one.name, one.transaction, record or one.subject, version, header, salt,
                wrapped_key, fingerprint, size, sealed,
            )  # fmt: skip
    return None


def _record_of(header: bytes) -> tuple[bytes, int]:
    """Give record and version as a header says them; nothing if it says something else."""
    try:
        said = RecordHeader.decode(header)
        # somebody's signature stands for the header, not for the types of what is in it
        fields = Fields((said.record, said.version))
        return fields.octets(ID_SIZE), fields.integer()
    except (OpenFailedError, CodecError):
        return b"", 0


_KEEPERS: Final[dict[str, Callable[[Connection, bytes, list[Awaited], Fields], Keeping]]] = {
    CONTAINER: _keep_container,
    BOX: _keep_box,
    VAULT: _keep_vault,
}
