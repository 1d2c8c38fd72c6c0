"""What a person signed, was told is pending, and was refused since."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import WorkRefused
from ehr_desktop.domain.ids import PatientId, PersonId, TransactionId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.refusals import KeptEntry, RefusedBooking, RefusedWork
from ehr_desktop.node.contracts.consent_statements import BoxKeys
from ehr_desktop.node.contracts.custody_statements import (
    ClaimShares,
    CloseEpochs,
    DealShares,
    ResealRecords,
)
from ehr_desktop.node.contracts.records import FOR_ITS_KEY
from ehr_desktop.node.contracts.statements import (
    CommitRecords,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    RenewTeamKey,
    ResealKeys,
    WelcomeMembers,
)
from ehr_desktop.node.copies import committed, forget_refused, is_overtaken, is_whole, read_copies
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import authors_copies, told_pending, transactions
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.store.views.changes import (
    AppointmentMoved,
    AppointmentSeen,
    AppointmentStatusChanged,
    EntrySeen,
    PatientSeen,
    ViewChange,
)
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.indexing import TeamIndex
from ehr_desktop.node.viewing.projecting import INDEXED

Names = Mapping[PersonId, str]
_UNTOLD = frozenset(
    statement.KIND
    for statement in (
        RegisterPatient, OpenEpochs, ReadRecords,
        ClaimShares, BoxKeys, CloseEpochs, DealShares, RenewTeamKey, ResealKeys, ResealRecords,
        WelcomeMembers,
    )
)  # fmt: skip
"""What means nothing to a person without the statement that it comes with, what was answered when
it was asked for, and what a workstation says by itself with the keys of whoever is signed in.
"""


class Refusals:
    """The refused work of whoever is signed in, as far as their teams' keys open it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list(self, actor: Actor, names: Names) -> tuple[RefusedWork, ...]:
        """Give what was refused and not dismissed, oldest first; `names` are those of staff.

        Raises:
            NotSignedInError: the session has ended.
        """
        session = self._core.session(actor)
        teams = [team for team in (Team.FRONT_DESK, Team.CLINICAL) if team in session.teams]

        def run() -> tuple[RefusedWork, ...]:
            indexes = [self._core.indexes[team] for team in teams if team in self._core.indexes]
            with self._core.database.reading() as connection:
                told = told_pending.refused(connection, session.person)
                known = {row.id for row in told}
                works = [
                    _with_copy(
                        connection, session, _work(connection, row, indexes, names), row, indexes
                    )
                    for row in (*told, *_copied(connection, session, known))
                    if row.kind not in _UNTOLD
                ]
                # of what was dismissed nothing is told, unless nothing writes it again by itself
                return tuple(work for work in works if work.kept or _name(work) in known)

        return await self._core.on_writer(run)

    async def kept(self, actor: Actor, transaction: TransactionId) -> tuple[KeptEntry, ...]:
        """Give what the actor wrote and the ledger refused, but for files.

        Raises:
            NotSignedInError: the session has ended.
            NotFoundError: there is no copy of it any more, or it is somebody else's.
        """
        session = self._core.session(actor)

        def run(connection: Connection) -> tuple[KeptEntry, ...]:
            row = _own(connection, session, transaction)
            versions = {record.hex(): version for record, version, _, _ in committed(row).records}
            try:
                records = read_copies(connection, session, row)
            except OpenFailedError:
                raise NotFoundError(transaction) from None
            return tuple(
                KeptEntry(new.record, versions[new.record], new.body)
                for new in records
                if new.record is not None
            )

        return await self._core.read(run)

    async def discard(self, actor: Actor, transaction: TransactionId) -> None:
        """Keep no copy of something the actor wrote, and tell of it no more: it is in the record by
        another way, or not wanted.

        Raises:
            NotSignedInError: the session has ended.
            NotFoundError: it is somebody else's.
        """
        session = self._core.session(actor)

        def run() -> None:
            with self._core.database.writing() as connection:
                row = _own(connection, session, transaction)
                forget_refused(connection, session.person, row.id)

        await self._core.on_writer(run)
        self._core.publish(WorkRefused(actor.id))

    async def dismiss(self, actor: Actor, transaction: TransactionId) -> None:
        """Tell of a refusal no more.

        Raises:
            NotSignedInError: the session has ended.
        """
        session = self._core.session(actor)

        def run() -> None:
            with self._core.database.writing() as connection:
                told_pending.dismiss(connection, session.person, bytes.fromhex(transaction))

        await self._core.on_writer(run)


