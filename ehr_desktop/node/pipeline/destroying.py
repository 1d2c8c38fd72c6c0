"""What a final statement ends is destroyed in the database transaction that makes it final.

The end of an epoch destroys its keys, their boxes and what was sealed under them; an erasure all of
a patient; the end of a grant the boxes of whoever may read no longer.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.about import NAMES_NO_PATIENT
from ehr_desktop.node.contracts.consent_basis import is_controlled, recipients
from ehr_desktop.node.contracts.consent_state import Closing, Erasing, StandingRule, entry, ids
from ehr_desktop.node.contracts.consent_statements import (
    BoxKeys,
    ConfirmCard,
    EndDelegation,
    EndRule,
    GuardCard,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    NameGuardian,
    RejectCard,
    ReplaceCard,
    RevokeAccess,
    TakeCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    CloseEpochs,
    ConfirmErasure,
    DealShares,
    ResealRecords,
)
from ehr_desktop.node.contracts.records import FOR_ITS_KEY
from ehr_desktop.node.contracts.rounds import ROUND_BITS, round_of
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import (
    CommitRecords,
    DeactivateMember,
    OpenEpochs,
    Statement,
    read_statement,
)
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.escrow import ESCROW, release_purpose, share_purpose
from ehr_desktop.node.keys.records import RecordHeader
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.transaction import ID_SIZE, Transaction
from ehr_desktop.node.pipeline.dealt import brought_for_rejected, guards_before, shares_before
from ehr_desktop.node.pipeline.destroyed import Destroyed
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.history import History, Named, named_by
from ehr_desktop.node.pipeline.subjects import subject_of, subject_of_statement
from ehr_desktop.node.store import (
    authors_copies,
    awaited,
    containers,
    destroying,
    secrets,
    transactions,
)
from ehr_desktop.node.store.containers import ContainerLead


def destroy_what_ended(
    connection: Connection, final: Sequence[FinalTransaction], value: StateReader, header: Header
) -> Destroyed:
    """Destroy what the transactions of a block ended; `value` reads the state after it."""
    destroyed, at_ms = Destroyed(), header.time_ms
    for one in final:
        payload = one.transaction.payload
        if one.verdict.accepted and payload.kind in _ENDING:
            statement = read_statement(payload.kind, tuple(payload.body))
            _ENDING[payload.kind](connection, statement, value, at_ms, destroyed)
        if payload.kind == CommitRecords.KIND and one.verdict.rule in FOR_ITS_KEY:
            destroyed.remove(connection, _came_too_late(one.transaction, value))
        if payload.containers and _is_erased(value, _about(one.transaction, value)):
            destroyed.remove(connection, [c.commitment for c in payload.containers])
            authors_copies.drop(connection, [one.transaction.id])
    return destroyed


def _came_too_late(transaction: Transaction, value: StateReader) -> list[bytes]:
    """Give what a refused transaction sealed under epochs that are closed by now."""
    payload = transaction.payload
    statement = read_statement(payload.kind, tuple(payload.body))
    assert isinstance(statement, CommitRecords)
    late = []
    for row, ref in zip(statement.records, payload.containers, strict=False):
        closing = entry(value, Closing, "closing", statement.patient, row[2])
        if closing is not None and row[3] < floor_of(closing.epoch):
            late.append(ref.commitment)
    return late


def destroy_replaced(
    connection: Connection, names: Sequence[bytes], value: StateReader
) -> Destroyed:
    """Containers have arrived: destroy those they replace whose epoch is closed by now."""
    destroyed = Destroyed()
    arrived = containers.leads(connection, names)
    for brought_by in {lead.transaction for lead in arrived.values()}:
        row = transactions.by_id(connection, brought_by)
        if row is None or row.kind != ResealRecords.KIND or row.rule or row.position is None:
            continue
        for said in named_by(Transaction.decode(row.wire)):
            lead = arrived.get(said.name)
            closing = entry(value, Closing, "closing", row.subject, said.category)
            if lead is not None and closing is not None:
                gone = _replaced_by(connection, said, lead, row.subject, floor_of(closing.epoch))
                destroyed.remove(connection, gone)
    return destroyed


def _replaced_by(
    connection: Connection, said: Named, new: ContainerLead, patient: bytes, floor: int
) -> list[bytes]:
    """Give what is here of a record's version below an epoch and may go."""
    here = [
        (old, header)
        for old in containers.leads_of(connection, said.record, said.version)
        if (header := _header(old)) is not None
    ]
    return [
        old.commitment
        for old, header in here
        if (header.patient, header.category) == (patient, said.category)
        and header.epoch < floor
        and _may_go(old, new)
    ]


