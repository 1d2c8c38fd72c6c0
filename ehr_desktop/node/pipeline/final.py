"""What has become final, and storing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.node.contracts.custody_statements import RenewMember
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    CommitRecords,
    RegisterPatient,
    ReplaceTeamKey,
    read_statement,
)
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import Node
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline import promises
from ehr_desktop.node.pipeline.promised_boxes import BRINGING_BOXES
from ehr_desktop.node.store import authors_copies, awaited, blocks, secrets, transactions

_WITH_KEYS = BRINGING_BOXES | {RegisterPatient.KIND, RenewMember.KIND}


@dataclass(frozen=True, slots=True)
class FinalTransaction:
    """A transaction that became final, with its place and what became of it."""

    transaction: Transaction
    height: int
    position: int
    verdict: Verdict

    @property
    def outcome(self) -> Outcome:
        """What to tell whoever asked for it."""
        return Outcome(
            TransactionId(self.transaction.id.hex()),
            TransactionState.FINAL if self.verdict.accepted else TransactionState.REFUSED,
            self.verdict.rule,
            self.verdict.details,
        )


def store_final(
    connection: Connection,
    header: Header,
    finality: Finality,
    nodes: Sequence[Node],
    final: Sequence[FinalTransaction],
) -> None:
    """Store a final block: the proof that it is one, its transactions' places and outcomes, and the
    nodes they complete in the transaction tree; delete the boxes that are of no use any more, and
    the authors' copies of what is in the record now.
    """
    _store_block(connection, header, finality.encode(), nodes, final)
    written = [
        entry.transaction.id
        for entry in final
        if entry.verdict.accepted and entry.transaction.payload.kind == CommitRecords.KIND
    ]
    if written:
        authors_copies.drop(connection, written)
    for entry in final:
        if entry.transaction.payload.kind in _WITH_KEYS:
            _settle_boxes(connection, entry)


def _store_block(
    connection: Connection,
    header: Header,
    finality: bytes,
    nodes: Sequence[Node],
    final: Sequence[FinalTransaction],
) -> None:
    blocks.add_block(connection, (header.height, header.id, header.encode(), finality))
    blocks.add_tree_nodes(connection, nodes)
    transactions.make_final(
        connection,
        [
            {
                "id_": entry.transaction.id,
                "height": entry.height,
                "position": entry.position,
                "rule": entry.verdict.rule,
                "details": written_details(entry.verdict.details),
            }
            for entry in final
        ],
    )


@lru_cache(maxsize=16)
def written_details(details: tuple[tuple[str, str], ...]) -> bytes:
    """Give the details of an outcome as they are stored."""
    return encode([list(fact) for fact in details])


def _settle_boxes(connection: Connection, entry: FinalTransaction) -> None:
    """Delete the boxes a refused statement brought, and those that an accepted new key, a team's or
    a member's, replaces.
    """
    payload = entry.transaction.payload
    try:
        statement = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        # it may have been refused for something else before anybody read it
        return
    transaction = entry.transaction.id
    promises.settle(connection, transaction, statement, accepted=entry.verdict.accepted)
    if not entry.verdict.accepted:
        secrets.remove_boxes(connection, transaction)
    elif isinstance(statement, ReplaceTeamKey):
        secrets.remove_older_boxes(connection, statement.team, statement.generation)
    elif isinstance(statement, RenewMember):
        secrets.remove_boxes_for(connection, statement.person, before=entry.position)
        awaited.remove_boxes_for(connection, statement.person, before=entry.position)
