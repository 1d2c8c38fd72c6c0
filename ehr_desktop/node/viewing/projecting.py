"""What a transaction changes in a view, read with the keys the view is made with.

One of the two places that decrypt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.projection import AppointmentText, Projection, Projector
from ehr_desktop.domain.records import ATTACHMENT, NewRecord
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    MoveAppointment,
    read_statement,
)
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.records import Envelope, RecordHeader, open_file, open_record, opens
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.policy import sealed_now
from ehr_desktop.node.store import containers, secrets
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    AppointmentWords,
    EntrySeen,
    PatientSeen,
    ViewChange,
)
from ehr_desktop.node.viewing.view_keys import ViewKeys

INDEXED = frozenset({"record.commit", "appointment.book", "appointment.move", "appointment.status"})
"""The kinds of transaction that change a view."""

Shows = Callable[[bytes, Category], bool]
"""Tells whether a view may show a category of a patient."""

Plain = Mapping[bytes, tuple[Envelope, NewRecord]]
"""What was sealed a moment ago, by commitment: it need not be opened again."""


@dataclass(slots=True)
class Reading:
    """What a transaction changes, and the names of what it needs that has not come yet:
    commitments of containers (32 bytes) and patients whose keys are missing (16 bytes).
    """

    changes: list[ViewChange] = field(default_factory=list)
    missing: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope
    projection: Projection


class Projecting:
    """Reads transactions for one view; one with a `diary` shows appointments, too."""

    def __init__(
        self, keys: ViewKeys, files: ContainerFiles, project: Projector, *, diary: bool
    ) -> None:
        self._keys = keys
        self._files = files
        self._project = project
        self._has_diary = diary

    def forget(self) -> None:
        """Forget the keys of categories."""
        self._keys.forget()

    def read(
        self,
        connection: Connection,
        transaction: Transaction,
        plain: Plain,
        shows: Shows,
        value: StateReader,
    ) -> Reading:
        """Give what a transaction of a kind in `INDEXED` changes, if it is accepted; `value` reads
        the state as it is.
        """
        payload = transaction.payload
        reading = Reading()
        statement = read_statement(payload.kind, tuple(payload.body))
        if isinstance(statement, CommitRecords):
            self._records(connection, statement, transaction, plain, reading, shows, value)
        elif self._has_diary:
            words = self._words(connection, transaction, plain, reading)
            if isinstance(statement, BookAppointment):
                reading.changes.append(_booking(statement, words, transaction))
            else:
                assert isinstance(statement, MoveAppointment | ChangeAppointmentStatus)
                reading.changes.append(_step(statement, payload.time_ms))
                if words is not None:
                    name = AppointmentId(statement.appointment.hex())
                    reading.changes.append(_said(name, words, transaction))
        return reading

    def _records(
        self,
        connection: Connection,
        statement: CommitRecords,
        transaction: Transaction,
        plain: Plain,
        reading: Reading,
        shows: Shows,
        value: StateReader,
    ) -> None:
        rows = zip(statement.records, transaction.payload.containers, strict=True)
        for (record, version, category, _epoch), container in rows:
            if not shows(statement.patient, Category(category)):
                continue
            name = container.commitment
            # what was written here a moment ago was not sealed again since
            if name not in plain:
                name = self._sealed_as(connection, name, value, record, version)
            opened = self._open(connection, name, plain, reading)
            if opened is not None:
                change = _record_change(statement, transaction, (record, version, category), opened)
                if change is not None:
                    reading.changes.append(change)

    def _sealed_as(
        self,
        connection: Connection,
        name: bytes,
        value: StateReader,
        record: bytes,
        version: int,
    ) -> bytes:
        """Give the container to read a version from: as it was committed, or, where that is gone or
        these keys do not open it, as it was sealed again since.
        """
        now = sealed_now(value, record, version)
        if now is None or now.commitment == name:
            return name
        here = containers.leads(connection, [name, now.commitment])
        old, again = here.get(name), here.get(now.commitment)
        if old is None:
            return now.commitment
        # until every earlier key is ended both are here
        is_same = again is not None and again.fingerprint == old.fingerprint
        is_shut = self._keys.key(connection, RecordHeader.decode(old.header)) is None
        return now.commitment if is_same and is_shut else name

    def _words(
        self, connection: Connection, transaction: Transaction, plain: Plain, reading: Reading
    ) -> AppointmentText | None:
        """Open the words an appointment's statement brought, if it brought any."""
        for container in transaction.payload.containers:
            opened = self._open(connection, container.commitment, plain, reading)
            return opened.projection.appointment if opened else None
        return None

    def _open(
        self, connection: Connection, commitment: bytes, plain: Plain, reading: Reading
    ) -> _Opened | None:
        known = plain.get(commitment)
        if known is not None:
            envelope, new = known
            return _Opened(envelope, new.projection or self._read(envelope))
        stored = containers.container(connection, commitment)
        if stored is None:
            reading.missing.append(commitment)
            return None
        try:
            opened = self._unseal(connection, stored, reading)
        except FileNotFoundError:
            reading.missing.append(commitment)
            return None
        except (OpenFailedError, OSError):
            # the full check names it; a view goes on without
            return None
        return None if opened is None else _Opened(opened, self._read(opened))

    def _read(self, envelope: Envelope) -> Projection:
        if envelope.resource_type == ATTACHMENT:
            return Projection(ATTACHMENT)
        return self._project(envelope.body)

    def _unseal(
        self, connection: Connection, stored: StoredContainer, reading: Reading
    ) -> Envelope | None:
        header = RecordHeader.decode(stored.header)
        key = self._keys.key(connection, header)
        if key is None:
            if header.epoch not in self._keys.epochs(connection, header.patient, header.category):
                reading.missing.append(header.patient)
            return None
        vault_key = _vault_key(connection, stored, header, key)
        if vault_key is None:
            reading.missing.append(header.patient)
            return None
        if stored.sealed is not None:
            return open_record(stored.header, stored.wrapped_key, stored.sealed, key, vault_key)
        with self._files.path(stored.commitment).open("rb") as sealed:
            pieces = open_file(stored.header, stored.wrapped_key, sealed, key, vault_key)
            lead = Envelope.decode(next(pieces))
            # a file somebody attached says nothing a view shows, and may be of any size
            body = b"" if lead.resource_type == ATTACHMENT else b"".join(pieces)
            return replace(lead, body=body)