def left_of(connection: Connection, patient: bytes, category: str, epoch: int) -> list[bytes]:
    """Give the containers that should be gone since `epoch` closed the earlier ones, and are here:
    what replaces them has not come yet, or is not the same.
    """
    return [
        one.name
        for one, lead in _closed(connection, History.of(connection, patient), category, epoch)
        if lead is not None
    ]


def is_kept_for_difference(
    connection: Connection, record: bytes, version: int, commitment: bytes
) -> bool:
    """Tell whether a container of a record's version was kept because what was sealed in its place
    says something else.
    """
    here = containers.leads_of(connection, record, version)
    old = next((lead for lead in here if lead.commitment == commitment), None)
    before = _header(old) if old else None
    if old is None or before is None:
        return False
    newer = [lead for lead in here if (h := _header(lead)) is not None and h.epoch > before.epoch]
    return any(_is_resealed(connection, lead) and not _may_go(old, lead) for lead in newer)


def _is_resealed(connection: Connection, lead: ContainerLead) -> bool:
    row = transactions.by_id(connection, lead.transaction)
    return row is not None and row.kind == ResealRecords.KIND and not row.rule


def floor_of(epoch: int) -> int:
    """Give the lowest number an epoch of the same round can have."""
    return round_of(epoch) << ROUND_BITS


# --- what ends -------------------------------------------------------------------------------


def _close(
    connection: Connection, statement: CloseEpochs, _: StateReader, __: int, destroyed: Destroyed
) -> None:
    patient, category = statement.patient, statement.category
    purposes = {category, share_purpose(category), release_purpose(category)}
    destroyed.remove_boxes(
        connection,
        [
            box.name
            for box in destroying.boxes_about(connection, patient)
            if box.purpose in purposes and box.epoch < floor_of(statement.epoch)
        ],
    )
    history = History.of(connection, patient)
    leads = containers.leads(connection, history.newer.values())
    gone = []
    for one, lead in _closed(connection, history, category, statement.epoch):
        newest = history.newest(one.name)
        stands = one.final and not one.refused and bool(one.record) and newest == one.name
        # what still stands must not go, whoever says so
        is_replaced = newest != one.name
        if not stands and (not is_replaced or lead is None or _may_go(lead, leads.get(newest))):
            gone.append(one.name)
    destroyed.remove(connection, gone)


def _erase(
    connection: Connection, statement: ConfirmErasure, _: StateReader, __: int, destroyed: Destroyed
) -> None:
    names = History.of(connection, statement.patient).named
    destroying.remove_keys(connection, statement.patient)
    destroyed.remove(connection, names)
    destroyed.anything = True


def _leave(
    connection: Connection,
    statement: DeactivateMember,
    value: StateReader,
    at_ms: int,
    out: Destroyed,
) -> None:
    """Delete the boxes with teams' keys for a member who has left, and those that patients' grants
    gave.
    """
    secrets.remove_team_boxes_for(connection, statement.person)
    awaited.remove_team_boxes_for(connection, statement.person)
    out.anything = True
    for patient in destroying.boxed_for(connection, statement.person):
        _prune_boxes(connection, patient, value, at_ms, out)


def _prune(
    connection: Connection, statement: Statement, value: StateReader, at_ms: int, out: Destroyed
) -> None:
    _prune_boxes(connection, subject_of_statement(statement, value), value, at_ms, out)


def _prune_boxes(
    connection: Connection, patient: bytes, value: StateReader, at_ms: int, out: Destroyed
) -> None:
    """Delete the boxes of those who may read no longer. A key that is sealed for nobody who may
    read stays where it is, or what it opens would be lost: it goes as soon as it is.
    """
    if not is_controlled(value, patient, Category.EMERGENCY):
        return
    boxes = destroying.boxes_about(connection, patient)
    shared = shared_out(value, patient)
    gone = []
    for category in Category:
        teams, readers = recipients(value, patient, category, at_ms)
        allowed = {team.encode() for team in teams} | readers
        own = [box for box in boxes if box.purpose == category and box.recipient != ESCROW]
        kept = {box.epoch for box in own if box.recipient in allowed}
        gone += [b.name for b in own if b.recipient not in allowed and b.epoch in kept]
        if category not in shared:
            purposes = {share_purpose(category), release_purpose(category)}
            gone += [b.name for b in boxes if b.purpose in purposes]
            gone += [b.name for b in boxes if b.purpose == category and b.recipient == ESCROW]
    out.remove_boxes(connection, gone)


