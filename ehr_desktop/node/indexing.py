"""Keeps the teams' views in step with the ledger.

One of the two places that decrypt. A team's view is open while one of its members is signed in;
it takes over every final transaction it has not seen, and opens what the team's key opens.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import AppointmentText, Projection, Projector
from ehr_desktop.domain.records import ATTACHMENT, NewRecord
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    MoveAppointment,
    read_statement,
)
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.final import FinalTransaction
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.keys.records import Envelope, RecordHeader, open_file, open_record
from ehr_desktop.node.keys.teams import open_category_key
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    AppointmentWords,
    EntrySeen,
    PatientSeen,
    ViewChange,
)
from ehr_desktop.node.store.views.views import Views

_BATCH = 500
_KEYS_KEPT = 4096
_INDEXED = frozenset(
    {"record.commit", "appointment.book", "appointment.move", "appointment.status"}
)

Plain = Mapping[bytes, tuple[Envelope, NewRecord]]
"""What was sealed a moment ago, by commitment: it need not be opened again."""


class TeamIndex:
    """One team's view on this workstation, open under the team's key."""

    def __init__(
        self,
        path: Path,
        team_key: TeamKey,
        database: Database,
        files: ContainerFiles,
        project: Projector,
    ) -> None:
        self._team_key = team_key
        self._database = database
        self._files = files
        self._project = project
        self._category_keys: OrderedDict[tuple[bytes, str, int], bytes | None] = OrderedDict()
        self.views = Views.open(path, team_key.views_key(), team_key.team)
        self._seen = self._stored = self.views.position

    @property
    def team(self) -> Team:
        """The team whose view this is."""
        return self._team_key.team

    def beside(self, path: Path) -> "TeamIndex":
        """Give an empty index of the same team in another file."""
        return TeamIndex(path, self._team_key, self._database, self._files, self._project)

    def close(self) -> None:
        """Close the view's file and forget its keys."""
        self._category_keys.clear()
        self.views.close()

    def catch_up(
        self, plain: Plain, progress: Callable[[int, int], None], until: int | None = None
    ) -> None:
        """Take over every final transaction the view has not seen, or those below the position
        `until`; `progress` counts them.
        """
        start = self.views.position
        with self._database.reading() as connection:
            total = transactions.counts(connection)[0] if until is None else until
        while True:
            with self._database.reading() as connection:
                at = self.views.position
                most = _BATCH if until is None else min(_BATCH, until - at)
                batch = transactions.final_from(connection, at, most) if most > 0 else []
                changes = [c for row in batch for c in self._stored_changes(connection, row, plain)]
            if not batch:
                self._seen = self._stored = self.views.position
                return
            last = batch[-1].position
            assert last is not None
            self.views.apply(changes, last + 1)
            progress(last + 1 - start, total - start)

    def follow(self, final: Sequence[FinalTransaction], plain: Plain) -> None:
        """Take over what became final a moment ago, in ledger order."""
        if not final:
            return
        if final[0].position != self._seen:
            self.catch_up(plain, lambda _done, _total: None)
            return
        with self._database.reading() as connection:
            changes = [
                change
                for entry in final
                if entry.verdict.accepted
                for change in self._changes(connection, entry.transaction, plain)
            ]
        self._seen = final[-1].position + 1
        # where nothing changed, the view's place in the ledger need not be flushed each time
        if changes or self._seen - self._stored >= _BATCH:
            self.views.apply(changes, self._seen)
            self._stored = self._seen

    def _stored_changes(
        self, connection: Connection, row: StoredTransaction, plain: Plain
    ) -> Sequence[ViewChange]:
        if row.rule or row.kind not in _INDEXED:
            return ()
        return self._changes(connection, Transaction.decode(row.wire), plain)

    def _changes(
        self, connection: Connection, transaction: Transaction, plain: Plain
    ) -> Sequence[ViewChange]:
        kind = transaction.payload.kind
        if kind not in _INDEXED:
            return ()
        statement = read_statement(kind, tuple(transaction.payload.body))
        if isinstance(statement, CommitRecords):
            return self._records(connection, statement, transaction, plain)
        if self.team is not Team.FRONT_DESK:
            return ()
        if isinstance(statement, BookAppointment):
            return [self._booking(connection, statement, transaction, plain)]
        assert isinstance(statement, MoveAppointment | ChangeAppointmentStatus)
        words = self._words(connection, transaction, plain)
        changes: list[ViewChange] = [_step(statement, transaction.payload.time_ms)]
        if words is not None:
            name = AppointmentId(statement.appointment.hex())
            changes.append(
                AppointmentWords(name, words.reason, words.comment, words.override_reason)
            )
        return changes

    def _records(
        self,
        connection: Connection,
        statement: CommitRecords,
        transaction: Transaction,
        plain: Plain,
    ) -> list[ViewChange]:
        changes: list[ViewChange] = []
        rows = zip(statement.records, transaction.payload.containers, strict=True)
        for (record, version, category, _epoch), container in rows:
            if not self._keeps(Category(category)):
                continue
            opened = self._open(connection, container.commitment, plain)
            if opened is None:
                continue
            envelope, projection = opened
            changes += self._record_changes(
                statement, transaction, (record, version, category), envelope, projection
            )
        return changes

    def _keeps(self, category: Category) -> bool:
        return self.team in default_teams(category)

    def _record_changes(
        self,
        statement: CommitRecords,
        transaction: Transaction,
        row: tuple[bytes, int, str],
        envelope: Envelope,
        projection: Projection,
    ) -> list[ViewChange]:
        record, version, category = row
        patient = PatientId(statement.patient.hex())
        if projection.patient is not None:
            return [
                PatientSeen(
                    patient=patient,
                    record=RecordId(record.hex()),
                    row=projection.patient,
                    reference=projection.reference,
                    changed_ms=transaction.payload.time_ms,
                    full_url=envelope.full_url,
                )
            ]
        if projection.entry is None:
            return []
        return [
            EntrySeen(
                patient=patient,
                record=RecordId(record.hex()),
                version=version,
                category=Category(category),
                resource_type=envelope.resource_type,
                reference=projection.reference,
                full_url=envelope.full_url,
                recorded_ms=transaction.payload.time_ms,
                author=PersonId(transaction.payload.person.hex()),
                transaction=TransactionId(transaction.id.hex()),
                origin=envelope.origin,
                amends=version > 1,
                row=projection.entry,
            )
        ]

    def _booking(
        self,
        connection: Connection,
        statement: BookAppointment,
        transaction: Transaction,
        plain: Plain,
    ) -> ViewChange:
        words = self._words(connection, transaction, plain) or AppointmentText()
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
            reason=words.reason,
            comment=words.comment,
            override_reason=words.override_reason,
        )

    def _words(
        self, connection: Connection, transaction: Transaction, plain: Plain
    ) -> AppointmentText | None:
        """Open the words an appointment's statement brought, if it brought any."""
        for container in transaction.payload.containers:
            opened = self._open(connection, container.commitment, plain)
            return opened[1].appointment if opened else None
        return None

    def _open(
        self, connection: Connection, commitment: bytes, plain: Plain
    ) -> tuple[Envelope, Projection] | None:
        known = plain.get(commitment)
        if known is not None:
            envelope, new = known
            return envelope, new.projection or self._read(envelope)
        stored = containers.container(connection, commitment)
        if stored is None:
            return None
        try:
            envelope = self._unseal(connection, stored)
        except (OpenFailedError, OSError):
            # the full check names it; a view goes on without
            return None
        return envelope, self._read(envelope)

    def _read(self, envelope: Envelope) -> Projection:
        if envelope.resource_type == ATTACHMENT:
            return Projection(ATTACHMENT)
        return self._project(envelope.body)

    def _unseal(self, connection: Connection, stored: StoredContainer) -> Envelope:
        header = RecordHeader.decode(stored.header)
        key = self._category_key(connection, header.patient, header.category, header.epoch)
        vault_key = secrets.vault_key(connection, header.patient)
        if key is None or vault_key is None:
            raise OpenFailedError
        if stored.sealed is not None:
            return open_record(stored.header, stored.wrapped_key, stored.sealed, key, vault_key)
        with self._files.path(stored.commitment).open("rb") as sealed:
            pieces = open_file(stored.header, stored.wrapped_key, sealed, key, vault_key)
            lead = Envelope.decode(next(pieces))
            # a file somebody attached says nothing a view shows, and may be of any size
            body = b"" if lead.resource_type == ATTACHMENT else b"".join(pieces)
            return replace(lead, body=body)

    def _category_key(self, connection: Connection, *name: Any) -> bytes | None:
        patient, category, epoch = name
        if name not in self._category_keys:
            self._category_keys[name] = self._find_key(connection, patient, category, epoch)
            if len(self._category_keys) > _KEYS_KEPT:
                self._category_keys.popitem(last=False)
        return self._category_keys[name]

    def _find_key(
        self, connection: Connection, patient: bytes, category: str, epoch: int
    ) -> bytes | None:
        for box in secrets.category_boxes(connection, patient, category, self.team):
            if box.epoch == epoch and box.generation == self._team_key.generation:
                try:
                    return open_category_key(box, self._team_key)
                except OpenFailedError:
                    continue
        return None


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
