"""From plain records to unsigned transactions: category keys, epochs, versions, containers."""

import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.consent_basis import is_controlled, recipients
from ehr_desktop.node.contracts.custody_statements import DealShares
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import CommitRecords, OpenEpochs, RegisterPatient
from ehr_desktop.node.contracts.team_keys import standing
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.containers import keep_file, stored_container
from ehr_desktop.node.keys.opening import Holder, category_key
from ehr_desktop.node.keys.records import (
    Envelope,
    RecordHeader,
    SealedRecord,
    fingerprint_of,
    imported_record_id,
    pieces_of,
    seal_file,
    seal_record,
    vault_commitment,
)
from ehr_desktop.node.pipeline.destroying import shared_out
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import basis_of, registered_vault_key, usable_epoch
from ehr_desktop.node.sealing.dealing import OpenKey, deal_shares
from ehr_desktop.node.sealing.drawing import DrawnEpoch, draw_epoch, open_epochs
from ehr_desktop.node.store import containers
from ehr_desktop.node.store.containers import (
    LARGEST_ROW,
    ContainerFiles,
    StoredContainer,
    no_room_is_told,
)
from ehr_desktop.node.store.secrets import KeyBox

MOST_RECORDS = 1000
"""One transaction commits to at most this many records."""


@dataclass(slots=True)
class Sealed:
    """What a batch of records became. `plain` holds, by commitment, what the indexer need not
    open again; `files` are those written for it, to be removed if it is not stored.
    """

    unsigned: list[Unsigned] = field(default_factory=list)
    unchanged: int = 0
    plain: dict[bytes, tuple[Envelope, NewRecord]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def discard(self) -> None:
        """Remove the files of a batch that was not stored."""
        for path in self.files:
            with suppress(FileNotFoundError):
                path.unlink()


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """The newest version of a record within the batch that is being sealed."""

    version: int
    commitment: bytes
    fingerprint: bytes


class Sealer:
    """Seals records of one patient, for the session of a member or of a patient. Runs on the writer
    thread.
    """

    def __init__(
        self,
        session: Holder,
        connection: Connection,
        pipeline: Pipeline,
        files: ContainerFiles,
        progress: Callable[[int], None],
    ) -> None:
        self._session = session
        self._connection = connection
        self._pipeline = pipeline
        self._value: StateReader = pipeline.value_here(connection)
        self._files = files
        self._progress = progress
        self._placed: dict[bytes, SealedPlace] = {}

    def seal(
        self, patient: PatientId, records: Sequence[NewRecord], source: str, *, register: bool
    ) -> Sealed:
        """Seal records; `register` makes the pseudonym and its vault key first.

        Raises:
            NotFoundError: the patient's vault key is gone, or an amended record is not there.
        """
        subject = bytes.fromhex(patient)
        sealed = Sealed()
        if register:
            key = os.urandom(32)
            statement = RegisterPatient(subject, vault_commitment(subject, key))
            sealed.unsigned.append(self._say(statement, subject, vault_key=key))
        else:
            found = registered_vault_key(self._connection, self._value, subject)
            if found is None:
                raise NotFoundError(patient)
            key = found
        keys = self._category_keys(subject, {record.category for record in records}, sealed)
        self._pipeline.expected.expect(
            self._connection,
            (("record", name) for r in records if (name := _known_id(r, key)) is not None),
        )
        try:
            done = [self._seal_one(subject, r, keys, key, sealed) for r in records]
        except BaseException:
            sealed.discard()
            raise
        fresh = [entry for entry in done if entry is not None]
        for start in range(0, len(fresh), MOST_RECORDS):
            self._commit(subject, fresh[start : start + MOST_RECORDS], source, sealed)
        return sealed

    def seal_words(self, subject: bytes, words: NewRecord) -> tuple[Sealed, int, StoredContainer]:
        """Seal the words of a statement other than `record.commit`: give what must be said first,
        the epoch they are sealed under and their container.

        Raises:
            NotFoundError: the patient's vault key is gone.
        """
        key = registered_vault_key(self._connection, self._value, subject)
        if key is None:
            raise NotFoundError(subject.hex())
        sealed = Sealed()
        keys = self._category_keys(subject, {words.category}, sealed)
        done = self._seal_one(subject, words, keys, key, sealed)
        assert done is not None
        header, record = done
        return sealed, header.epoch, stored_container(header.record, header.version, record)

    def category_key(self, subject: bytes, category: Category) -> tuple[int, bytes] | None:
        """Give the usable epoch of a category and its key, if this session can open it."""
        epoch = usable_epoch(
            self._value, subject, category, self._session.person, self._pipeline.clock()
        )
        if not epoch:
            return None
        key = category_key(self._session, self._connection, self._value, subject, category, epoch)
        return None if key is None else (epoch, key)

    def _category_keys(
        self, subject: bytes, categories: set[Category], sealed: Sealed
    ) -> dict[Category, tuple[int, bytes]]:
        keys: dict[Category, tuple[int, bytes]] = {}
        drawn: list[DrawnEpoch] = []
        for category in sorted(categories):
            known = self.category_key(subject, category)
            if known is None:
                # not kept in the session: the epoch may be refused, and whoever writes for others
                # (an import by an administrator) is to keep no key of their records
                person, now_ms = self._session.person, self._pipeline.clock()
                fresh = draw_epoch(self._value, subject, category, person, now_ms)
                drawn.append(fresh)
                known = fresh.epoch, fresh.key
            keys[category] = known
        if drawn:
            boxes = tuple(box for one in drawn for box in one.boxes)
            sealed.unsigned.append(self._say(open_epochs(subject, drawn), subject, boxes=boxes))
            self._share_out(subject, drawn, sealed)
        return keys

    def _share_out(self, subject: bytes, drawn: Sequence[DrawnEpoch], sealed: Sealed) -> None:
        """Share fresh keys out to the workstations where nobody is to hold them alone."""
        if subject == self._value("directory"):
            return
        shared = shared_out(self._value, subject)
        keys = [
            OpenKey(d.category, d.epoch, d.key)
            for d in drawn
            if d.category in shared and self._may_keep(subject, d.category)
        ]
        if keys:
            statement, boxes = deal_shares(self._value, subject, keys)
            sealed.unsigned.append(self._say(statement, subject, boxes=boxes))

    def _may_keep(self, subject: bytes, category: Category) -> bool:
        """Tell whether a key drawn here is to be used by others: not if its drawer may not read."""
        teams, _ = recipients(self._value, subject, category, self._pipeline.clock())
        if any(standing(self._value, team).foreign for team in teams):
            return False
        if not is_controlled(self._value, subject, category):
            return True
        now_ms = self._pipeline.clock()
        basis = basis_of(self._value, self._session, subject, category, now_ms)
        return basis in (Basis.POLICY, Basis.PATIENT)

    def _seal_one(
        self,
        subject: bytes,
        new: NewRecord,
        keys: dict[Category, tuple[int, bytes]],
        vault_key: bytes,
        sealed: Sealed,
    ) -> tuple[RecordHeader, SealedRecord] | None:
        record, version, previous = self._place(new, vault_key)
        if new.attachment is None and self._is_unchanged(new, record, version, vault_key):
            sealed.unchanged += 1
            return None
        epoch, category_key = keys[new.category]
        header = RecordHeader(
            patient=subject,
            category=str(new.category),
            epoch=epoch,
            record=record,
            version=version,
            author=self._session.person,
            previous=previous,
        )
        envelope = Envelope(new.resource_type, new.full_url, new.origin, new.body)
        done = self._seal_body(header, envelope, new, category_key, vault_key, sealed)
        self._placed[record] = SealedPlace(version, done.commitment, done.fingerprint)
        sealed.plain[done.commitment] = envelope, new
        return header, done

    def _place(self, new: NewRecord, vault_key: bytes) -> tuple[bytes, int, bytes]:
        """Give the record's id, its next version, and the commitment of the one before."""
        record = _known_id(new, vault_key)
        if record is None:
            return os.urandom(16), 1, b""
        if record in self._placed:
            place = self._placed[record]
            return record, place.version + 1, place.commitment
        current = self._value("record", record)
        if current is None:
            return record, 1, b""
        return record, current[2] + 1, current[3]

    def _is_unchanged(self, new: NewRecord, record: bytes, version: int, vault_key: bytes) -> bool:
        if version == 1:
            return False
        fingerprint = _fingerprint(vault_key, new)
        if record in self._placed:
            return self._placed[record].fingerprint == fingerprint
        current = self._value("record", record)
        stored = containers.container(self._connection, current[3])
        return stored is not None and stored.fingerprint == fingerprint

    def _seal_body(
        self,
        header: RecordHeader,
        envelope: Envelope,
        new: NewRecord,
        category_key: bytes,
        vault_key: bytes,
        sealed: Sealed,
    ) -> SealedRecord:
        if new.attachment is None and len(new.body) < LARGEST_ROW - 4096:
            return seal_record(header, envelope, category_key, vault_key)
        body = _source(new)
        lead = replace(envelope, body=b"")
        with body, no_room_is_told():
            pieces = pieces_of(body)
            done = keep_file(
                self._files,
                lambda target: seal_file(
                    header, lead, pieces, target, category_key, vault_key, self._progress
                ),
            )
        sealed.files.append(self._files.path(done.commitment))
        return done

    def _commit(
        self,
        subject: bytes,
        entries: list[tuple[RecordHeader, SealedRecord]],
        source: str,
        sealed: Sealed,
    ) -> None:
        rows = tuple((h.record, h.version, h.category, h.epoch) for h, _ in entries)
        stored = tuple(stored_container(h.record, h.version, s) for h, s in entries)
        statement = CommitRecords(subject, rows, source)
        sealed.unsigned.append(self._say(statement, subject, stored=stored))

    def _say(
        self,
        statement: RegisterPatient | OpenEpochs | CommitRecords | DealShares,
        subject: bytes,
        *,
        stored: tuple[StoredContainer, ...] = (),
        boxes: tuple[KeyBox, ...] = (),
        vault_key: bytes = b"",
    ) -> Unsigned:
        return Unsigned(
            statement,
            self._session.person,
            self._session.keys.signing,
            subject=subject,
            containers=stored,
            boxes=boxes,
            vault_key=vault_key,
        )


def _known_id(new: NewRecord, vault_key: bytes) -> bytes | None:
    """Give the id of a record that has one before it is written."""
    if new.record is not None:
        return bytes.fromhex(new.record)
    return imported_record_id(vault_key, new.reference) if new.reference else None


def _source(new: NewRecord) -> BinaryIO:
    """Give the bytes of a large body to read.

    Raises:
        InvalidInputError: the file cannot be read.
    """
    if new.attachment is None:
        return io.BytesIO(new.body)
    try:
        return new.attachment.open("rb")
    except OSError as error:
        raise InvalidInputError("path", "unreadable") from error


def _fingerprint(vault_key: bytes, new: NewRecord) -> bytes:
    return fingerprint_of(vault_key, new.resource_type, sha256(new.body))