def _dealt_anew(
    connection: Connection, statement: DealShares, value: StateReader, _: int, destroyed: Destroyed
) -> None:
    destroyed.remove_boxes(connection, shares_before(connection, statement, value))


def _guarded_anew(
    connection: Connection,
    statement: TakeCard | GuardCard | ReplaceCard,
    value: StateReader,
    _: int,
    destroyed: Destroyed,
) -> None:
    earlier = guards_before(connection, statement.patient, value)
    awaited.remove(connection, earlier)
    destroyed.remove_boxes(connection, earlier)


def _new_card(
    connection: Connection,
    statement: TakeCard | ReplaceCard,
    value: StateReader,
    at_ms: int,
    out: Destroyed,
) -> None:
    _guarded_anew(connection, statement, value, at_ms, out)
    _prune(connection, statement, value, at_ms, out)


def _turn_away(
    connection: Connection, statement: RejectCard, _: StateReader, __: int, destroyed: Destroyed
) -> None:
    boxes, sealed = brought_for_rejected(connection, statement)
    destroyed.remove_boxes(connection, boxes)
    destroyed.remove(connection, sealed)


_ENDING: Final[dict[str, Callable[[Connection, Any, StateReader, int, Destroyed], None]]] = {
    CloseEpochs.KIND: _close,
    ConfirmErasure.KIND: _erase,
    DealShares.KIND: _dealt_anew,
    DeactivateMember.KIND: _leave,
    GuardCard.KIND: _guarded_anew,
    TakeCard.KIND: _new_card,
    RejectCard.KIND: _turn_away,
    ReplaceCard.KIND: _new_card,
    **dict.fromkeys(
        (
            RevokeAccess.KIND,
            LapseAccess.KIND,
            EndDelegation.KIND,
            EndRule.KIND,
            LapseDelegation.KIND,
            LapseRule.KIND,
            ConfirmCard.KIND,
            NameGuardian.KIND,
            BoxKeys.KIND,
            OpenEpochs.KIND,
        ),
        _prune,
    ),
}


def shared_out(value: StateReader, patient: bytes) -> frozenset[Category]:
    """Give the categories whose keys are shared out to the workstations: the emergency set, and
    those of standing rules.
    """
    rules = (entry(value, StandingRule, "rule", name) for name in ids(value, "rules", patient))
    named = {Category(c) for rule in rules if rule and rule.active for c in rule.categories}
    return frozenset({Category.EMERGENCY, *named})


# --- how -------------------------------------------------------------------------------------


def _closed(
    connection: Connection, history: History, category: str, epoch: int
) -> list[tuple[Named, ContainerLead | None]]:
    """Give what is sealed under a category's epochs before `epoch`, with what is here of it."""
    leads = containers.leads(connection, history.named)
    found = []
    for one in history.named.values():
        lead = leads.get(one.name)
        said = one.category, one.epoch
        if not one.category and lead is not None and (header := _header(lead)) is not None:
            said = header.category, header.epoch
        if said[0] == category and said[1] < floor_of(epoch):
            found.append((one, lead))
    return found


def _may_go(old: ContainerLead, new: ContainerLead | None) -> bool:
    """Tell whether what replaces a container is here and the same. Most workstations keep no large
    ones, and files of the first builds have no fingerprint.
    """
    if new is None:
        return old.is_file
    return old.fingerprint in (b"", new.fingerprint)


def _about(transaction: Transaction, value: StateReader) -> bytes:
    """Give whom a transaction with containers is about, without reading all of a long one."""
    payload = transaction.payload
    if payload.kind in NAMES_NO_PATIENT:
        return subject_of(transaction, value)
    first = payload.body[0] if payload.body else b""
    return first if isinstance(first, bytes) and len(first) == ID_SIZE else b""


def _is_erased(value: StateReader, patient: bytes) -> bool:
    erasing = entry(value, Erasing, "erasure", patient) if patient else None
    return erasing is not None and erasing.confirmed_ms > 0


def _lead(connection: Connection, name: bytes) -> ContainerLead | None:
    return containers.leads(connection, [name]).get(name)


def _header(lead: ContainerLead) -> RecordHeader | None:
    try:
        return RecordHeader.decode(lead.header)
    except OpenFailedError:
        return None
