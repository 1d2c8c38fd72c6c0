"""Shares that were dealt to the workstations before, and are to go since others were dealt. What is
not final yet, or stands now, is left: two may deal at once.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ehr_desktop.node.contracts.consent_state import Escrow, card, entry
from ehr_desktop.node.contracts.consent_statements import (
    GuardCard,
    RejectCard,
    ReplaceCard,
    TakeCard,
)
from ehr_desktop.node.contracts.custody_statements import DealShares
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import read_statement
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import transactions

_CARDS: Final = (TakeCard.KIND, GuardCard.KIND, ReplaceCard.KIND)
_MOST_DEALS: Final = 1000


def shares_before(connection: Connection, dealt: DealShares, value: StateReader) -> set[bytes]:
    """Give the boxes of category keys that were shared out before: with enough of both, too many
    shares would be out. `value` reads the state after it.
    """
    categories = {row[0] for row in dealt.escrows}
    standing = [entry(value, Escrow, "escrow", dealt.patient, one) for one in categories]
    kept = {name for one in standing if one for name in (one.sealed, *(g[2] for g in one.guards))}
    named = {
        name
        for deal, _transaction in _final(connection, dealt.patient, (DealShares.KIND,))
        for category, _epoch, sealed, _threshold, guards in deal.escrows
        if category in categories
        for name in (sealed, *(guard[2] for guard in guards))
    }
    return named - kept


def guards_before(connection: Connection, patient: bytes, value: StateReader) -> set[bytes]:
    """Give the boxes with shares that guarded a card's PIN before: a workstation that was taken out
    since has one of them, and with a few more the PIN could be guessed at. `value` reads the state
    after the last deal.
    """
    held = card(value, patient)
    return {
        name
        for deal, transaction in _final(connection, patient, _CARDS)
        if held is None or transaction.payload.containers[0].commitment != held.secrets
        for _device, _place, name in deal.guards
    }


def brought_for_rejected(
    connection: Connection, rejected: RejectCard
) -> tuple[set[bytes], set[bytes]]:
    """Give the boxes with the shares of a card that was turned away, and the containers with its
    sealed keys; also of those that it was made in place of. None for a guardian.
    """
    boxes: set[bytes] = set()
    sealed: set[bytes] = set()
    if rejected.speaker == rejected.patient:
        for deal, transaction in _final(connection, rejected.patient, _CARDS):
            if deal.generation <= rejected.generation:
                boxes.update(name for _device, _place, name in deal.guards)
                sealed.update(one.commitment for one in transaction.payload.containers)
    return boxes, sealed


def _final(
    connection: Connection, patient: bytes, kinds: Sequence[str]
) -> Iterator[tuple[Any, Transaction]]:
    """Give the accepted statements of some kinds about a patient."""
    for row in transactions.about(connection, patient, kinds, _MOST_DEALS):
        if row.position is not None and not row.rule:
            transaction = Transaction.decode(row.wire)
            yield read_statement(row.kind, tuple(transaction.payload.body)), transaction
