"""Records of patients: registering, writing, opening with a receipt, versions, export."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.chart import EntrySource, Receipt, RecordVersion
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.ledger import Outcome
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.records import NewRecord, StoredRecord, WriteReport, WrittenRecord
from ehr_desktop.node.contracts.statements import CommitRecords, ReadRecords, read_statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.reading import OpenedRecord, Reader
from ehr_desktop.node.rehearsal import refuse_early
from ehr_desktop.node.sealing import Sealed, Sealer
from ehr_desktop.node.store import awaited, transactions
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.sync.effects import Effect
from ehr_desktop.node.sync.sync import Sync

MOST_COMMITS = 100_000


class Charts:
    """What this workstation can do with patients' records."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def directory(self) -> PatientId:
        """The pseudonym under which records of no single patient are kept."""
        return PatientId(self._core.value("directory").hex())

    async def write(
        self,
        actor: Actor,
        patient: PatientId | None,
        records: Sequence[NewRecord],
        *,
        register: bool = False,
        source: str = "form",
        progress: Callable[[int], None] = lambda _bytes: None,
    ) -> tuple[PatientId, WriteReport]:
        """Seal records and commit to them: all of them, or none if this fails.

        Without a patient a new pseudonym is made; with `register` the one given is new. `progress`
        is told the bytes of an attachment
        that are sealed, on the writer thread.

        Raises:
            NotFoundError: no such patient.
            RefusedError: a contract refused.
            DiskFullError: nothing was stored.
        """
        session = self._core.session(actor)
        chosen = patient or PatientId(os.urandom(16).hex())
        made: list[Sealed] = []

        def prepare(connection: Connection) -> Prepared:
            sealer = Sealer(
                session,
                connection,
                self._core.pipeline,
                self._core.files,
                progress,
            )
            sealed = sealer.seal(chosen, records, source, register=register or patient is None)
            try:
                refuse_early(self._core, connection, sealed.unsigned)
            except BaseException:
                sealed.discard()
                raise
            made.append(sealed)
            return Prepared(sealed.unsigned, sealed.plain, sealed.discard)

        outcomes = await self._core.write(bytes.fromhex(chosen), prepare)
        raise_refusal(outcomes)
        (sealed,) = made
        return chosen, _report(sealed, outcomes)

    async def receive(
        self,
        actor: Actor,
        patient: PatientId,
        *,
        manner: str = "open",
        purpose: str = "treatment",
        team: Team = Team.CLINICAL,
    ) -> Receipt:
        """Write down that a person is about to read, and give the receipt for it.

        Raises:
            NoKeyError: the person does not hold the key of `team`.
            NotFoundError: no such patient.
            RefusedError: a contract refused.
        """
        session = self._core.session(actor)
        session.team(team)
        subject = bytes.fromhex(patient)
        categories = [c for c in Category if default_teams(c) & session.teams.keys()]
        statement = ReadRecords(subject, manner, purpose, tuple(categories))

        elsewhere: list[bytes] = []

        def prepare(connection: Connection) -> Prepared:
            if self._core.pipeline.value_here(connection)("patient", subject) is None:
                raise NotFoundError(patient)
            if self._core.pipeline.is_shared:
                elsewhere.extend(awaited.large_about(connection, subject))
            said = Unsigned(statement, session.person, session.keys.signing, subject=subject)
            return Prepared([said])

        (outcome,) = outcomes = await self._core.write(b"", prepare)
        raise_refusal(outcomes)
        if elsewhere:
            await self._fetch(elsewhere)
        return Receipt(outcome.transaction, patient, actor.id, purpose)

    async def _fetch(self, names: Sequence[bytes]) -> None:
        """Have large documents fetched that only other workstations keep; they are shown as they
        come.
        """
        pipeline = self._core.pipeline

        def want(sync: Sync) -> list[Effect]:
            return [effect for name in names for effect in sync.want_large(name)]

        await self._core.turn(lambda: pipeline.run([lambda p: p.tell_sync(want)]))

    async def open(
        self,
        actor: Actor,
        receipt: Receipt,
        record: RecordId,
        version: int | None,
        names: Mapping[PersonId, str],
    ) -> RecordVersion:
        """Open a record's version.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.open`.
        """
        session = self._core.session(actor)

        def run(connection: Connection) -> RecordVersion:
            reader = Reader(session, connection, self._core.value, self._core.files)
            opened = reader.open(receipt, record, version)
            return RecordVersion(_source(opened, names), opened.envelope.body)

        return await self._core.read(run)

    async def bodies(
        self, actor: Actor, receipt: Receipt, records: Sequence[RecordId]
    ) -> list[tuple[str, str, bytes]]:
        """Open the newest version of several records: type, the address each had, and its bytes.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.open`.
        """
        session = self._core.session(actor)

        def run(connection: Connection) -> list[tuple[str, str, bytes]]:
            reader = Reader(session, connection, self._core.value, self._core.files)
            return [reader.whole(receipt, record) for record in records]

        return await self._core.read(run)

    async def save(
        self,
        actor: Actor,
        receipt: Receipt,
        record: RecordId,
        target: Path,
        progress: Callable[[int], None],
    ) -> None:
        """Write a large record's body to a file.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.save`.
        """
        session = self._core.session(actor)
        await self._core.read(
            lambda connection: Reader(session, connection, self._core.value, self._core.files).save(
                receipt, record, target, progress
            )
        )

    async def records_of(self, patient: PatientId) -> tuple[StoredRecord, ...]:
        """Give the newest version of every record of a patient, in the order they first came."""
        found = await self._core.read(
            lambda connection: transactions.about(
                connection, bytes.fromhex(patient), [CommitRecords.KIND], MOST_COMMITS
            )
        )
        newest: dict[RecordId, StoredRecord] = {}
        for row, stored in _standing(found):
            known = newest.get(stored.record)
            # a pending version that another workstation's has overtaken will be refused
            if row.position is not None or known is None or stored.version > known.version:
                newest[stored.record] = stored
        return tuple(newest.values())

    async def versions(
        self, patient: PatientId, record: RecordId, names: Mapping[PersonId, str]
    ) -> tuple[EntrySource, ...]:
        """Give every version of a record, newest first.

        Raises:
            NotFoundError: there is no such record of this patient.
        """
        found = await self._core.read(
            lambda connection: transactions.about(
                connection, bytes.fromhex(patient), [CommitRecords.KIND], MOST_COMMITS
            )
        )
        sources: dict[int, EntrySource] = {}
        for row, stored in _standing(found):
            if stored.record == record:
                sources.setdefault(stored.version, _version(row, stored, names))
        if not sources:
            raise NotFoundError(record)
        return tuple(sorted(sources.values(), key=lambda source: -source.version))


