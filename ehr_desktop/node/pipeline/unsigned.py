"""Statements on their way in, and what is stored with them once they are signed."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import DiskFullError
from ehr_desktop.node.contracts.about import NAMES_NO_PATIENT
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.promises import promise
from ehr_desktop.node.pipeline.subjects import subject_of
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.secrets import KeyBox

ROOM_TO_WORK = 4 << 20
"""A disk with fewer bytes free counts as full."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A statement with whoever makes it and what comes with it.

    `subject` is the patient it is about, or empty. The containers' transaction is filled in when
    it is signed. Without a `key` the workstation speaks for itself, and `person` is `NOBODY`.
    `others` sign it, too: a new consent key, say, that proves it is somebody's.
    """

    statement: Statement
    person: bytes
    key: SigningKey | None
    subject: bytes = b""
    containers: tuple[StoredContainer, ...] = ()
    boxes: tuple[KeyBox, ...] = ()
    vault_key: bytes = b""
    others: tuple[SigningKey, ...] = ()

    @property
    def keys(self) -> list[SigningKey]:
        """Everybody's keys that sign besides the workstation's."""
        return [*([self.key] if self.key is not None else []), *self.others]


def store_signed(
    connection: Connection, signed: Sequence[Transaction], wanted: Sequence[Unsigned]
) -> None:
    """Store signed transactions as pending, each with the containers, boxes and keys it brings."""
    for transaction, unsigned in zip(signed, wanted, strict=True):
        _store_what_it_brings(connection, transaction.id, unsigned)
    if signed:
        transactions.add_pending(
            connection,
            [_row(t, u.subject) for t, u in zip(signed, wanted, strict=True)],
        )


def store_received(
    connection: Connection, received: Sequence[Transaction], value: StateReader
) -> None:
    """Store other workstations' transactions as pending."""
    if received:
        transactions.add_pending(connection, [_row(t, subject_of(t, value)) for t in received])
        promise(connection, received)


def store_news(connection: Connection, news: Sequence[Transaction], value: StateReader) -> None:
    """Store what a final block has and the pool has not. A device can sign the same twice, with
    other persons: then it is here under its name, and gets the signatures it is final with.
    """
    known = {t.id for t in news if transactions.is_stored(connection, t.id)}
    store_received(connection, [t for t in news if t.id not in known], value)
    transactions.replace_wires(
        connection, [{"id_": t.id, "signed": t.wire} for t in news if t.id in known]
    )


def complete_subjects(
    connection: Connection, batch: Sequence[Transaction], value: StateReader
) -> None:
    """Say whom those are about that name something nobody knew when they were stored."""
    rows = [
        {"id_": t.id, "of": subject_of(t, value)}
        for t in batch
        if t.payload.kind in NAMES_NO_PATIENT
    ]
    transactions.complete_subjects(connection, rows)


def require_room(folder: Path, wanted: Sequence[Unsigned]) -> None:
    """Refuse early: what is stored must also find room to become final.

    Raises:
        DiskFullError: it would not.
    """
    brought = sum(c.size for unsigned in wanted for c in unsigned.containers if c.sealed)
    if shutil.disk_usage(folder).free < ROOM_TO_WORK + 2 * brought:
        raise DiskFullError


def _store_what_it_brings(connection: Connection, name: bytes, unsigned: Unsigned) -> None:
    containers.add_containers(
        connection, [replace(c, transaction=name) for c in unsigned.containers]
    )
    secrets.add_boxes(connection, [replace(box, transaction=name) for box in unsigned.boxes])
    if unsigned.vault_key:
        patient, key = unsigned.subject, unsigned.vault_key
        secrets.put_vault_key(connection, patient, key, vault_commitment(patient, key))


def _row(transaction: Transaction, subject: bytes) -> dict[str, Any]:
    payload = transaction.payload
    return {
        "id": transaction.id,
        "device": payload.device,
        "sequence": payload.sequence,
        "kind": payload.kind,
        "person": payload.person,
        "subject": subject,
        "time_ms": payload.time_ms,
        "wire": transaction.wire,
    }