def _vault_key(
    connection: Connection, stored: StoredContainer, header: RecordHeader, category_key: bytes
) -> bytes | None:
    """Give the key a record was sealed under, of those that anybody's registration brought."""
    for found in secrets.vault_keys_of(connection, header.patient):
        if opens(stored.header, stored.wrapped_key, category_key, found):
            return found
    return None


def words_alone(change: ViewChange) -> ViewChange | None:
    """Give what of a change came out of a container; None if nothing did."""
    if isinstance(change, AppointmentSeen):
        if not change.words_of:
            return None
        return AppointmentWords(
            change.id, change.reason, change.comment, change.override_reason, change.words_of
        )
    taken = isinstance(change, PatientSeen | EntrySeen | AppointmentWords)
    return change if taken else None


def _record_change(
    statement: CommitRecords,
    transaction: Transaction,
    row: tuple[bytes, int, str],
    opened: _Opened,
) -> ViewChange | None:
    record, version, category = row
    envelope, projection = opened.envelope, opened.projection
    patient = PatientId(statement.patient.hex())
    name = TransactionId(transaction.id.hex())
    if projection.patient is not None:
        return PatientSeen(
            patient=patient,
            record=RecordId(record.hex()),
            row=projection.patient,
            reference=projection.reference,
            changed_ms=transaction.payload.time_ms,
            full_url=envelope.full_url,
            transaction=name,
        )
    if projection.entry is None:
        return None
    return EntrySeen(
        patient=patient,
        record=RecordId(record.hex()),
        version=version,
        category=Category(category),
        resource_type=envelope.resource_type,
        reference=projection.reference,
        full_url=envelope.full_url,
        recorded_ms=transaction.payload.time_ms,
        author=PersonId(transaction.payload.person.hex()),
        transaction=name,
        origin=envelope.origin,
        amends=version > 1,
        row=projection.entry,
    )


def _booking(
    statement: BookAppointment, words: AppointmentText | None, transaction: Transaction
) -> ViewChange:
    said = words or AppointmentText()
    return AppointmentSeen(
        id=AppointmentId(statement.appointment.hex()),
        provider=PersonId(statement.provider.hex()),
        patient=PatientId(statement.patient.hex()),
        start_ms=statement.start_ms,
        minutes=statement.minutes,
        wall_start=statement.wall_start,
        time_zone=statement.time_zone,
        status=AppointmentStatus.BOOKED,
        status_ms=transaction.payload.time_ms,
        override=bool(statement.override),
        reason=said.reason,
        comment=said.comment,
        override_reason=said.override_reason,
        words_of=TransactionId("" if words is None else transaction.id.hex()),
    )


def _said(
    appointment: AppointmentId, words: AppointmentText, transaction: Transaction
) -> ViewChange:
    return AppointmentWords(
        appointment,
        words.reason,
        words.comment,
        words.override_reason,
        TransactionId(transaction.id.hex()),
    )


def _step(statement: MoveAppointment | ChangeAppointmentStatus, time_ms: int) -> ViewChange:
    if isinstance(statement, ChangeAppointmentStatus):
        return AppointmentStatusChanged(
            AppointmentId(statement.appointment.hex()),
            AppointmentStatus(statement.status),
            time_ms,
        )
    return AppointmentMoved(
        id=AppointmentId(statement.appointment.hex()),
        provider=PersonId(statement.provider.hex()),
        start_ms=statement.start_ms,
        minutes=statement.minutes,
        wall_start=statement.wall_start,
        time_zone=statement.time_zone,
        override=bool(statement.override),
    )