def _standing(
    found: Sequence[StoredTransaction],
) -> Iterator[tuple[StoredTransaction, StoredRecord]]:
    """Give the records of commits that were not refused: the final ones in order, then those that
    wait.
    """
    oldest_first = [row for row in reversed(found) if not row.rule]
    for row in sorted(oldest_first, key=lambda row: row.position is None):
        for stored in _committed(row):
            yield row, stored


def _version(
    row: StoredTransaction, stored: StoredRecord, names: Mapping[PersonId, str]
) -> EntrySource:
    person = PersonId(row.person.hex())
    return EntrySource(
        record=stored.record,
        version=stored.version,
        category=stored.category,
        resource_type="",
        recorded=datetime.fromtimestamp(row.time_ms / 1000, UTC),
        author=person,
        author_name=names.get(person, ""),
        transaction=stored.transaction,
        amended=stored.version > 1,
        pending=row.position is None,
    )


def _committed(row: StoredTransaction) -> list[StoredRecord]:
    payload = Transaction.decode(row.wire).payload
    statement = read_statement(row.kind, tuple(payload.body))
    assert isinstance(statement, CommitRecords)
    return [
        StoredRecord(
            RecordId(record.hex()),
            version,
            Category(category),
            TransactionId(row.id.hex()),
            container.commitment.hex(),
        )
        for (record, version, category, _), container in zip(
            statement.records, payload.containers, strict=True
        )
    ]


def _source(opened: OpenedRecord, names: Mapping[PersonId, str]) -> EntrySource:
    person = PersonId(opened.person.hex())
    return EntrySource(
        record=RecordId(opened.header.record.hex()),
        version=opened.header.version,
        category=Category(opened.header.category),
        resource_type=opened.envelope.resource_type,
        recorded=datetime.fromtimestamp(opened.time_ms / 1000, UTC),
        author=person,
        author_name=names.get(person, ""),
        transaction=opened.transaction,
        amended=opened.header.version > 1,
        origin=opened.envelope.origin,
        pending=opened.pending,
    )


def _report(sealed: Sealed, outcomes: Sequence[Outcome]) -> WriteReport:
    """Match the records with the transactions that commit to them, in order."""
    commits = [
        (outcome, unsigned.statement)
        for outcome, unsigned in zip(outcomes, sealed.unsigned, strict=True)
        if isinstance(unsigned.statement, CommitRecords)
    ]
    written = tuple(
        WrittenRecord(RecordId(record.hex()), version, outcome.transaction)
        for outcome, statement in commits
        for record, version, _, _ in statement.records
    )
    return WriteReport(written, sealed.unchanged, tuple(outcomes))
