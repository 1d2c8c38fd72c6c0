"""What transactions bring, as their statements say it: containers, key boxes and vault keys.

What others' transactions promise is awaited until it is here. Runs on the writer thread.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.node.contracts.consent_statements import GuardCard, ReplaceCard, TakeCard
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    EnrolMember,
    FoundClinic,
    RegisterPatient,
    RenewTeamKey,
    ReplaceAccount,
    ReplaceTeamKey,
    Statement,
    read_statement,
    vault_named,
)
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.pipeline.promised_boxes import BRINGING_BOXES, boxes_of
from ehr_desktop.node.store import awaited, secrets
from ehr_desktop.node.store.awaited import BOX, CONTAINER, VAULT, Awaited
from ehr_desktop.node.store.containers import LARGEST_ROW
from ehr_desktop.node.sync.port import LargeContainer

_BRINGING: Final = BRINGING_BOXES | {FoundClinic.KIND, RegisterPatient.KIND}
"""Kinds that bring key boxes or a vault key; any kind may bring containers."""


def promise(connection: Connection, transactions: Sequence[Transaction]) -> None:
    """Await what transactions of other workstations bring. Call it as they are stored, whether
    they wait for a place in the ledger or came in a block.
    """
    promised = [one for t in transactions for one in promised_by(t)]
    awaited.add(connection, promised)
    boxes = [(one.name, one.transaction) for one in promised if one.kind == BOX]
    secrets.share_boxes(connection, boxes)


def settle(
    connection: Connection, transaction: bytes, statement: Statement, *, accepted: bool
) -> None:
    """A statement has become final: the keys that only a refused one would have brought are of no
    use, nor are the boxes that a new team key replaces.
    """
    if not accepted:
        awaited.remove_promises(connection, transaction)
    elif isinstance(statement, ReplaceTeamKey):
        awaited.remove_older_boxes(connection, statement.team, statement.generation)
    elif isinstance(statement, RenewTeamKey):
        awaited.remove_nameless_boxes(connection, statement.team, statement.generation)


def names_brought(transactions: Sequence[Transaction]) -> list[bytes]:
    """Give the names of all parcels that transactions bring."""
    return [one.name for t in transactions for one in promised_by(t) if not one.large]


def missing(connection: Connection, after: bytes, limit: int) -> list[bytes]:
    """Give names of parcels that are not here, ascending, above `after`."""
    return awaited.names(connection, large=False, after=after, limit=limit)


def missing_large(connection: Connection, after: bytes, limit: int) -> list[LargeContainer]:
    """Give large containers that are not here, ascending by name, above `after`."""
    page = awaited.names(connection, large=True, after=after, limit=limit)
    return [found for name in page if (found := large(connection, name)) is not None]


def large(connection: Connection, name: bytes) -> LargeContainer | None:
    """Give a large container that is not here; where promises differ, at the largest size."""
    promised = awaited.find(connection, CONTAINER, name)
    if not promised or not promised[0].large:
        return None
    return LargeContainer(name, promised[0].size, promised[0].device)


def feed_heads(
    connection: Connection, feeds: Mapping[bytes, tuple[int, bytes]]
) -> dict[bytes, FeedHead]:
    """Give feed heads as they are told to others, from sequence and id by device."""
    incomplete = awaited.first_incomplete(connection, feeds)
    return {
        device: FeedHead(
            device, sequence, name, min(incomplete.get(device, sequence + 1) - 1, sequence)
        )
        for device, (sequence, name) in feeds.items()
    }


def promised_by(transaction: Transaction) -> list[Awaited]:
    """Give everything one transaction brings; nothing if its statement cannot be read."""
    payload = transaction.payload
    if not payload.containers and payload.kind not in _BRINGING:
        return []
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        return []

    def one(name: bytes, kind: str, size: int = 0, **said: bytes | str | int) -> Awaited:
        return Awaited(
            name, kind, transaction.id, payload.device, payload.sequence, size,
            kind == CONTAINER and size > LARGEST_ROW, **said,  # type: ignore[arg-type]
        )  # fmt: skip

    owner = _owner_of(statement)
    return [
        *(one(c.commitment, CONTAINER, c.size, subject=owner) for c in payload.containers),
        *boxes_of(statement, lambda name, **said: one(name, BOX, **said)),
        *(one(name, VAULT, subject=patient) for patient, name in _vaults_of(statement)),
    ]


def _owner_of(statement: Statement) -> bytes:
    """Give the person whose account, or the patient whose card's secrets, a statement brings."""
    if isinstance(statement, FoundClinic):
        return statement.administrator
    if isinstance(statement, TakeCard | GuardCard | ReplaceCard):
        return statement.patient
    accounts = EnrolMember | RenewMember | ReplaceAccount
    return statement.person if isinstance(statement, accounts) else b""


def _vaults_of(statement: Statement) -> list[tuple[bytes, bytes]]:
    vault = vault_named(statement)
    return [vault] if vault else []
