"""Copies of what somebody wrote and what waits, which only its author can open."""

from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.domain.ids import RecordId
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.statements import CommitRecords, read_statement
from ehr_desktop.node.crypto.blob import open_blob, seal_blob
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.kdf import derive_key
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.keys.records import Envelope
from ehr_desktop.node.ledger.codec import decode, encode
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.policy import final_state
from ehr_desktop.node.store import authors_copies, told_pending
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.writing import Prepared

_LABEL = "ehr/authors-copy/v1"


def author_key(session: Session) -> bytes:
    """Give the key of somebody's copies."""
    return derive_key(session.keys.seed, "ehr/authors-copies/v1")


def keep_copies(connection: Connection, row: StoredTransaction, prepared: Prepared) -> None:
    """Keep copies of what a transaction commits to, as far as `prepared` has it. Of a file there
    is no copy: it is noted where it was taken from.
    """
    if row.kind != CommitRecords.KIND:
        return
    names = [ref.commitment for ref in Transaction.decode(row.wire).payload.containers]
    sealed = [
        (name, seal_blob(prepared.author_key, _text(*prepared.plain[name]), _LABEL, name))
        for name in names
        if name in prepared.plain
    ]
    authors_copies.keep(connection, row.id, row.person, row.subject, sealed)


def committed(row: StoredTransaction) -> CommitRecords:
    """Give what a transaction says of records."""
    statement = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
    assert isinstance(statement, CommitRecords)
    return statement


def open_copies(
    connection: Connection, session: Session, row: StoredTransaction
) -> list[NewRecord]:
    """Give what a transaction was to commit to, each to be written again as the same record.

    Raises:
        OpenFailedError: not all of it can be opened.
        InvalidInputError: a file is not there any more, or not the same.
    """
    found = _opened(connection, session, row)
    if not all(is_whole for _, is_whole in found):
        raise InvalidInputError("path", "changed")
    return [new for new, _ in found]


def read_copies(
    connection: Connection, session: Session, row: StoredTransaction
) -> list[NewRecord]:
    """Give what a transaction was to commit to, but for files: to be read by its author.

    Raises:
        OpenFailedError: not all of it can be opened.
    """
    return [new for new, _ in _opened(connection, session, row) if new.attachment is None]


def is_whole(connection: Connection, session: Session, row: StoredTransaction) -> bool:
    """Tell whether all that was to be committed to, files too, is here to be written again."""
    try:
        open_copies(connection, session, row)
    except (OpenFailedError, InvalidInputError):
        return False
    return True


def is_overtaken(connection: Connection, row: StoredTransaction) -> bool:
    """Tell whether a record has another version in place of one that was to be committed to."""
    value = final_state(connection)
    found = ((value("record", said[0]), said[1]) for said in committed(row).records)
    return any(current is not None and current[2] >= version for current, version in found)


def forget_refused(connection: Connection, person: bytes, name: bytes) -> None:
    """Keep nothing more of a refused transaction of somebody's, and tell of it no more."""
    authors_copies.drop(connection, [name])
    told_pending.dismiss(connection, person, name)


def _opened(
    connection: Connection, session: Session, row: StoredTransaction
) -> list[tuple[NewRecord, bool]]:
    """Give each record, and whether its file, if there is one, is still the same."""
    key, kept = author_key(session), authors_copies.copies(connection, row.id)
    refs = Transaction.decode(row.wire).payload.containers
    if any(ref.commitment not in kept for ref in refs):
        raise OpenFailedError
    return [
        _open(key, ref.commitment, kept[ref.commitment], Category(category), RecordId(record.hex()))
        for (record, _, category, _), ref in zip(committed(row).records, refs, strict=True)
    ]


def _open(
    key: bytes, name: bytes, sealed: bytes, category: Category, record: RecordId
) -> tuple[NewRecord, bool]:
    envelope, (path, size, changed_ns) = _read(open_blob(key, sealed, _LABEL, name))
    attachment = Path(path) if path else None
    is_whole = attachment is None or _measure(attachment) == (size, changed_ns)
    new = NewRecord(
        category,
        envelope.resource_type,
        envelope.body,
        envelope.full_url,
        envelope.origin,
        record=record,
        attachment=attachment,
    )
    return new, is_whole


def _text(envelope: Envelope, new: NewRecord) -> bytes:
    path = new.attachment
    file = encode(("", 0, 0) if path is None else (str(path.absolute()), *_measure(path)))
    return len(file).to_bytes(4, "big") + file + envelope.encode()


def _read(plain: bytes) -> tuple[Envelope, tuple[str, int, int]]:
    size = int.from_bytes(plain[:4], "big")
    path, length, changed_ns = decode(plain[4 : 4 + size])  # type: ignore[misc]
    return Envelope.decode(plain[4 + size :]), (str(path), int(length), int(changed_ns))  # type: ignore[arg-type]


def _measure(path: Path) -> tuple[int, int]:
    """Give a file's size and when it was changed last; nothing of one that is gone."""
    try:
        found = path.stat()
    except OSError:
        return -1, 0
    return found.st_size, found.st_mtime_ns
