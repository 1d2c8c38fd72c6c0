"""Opening records for a person. Nothing here decrypts without a receipt that is in the ledger.

The receipt is a transaction; it is stored before it is handed out, so before any plaintext exists.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import Receipt
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.errors import (
    IntegrityError,
    InvalidInputError,
    NoKeyError,
    NotFoundError,
    ReceiptMissingError,
)
from ehr_desktop.domain.ids import PatientId, RecordId, TransactionId
from ehr_desktop.domain.ledger import Fault, FaultKind
from ehr_desktop.node.contracts.consent_statements import ReadOwn
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import CommitRecords, ReadRecords, read_statement
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.opening import Holder, category_key
from ehr_desktop.node.keys.records import (
    Envelope,
    RecordHeader,
    commitment_of,
    open_file,
    open_record,
)
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.policy import registered_vault_key, sealed_now, standing_basis
from ehr_desktop.node.store import containers, transactions
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer, no_room_is_told


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record version, opened: its header, what was sealed, and who signed for it when; `pending`
    while that is not final.
    """

    header: RecordHeader
    envelope: Envelope
    transaction: TransactionId
    person: bytes
    time_ms: int
    pending: bool


@dataclass(frozen=True, slots=True)
class _Commit:
    transaction: Transaction
    statement: CommitRecords
    pending: bool


