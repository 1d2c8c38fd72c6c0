"""Records of patients: registering, writing, opening with a receipt, versions, export."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import EntrySource, Receipt, RecordVersion
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import NotFoundError, RefusedError
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.records import NewRecord, StoredRecord, WriteReport, WrittenRecord
from ehr_desktop.node.consent.looking import Looking
from ehr_desktop.node.consent.receipts import Receipts
from ehr_desktop.node.contracts.statements import CommitRecords
from ehr_desktop.node.copies import author_key
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.reading import OpenedRecord, Reader
from ehr_desktop.node.rehearsal import refuse_early
from ehr_desktop.node.sealing.sealing import Sealed, Sealer
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.viewing.committed import committed, newest_records


class Charts:
    """What this workstation can do with patients' records."""

    def __init__(self, core: Core) -> None:
        self._core = core
        receipts, looking = Receipts(core), Looking(core)
        self.receive, self.receive_own = receipts.receive, receipts.receive_own
        self.look, self.summary, self.forget = looking.look, looking.summary, looking.forget

    @property
    def directory(self) -> PatientId:
        """The pseudonym under which records of no single patient are kept."""
        return PatientId(self._core.value("directory").hex())

    def is_registered(self, patient: PatientId) -> bool:
        """Tell whether the ledger has a patient, whose record is not being erased."""
        name = bytes.fromhex(patient)
        known, erasing = self._core.value("patient", name), self._core.value("erasure", name)
        return known is not None and erasing is None

    async def write(
        self,
        actor: Actor,
        patient: PatientId | None,
        records: Sequence[NewRecord],
        *,
        register: bool = False,
        source: str = "form",
        versions: Mapping[RecordId, int] | None = None,
        progress: Callable[[int], None] = lambda _bytes: None,
    ) -> tuple[PatientId, WriteReport]:
        """Seal records and commit to them: all of them, or none if this fails.

        Without a patient a new pseudonym is made; with `register` the one given is new. `progress`
        is told the bytes of an attachment
        that are sealed, on the writer thread. Records that `versions` names become just that
        version, or are that already.

        Raises:
            NotFoundError: no such patient.
            RefusedError: a contract refused.
            DiskFullError: nothing was stored.
        """
        session = self._core.session(actor)
        chosen = patient or PatientId(os.urandom(16).hex())
        made: list[Sealed] = []
        await self._core.ready_keys(session, {record.category for record in records})

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
                _require_versions(sealed, versions or {})
                refuse_early(self._core, connection, sealed.unsigned)
            except BaseException:
                sealed.discard()
                raise
            made.append(sealed)
            key = author_key(session)
            return Prepared(sealed.unsigned, sealed.plain, sealed.discard, key)

        outcomes = await self._core.write(bytes.fromhex(chosen), prepare)
        raise_refusal(outcomes)
        (sealed,) = made
        return chosen, _report(sealed, outcomes)

    def _reader(self, holder: Holder, connection: Connection) -> Reader:
        value = self._core.value_in(connection)
        return Reader(holder, connection, value, self._core.files, self._core.clock())

    async def open(
        self,
        actor: Actor | PatientActor,
        receipt: Receipt,
        record: RecordId,
        version: int | None,
        names: Mapping[PersonId, str],
    ) -> RecordVersion:
        """Open a record's version.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.open`.
        """
        holder = self._core.holder(actor)

        def run(connection: Connection) -> RecordVersion:
            opened = self._reader(holder, connection).open(receipt, record, version)
            return RecordVersion(_source(opened, names), opened.envelope.body)

        return await self._core.read(run)

    async def bodies(
        self, actor: Actor | PatientActor, receipt: Receipt, records: Sequence[RecordId]
    ) -> list[tuple[str, str, bytes]]:
        """Open the newest version of several records: type, the address each had, and its bytes.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.open`.
        """
        holder = self._core.holder(actor)

        def run(connection: Connection) -> list[tuple[str, str, bytes]]:
            reader = self._reader(holder, connection)
            return [reader.whole(receipt, record) for record in records]

        return await self._core.read(run)

    async def save(
        self,
        actor: Actor | PatientActor,
        receipt: Receipt,
        record: RecordId,
        target: Path,
        progress: Callable[[int], None],
    ) -> None:
        """Write a large record's body to a file.

        Raises:
            ReceiptMissingError, NotFoundError, IntegrityError, NoKeyError: see `Reader.save`.
        """
        holder = self._core.holder(actor)
        await self._core.read(
            lambda connection: self._reader(holder, connection).save(
                receipt, record, target, progress
            )
        )

    async def records_of(self, patient: PatientId) -> tuple[StoredRecord, ...]:
        """Give the newest version of every record of a patient, in the order they first came."""
        return await self._core.read(
            lambda connection: newest_records(connection, bytes.fromhex(patient))
        )

    async def versions(
        self, patient: PatientId, record: RecordId, names: Mapping[PersonId, str]
    ) -> tuple[EntrySource, ...]:
        """Give every version of a record, newest first.

        Raises:
            NotFoundError: there is no such record of this patient.
        """
        found = await self._core.read(
            lambda connection: list(committed(connection, bytes.fromhex(patient)))
        )
        sources: dict[int, EntrySource] = {}
        for row, stored in found:
            if stored.record == record:
                sources.setdefault(stored.version, _version(row, stored, names))
        if not sources:
            raise NotFoundError(record)
        return tuple(sorted(sources.values(), key=lambda source: -source.version))


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


def _require_versions(sealed: Sealed, versions: Mapping[RecordId, int]) -> None:
    """Refuse `stale-version` where somebody else's version of a record came first."""
    said = (u.statement for u in sealed.unsigned if isinstance(u.statement, CommitRecords))
    for record, version, _, _ in (row for statement in said for row in statement.records):
        wanted = versions.get(RecordId(record.hex()), version)
        if wanted != version:
            details = (("record", record.hex()), ("current", str(version - 1)))
            state = TransactionState.REFUSED
            raise RefusedError(Outcome(TransactionId(""), state, "stale-version", details))


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
