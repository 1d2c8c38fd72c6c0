"""What has become final, and storing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    OpenEpochs,
    RegisterPatient,
    ReplaceTeamKey,
    ResealKeys,
    WelcomeMembers,
    read_statement,
)
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import Node
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline import promises
from ehr_desktop.node.store import blocks, secrets, transactions

_WITH_KEYS = frozenset(
    {
        OpenEpochs.KIND,
        RegisterPatient.KIND,
        ReplaceTeamKey.KIND,
        ResealKeys.KIND,
        WelcomeMembers.KIND,
    }
)


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
    nodes they complete in the transaction tree; delete the boxes that are of no use any more.
    """
    _store_block(connection, header, finality.encode(), nodes, final)
    for entry in final:
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
                "details": encode([list(fact) for fact in entry.verdict.details]),
            }
            for entry in final
        ],
    )


def _settle_boxes(connection: Connection, entry: FinalTransaction) -> None:
    """Delete the boxes a refused statement brought, and those an accepted new team key replaces."""
    payload = entry.transaction.payload
    if payload.kind not in _WITH_KEYS:
        return
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