class Reader:
    """Opens records for one session, a member's or a patient's: each against a receipt for its
    category, a basis that still holds now, and the ledger's commitment.
    """

    def __init__(
        self,
        session: Holder,
        connection: Connection,
        value: StateReader,
        files: ContainerFiles,
        now_ms: int,
    ) -> None:
        self._session = session
        self._now_ms = now_ms
        self._connection = connection
        self._value = value
        self._files = files
        # records read together share their receipt, their transaction and their keys
        self._shown: dict[Receipt, frozenset[str]] = {}
        self._bases: dict[tuple[bytes, Category], Basis | None] = {}
        self._commits: dict[bytes, _Commit | None] = {}
        self._opened_keys: dict[tuple[bytes, str, int], tuple[bytes, bytes]] = {}

    def open(self, receipt: Receipt, record: RecordId, version: int | None = None) -> OpenedRecord:
        """Open one version of a record, the newest unless told otherwise.

        Raises:
            ReceiptMissingError: the receipt is not in the ledger, or is another's.
            NotFoundError: there is no such record of this patient.
            IntegrityError: what is stored is not what the ledger commits to.
            NoKeyError: the receipt is not for its category, the person may not read that (any
                more), or the person's keys do not open it.
        """
        stored, found = self._shown_for(receipt, record, version)
        transaction = found.transaction
        header = RecordHeader.decode(stored.header)
        return OpenedRecord(
            header,
            self._envelope(stored, record),
            TransactionId(transaction.id.hex()),
            transaction.payload.person,
            transaction.payload.time_ms,
            found.pending,
        )

    def save(
        self, receipt: Receipt, record: RecordId, target: Path, progress: Callable[[int], None]
    ) -> None:
        """Write a large record's body to `target`, in pieces; nothing is left there on failure.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: as `open`.
            DiskFullError: there is no room for the file.
            InvalidInputError: no file can be written there.
        """
        stored, _ = self._shown_for(receipt, record, None)
        key, vault_key = self._keys(RecordHeader.decode(stored.header))
        part = target.with_name(target.name + ".part")
        try:
            with no_room_is_told(), part.open("wb") as out:
                pieces = self._pieces(stored, key, vault_key)
                next(pieces)
                for piece in pieces:
                    out.write(piece)
                    progress(out.tell())
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except OpenFailedError as error:
            raise IntegrityError(_changed(record)) from error
        except OSError as error:
            raise InvalidInputError("target", "unwritable") from error
        finally:
            with suppress(FileNotFoundError):
                part.unlink()

    def whole(self, receipt: Receipt, record: RecordId) -> tuple[str, str, bytes]:
        """Give a record's type, the address it had and its body, be it ever so large.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: as `open`.
        """
        stored, _ = self._shown_for(receipt, record, None)
        envelope = self._envelope(stored, record)
        return envelope.resource_type, envelope.full_url, envelope.body

    def words(self, receipt: Receipt, transaction: TransactionId) -> bytes:
        """Give the words of a statement that is no record: its one container.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: as `open`.
        """
        row = transactions.by_id(self._connection, bytes.fromhex(transaction))
        if row is None or row.rule or row.subject.hex() != receipt.patient:
            raise NotFoundError(transaction)
        (named,) = Transaction.decode(row.wire).payload.containers
        stored = containers.container(self._connection, named.commitment)
        record = RecordId(transaction)
        if stored is None or not container_holds(stored, self._files):
            raise IntegrityError(_missing(record) if stored is None else _changed(record))
        self._require(receipt, stored)
        return self._envelope(stored, record).body

    def _envelope(self, stored: StoredContainer, record: RecordId) -> Envelope:
        key, vault_key = self._keys(RecordHeader.decode(stored.header))
        try:
            return Envelope.decode(b"".join(self._pieces(stored, key, vault_key)))
        except OpenFailedError as error:
            raise IntegrityError(_changed(record)) from error

    def _pieces(self, stored: StoredContainer, key: bytes, vault_key: bytes) -> Iterator[bytes]:
        """Give the lead (type, address, origin), then the body."""
        if stored.sealed is not None:
            opened = open_record(stored.header, stored.wrapped_key, stored.sealed, key, vault_key)
            yield opened.lead()
            yield opened.body
            return
        with self._files.path(stored.commitment).open("rb") as sealed:
            yield from open_file(stored.header, stored.wrapped_key, sealed, key, vault_key)

    def _shown_for(
        self, receipt: Receipt, record: RecordId, version: int | None
    ) -> tuple[StoredContainer, _Commit]:
        """Find a version that a receipt lets its reader open now."""
        self._categories(receipt)
        found = self._checked(receipt.patient, record, version)
        self._require(receipt, found[0])
        return found

    def _categories(self, receipt: Receipt) -> frozenset[str]:
        """Give what a receipt, and those beside it, are for, as the ledger has them."""
        if receipt not in self._shown:
            self._shown[receipt] = frozenset(
                category for one in receipt.all for category in self._look_up(one)
            )
        return self._shown[receipt]

    def _require(self, receipt: Receipt, stored: StoredContainer) -> None:
        """Let only what a receipt is for, and may still be read, be opened."""
        header = RecordHeader.decode(stored.header)
        if header.patient.hex() != receipt.patient:
            raise NoKeyError(header.category)
        if header.category not in self._categories(receipt) or not self._may_read(
            receipt.patient, header.category
        ):
            raise NoKeyError(header.category)

    def _may_read(self, patient: PatientId, category: str) -> bool:
        name = bytes.fromhex(patient), Category(category)
        if name not in self._bases:
            self._bases[name] = standing_basis(
                self._connection, self._value, self._session, *name, self._now_ms
            )
        return self._bases[name] is not None

    def _look_up(self, receipt: Receipt) -> tuple[str, ...]:
        """Give the categories that a receipt in the ledger is for."""
        row = transactions.by_id(self._connection, bytes.fromhex(receipt.transaction))
        if row is None or row.rule:
            raise ReceiptMissingError(receipt.transaction)
        statement = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
        if not isinstance(statement, ReadRecords | ReadOwn):
            raise ReceiptMissingError(receipt.transaction)
        if row.person != self._session.person or statement.patient.hex() != receipt.patient:
            raise ReceiptMissingError(receipt.transaction)
        return statement.categories

    def _checked(
        self, patient: PatientId, record: RecordId, version: int | None
    ) -> tuple[StoredContainer, _Commit]:
        """Find a version's container and hold it against the ledger."""
        name = bytes.fromhex(record)
        current = self._value("record", name)
        newest = 0 if current is None else current[2]
        if current is not None and current[0].hex() != patient:
            raise NotFoundError(record)
        versions = containers.versions(self._connection, name)
        wanted = max([newest, *self._waiting(versions, patient)]) if version is None else version
        if wanted < 1:
            raise NotFoundError(record)
        # a refused version has its container, too, and the number of the one that was accepted; so
        # has one that was sealed again since
        now = sealed_now(self._value, name, wanted)
        found = [
            (stored, commit)
            for stored in versions
            if stored.version == wanted and (now is None or stored.commitment == now.commitment)
            if (commit := self._committing(stored, patient)) is not None
        ]
        if not found:
            raise NotFoundError(record) if wanted > newest else IntegrityError(_missing(record))
        # what is final stands before what still waits to be the same version
        chosen = min(found, key=lambda pair: pair[1].pending)
        if not container_holds(chosen[0], self._files):
            raise IntegrityError(_changed(record))
        return chosen

    def _waiting(self, versions: list[StoredContainer], patient: PatientId) -> list[int]:
        """Give the versions that are signed and not final yet."""
        found = ((c.version, self._committing(c, patient)) for c in versions)
        return [version for version, commit in found if commit is not None and commit.pending]

    def _committing(self, stored: StoredContainer, patient: PatientId) -> _Commit | None:
        """Give the transaction that commits to a container as the very version it says it is; where
        it was sealed again, the one that brought the version first.
        """
        now = sealed_now(self._value, stored.record, stored.version)
        is_again = (
            now is not None
            and now.commitment == stored.commitment
            and now.first != stored.transaction
        )
        brought = now.first if now is not None and is_again else stored.transaction
        if brought not in self._commits:
            self._commits[brought] = self._commit(brought)
        found = self._commits[brought]
        if found is None or found.statement.patient.hex() != patient:
            return None
        rows = zip(found.statement.records, found.transaction.payload.containers, strict=True)
        for (name, number, _category, _epoch), container in rows:
            if (name, number) == (stored.record, stored.version) and (
                is_again or container.commitment == stored.commitment
            ):
                return found
        return None

    def _commit(self, name: bytes) -> _Commit | None:
        row = transactions.by_id(self._connection, name)
        if row is None or row.rule:
            return None
        transaction = Transaction.decode(row.wire)
        statement = read_statement(row.kind, tuple(transaction.payload.body))
        if not isinstance(statement, CommitRecords):
            return None
        return _Commit(transaction, statement, pending=row.position is None)

    def _keys(self, header: RecordHeader) -> tuple[bytes, bytes]:
        name = header.patient, header.category, header.epoch
        if name not in self._opened_keys:
            self._opened_keys[name] = self._open_keys(header)
        return self._opened_keys[name]

    def _open_keys(self, header: RecordHeader) -> tuple[bytes, bytes]:
        vault_key = registered_vault_key(self._connection, self._value, header.patient)
        key = category_key(
            self._session, self._connection, self._value,
            header.patient, header.category, header.epoch,
        )  # fmt: skip
        if key is None or vault_key is None:
            raise NoKeyError(header.category)
        return key, vault_key


def container_holds(stored: StoredContainer, files: ContainerFiles) -> bool:
    """Tell whether a container's stored bytes are what its commitment says."""
    if stored.sealed is not None:
        sealed_hash = sha256(stored.sealed)
    else:
        try:
            with files.path(stored.commitment).open("rb") as file:
                sealed_hash = hashlib.file_digest(file, "sha256").digest()
        except OSError:
            return False
    return stored.commitment == commitment_of(
        stored.salt, stored.header, sealed_hash, stored.wrapped_key, stored.fingerprint
    )


def _changed(record: RecordId) -> Fault:
    return Fault(
        FaultKind.CONTAINER_CHANGED,
        record,
        "",
        "The stored bytes of this record are not the ones the ledger commits to.",
    )


def _missing(record: RecordId) -> Fault:
    return Fault(
        FaultKind.CONTAINER_MISSING,
        record,
        "",
        "The ledger commits to this record, but it is not in the store.",
    )
