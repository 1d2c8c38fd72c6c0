"""From plain records to unsigned transactions: category keys, epochs, versions, containers."""

import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import CommitRecords, OpenEpochs, RegisterPatient
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.keys.records import (
    Envelope,
    RecordHeader,
    SealedRecord,
    fingerprint_of,
    imported_record_id,
    seal_file,
    seal_record,
    vault_commitment,
)
from ehr_desktop.node.keys.teams import (
    box_category_key,
    category_key_commitment,
    new_category_key,
    open_category_key,
)
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import (
    next_epoch,
    registered_vault_key,
    team_public,
    usable_epoch,
)
from ehr_desktop.node.store import containers, secrets
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
    """Seals records of one patient for one session. Runs on the writer thread."""

    def __init__(
        self,
        session: Session,
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
        self._pipeline.expect(
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
        epoch = usable_epoch(self._value, subject, category)
        key = self._open_key(subject, category, epoch) if epoch else None
        return None if key is None else (epoch, key)

    def _category_keys(
        self, subject: bytes, categories: set[Category], sealed: Sealed
    ) -> dict[Category, tuple[int, bytes]]:
        keys: dict[Category, tuple[int, bytes]] = {}
        rows, boxes = [], []
        for category in sorted(categories):
            known = self.category_key(subject, category)
            if known is None:
                epoch, key, sealed_boxes = self._new_key(subject, category)
                known = epoch, key
                teams = tuple(
                    (box.recipient.decode(), box.generation, box.hash) for box in sealed_boxes
                )
                rows.append((str(category), epoch, category_key_commitment(key), teams))
                boxes += sealed_boxes
            keys[category] = known
        if rows:
            statement = OpenEpochs(subject, tuple(rows))
            sealed.unsigned.append(self._say(statement, subject, boxes=tuple(boxes)))
        return keys

    def _new_key(self, subject: bytes, category: Category) -> tuple[int, bytes, list[KeyBox]]:
        epoch = next_epoch(self._value, subject, category)
        key = new_category_key()
        boxes = [
            box_category_key(key, subject, str(category), epoch, team_public(self._value, team))
            for team in sorted(default_teams(category))
        ]
        # not kept in the session: the epoch may be refused, and whoever writes for a team without
        # being of it (an import by an administrator) is to keep no key of its records
        return epoch, key, boxes

    def _open_key(self, subject: bytes, category: Category, epoch: int) -> bytes | None:
        known = self._session.category_keys.get((subject, category, epoch))
        if known is not None:
            return known
        for team, team_key in self._session.teams.items():
            for box in secrets.category_boxes(self._connection, subject, category, team):
                if (box.epoch, box.generation) != (epoch, team_key.generation):
                    continue
                with suppress(OpenFailedError):
                    key = open_category_key(box, team_key)
                    self._session.category_keys[subject, category, epoch] = key
                    return key
        return None

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
        _patient, _category, version, commitment = current
        return record, version + 1, commitment

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
        with body, no_room_is_told():
            path, target = self._files.create()
            sealed.files.append(path)
            with target:
                done = seal_file(
                    header,
                    Envelope(envelope.resource_type, envelope.full_url, envelope.origin, b""),
                    source=body,
                    target=target,
                    category_key=category_key,
                    vault_key=vault_key,
                    fingerprint=b"" if new.attachment else _fingerprint(vault_key, new),
                    progress=self._progress,
                )
                target.flush()
                os.fsync(target.fileno())
            self._files.keep(path, done.commitment)
        sealed.files[-1] = self._files.path(done.commitment)
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
        statement: RegisterPatient | OpenEpochs | CommitRecords,
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