def _own(connection: Connection, session: Session, transaction: TransactionId) -> StoredTransaction:
    row = transactions.by_id(connection, bytes.fromhex(transaction))
    if row is None or row.kind != CommitRecords.KIND or row.person != session.person:
        raise NotFoundError(transaction)
    return row


def _name(work: RefusedWork) -> bytes:
    return bytes.fromhex(work.transaction)


def _copied(
    connection: Connection, session: Session, known: Collection[bytes]
) -> list[StoredTransaction]:
    """Give what else was refused of which the author has a copy."""
    names = authors_copies.refused(connection, session.person)
    rows = (transactions.by_id(connection, name) for name in names if name not in known)
    return [row for row in rows if row is not None]


def _with_copy(
    connection: Connection,
    session: Session,
    work: RefusedWork,
    row: StoredTransaction,
    indexes: list[TeamIndex],
) -> RefusedWork:
    """Say so where only its author has it still, and nothing writes it again by itself."""
    if row.kind != CommitRecords.KIND or not authors_copies.copies(connection, row.id):
        return work
    if row.rule in FOR_ITS_KEY:
        if is_overtaken(connection, row):
            work = replace(work, rule="stale-version")
        elif is_whole(connection, session, row):
            return work
    work = replace(work, kept=Category(committed(row).records[0][2]))
    if work.patient is None or work.patient_name or not indexes:
        return work
    return _about(work, work.patient, indexes[0].views)


def _work(
    connection: Connection, row: StoredTransaction, indexes: list[TeamIndex], names: Names
) -> RefusedWork:
    work = RefusedWork(
        transaction=TransactionId(row.id.hex()),
        kind=row.kind,
        rule=row.rule,
        signed=datetime.fromtimestamp(row.time_ms / 1000, UTC),
        patient=PatientId(row.subject.hex()) if row.subject else None,
    )
    if row.kind not in INDEXED or row.rule == "malformed":
        return work
    transaction = Transaction.decode(row.wire)
    for index in indexes:
        for change in index.changes_of(connection, transaction):
            return _told(work, change, index.views, names)
    return work


def _told(work: RefusedWork, change: ViewChange, views: Views, names: Names) -> RefusedWork:
    """Say whom it was about, and what was wanted."""
    match change:
        case PatientSeen():
            name = PatientSummary(change.patient, change.record, change.row.demographics).name
            return replace(work, patient=change.patient, patient_name=name)
        case EntrySeen():
            return _about(replace(work, title=change.row.title), change.patient, views)
        case AppointmentSeen():
            return _about(replace(work, booking=_booking(change, names)), change.patient, views)
        case AppointmentMoved() | AppointmentStatusChanged():
            with suppress(NotFoundError):
                known = views.appointments.appointment(change.id, names)
                work = replace(work, patient=known.patient, patient_name=known.patient_name)
            if isinstance(change, AppointmentMoved):
                return replace(work, booking=_booking(change, names))
            return replace(work, title=change.status)
    return work


def _about(work: RefusedWork, patient: PatientId, views: Views) -> RefusedWork:
    with suppress(NotFoundError):
        work = replace(work, patient_name=views.patients.patient(patient).name)
    return replace(work, patient=patient)


def _booking(change: AppointmentSeen | AppointmentMoved, names: Names) -> RefusedBooking:
    return RefusedBooking(
        provider=change.provider,
        provider_name=names.get(change.provider, ""),
        start=datetime.fromtimestamp(change.start_ms / 1000, UTC),
        length=timedelta(minutes=change.minutes),
        wall_start=change.wall_start,
        moved=change.id if isinstance(change, AppointmentMoved) else None,
        reason=change.reason if isinstance(change, AppointmentSeen) else "",
        comment=change.comment if isinstance(change, AppointmentSeen) else "",
    )
