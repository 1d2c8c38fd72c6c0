"""Parcels: what a transaction brings and the ledger only names, on its way between workstations.

A parcel is a container that fits a row, a key box or a vault key. It is taken in only if a stored
transaction names it, and only if it is what its name says. Runs on the writer thread.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import HASH_SIZE, sha256
from ehr_desktop.node.keys.records import RecordHeader, commitment_of, vault_commitment
from ehr_desktop.node.keys.teams import box_hash
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
    if commitment_of(container.salt, container.header, sha256(sealed)) != container.commitment:
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
        one = awaited.find(connection, name)
        if one is None:
            is_here = awaited.is_stored(connection, kind, name)
            return Keeping.KNOWN if is_here else Keeping.UNNAMED, name
        if one.kind != kind or one.large or not _KEEPERS[kind](connection, one, fields):
            return Keeping.WRONG, name
    except CodecError:
        return Keeping.WRONG, b""
    awaited.remove(connection, [name])
    return Keeping.KEPT, name


def keep_large(connection: Connection, name: bytes, preamble: bytes, sealed_hash: bytes) -> bool:
    """Take in a large container whose sealed bytes are a file with its final name by now; tell
    whether it was awaited and is what its name says.
    """
    one = awaited.find(connection, name)
    container = arrived(one, read_preamble(preamble), None, sealed_hash) if one else None
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


def _keep_container(connection: Connection, one: Awaited, fields: Fields) -> bool:
    lead, sealed = _read_lead(fields), fields.octets_up_to(LARGEST_ROW)
    fields.end()
    container = arrived(one, lead, sealed, sha256(sealed))
    if container is None or container.size != len(sealed):
        return False
    containers.add_containers(connection, [container])
    return True


def _keep_box(connection: Connection, one: Awaited, fields: Fields) -> bool:
    box = KeyBox(
        one.name,
        fields.octets(0, ID_SIZE),
        fields.text(_MOST_NAME),
        fields.integer(),
        fields.octets_up_to(_MOST_NAME),
        fields.integer(),
        fields.octets_up_to(_MOST_FIELD),
        one.transaction,
    )
    fields.end()
    promised = (one.subject, one.purpose, one.epoch, one.recipient, one.generation)
    if box_hash(box.box) != one.name or (one.recipient and _said(box) != promised):
        return False
    secrets.add_boxes(connection, [box])
    return True


def _keep_vault(connection: Connection, one: Awaited, fields: Fields) -> bool:
    patient, key = fields.octets(ID_SIZE), fields.octets(_KEY_SIZE)
    fields.end()
    if patient != one.subject or vault_commitment(patient, key) != one.name:
        return False
    secrets.put_vault_key(connection, patient, key, one.name)
    return True


def _read_lead(fields: Fields) -> Lead:
    return (
        fields.octets_up_to(_MOST_FIELD),
        fields.octets_up_to(_MOST_NAME),
        fields.octets_up_to(_MOST_FIELD),
        fields.octets_up_to(_MOST_NAME),
    )


def arrived(
    one: Awaited, lead: Lead, sealed: bytes | None, sealed_hash: bytes
) -> StoredContainer | None:
    """Give the row of a container that came with `lead`.

    `sealed` is None where its bytes are a file. None if it is not what its name says.
    """
    header, salt, wrapped_key, fingerprint = lead
    if commitment_of(salt, header, sealed_hash) != one.name:
        return None
    record, version = (one.subject, 0) if one.subject else _record_of(header)
    if not record:
        return None
    return StoredContainer(
        one.name, one.transaction, record, version, header, salt, wrapped_key, fingerprint,
        one.size, sealed,
    )  # fmt: skip


def _record_of(header: bytes) -> tuple[bytes, int]:
    """Give record and version as a header says them; nothing if it says something else."""
    try:
        said = RecordHeader.decode(header)
        # somebody's signature stands for the header, not for the types of what is in it
        fields = Fields((said.record, said.version))
        return fields.octets(ID_SIZE), fields.integer()
    except (OpenFailedError, CodecError):
        return b"", 0


_KEEPERS: Final[dict[str, Callable[[Connection, Awaited, Fields], bool]]] = {
    CONTAINER: _keep_container,
    BOX: _keep_box,
    VAULT: _keep_vault,
}
