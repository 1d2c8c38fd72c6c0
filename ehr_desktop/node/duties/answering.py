"""Answers when a workstation asks what a PIN makes: once a guess, and only for the newest."""

from contextlib import suppress
from typing import ClassVar

from ehr_desktop.node.contracts.consent_state import Try, card, entry
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    GuardCard,
    ReplaceCard,
    TakeCard,
    TryPin,
)
from ehr_desktop.node.contracts.statements import read_statement
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableKeyError
from ehr_desktop.node.crypto.oprf import evaluate
from ehr_desktop.node.duties.duty import Cause, Here, Owed, said
from ehr_desktop.node.keys.guarding import open_guard_share
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import secrets, transactions
from ehr_desktop.node.store.secrets import KeyBox

_DEALS = (TakeCard.KIND, GuardCard.KIND, ReplaceCard.KIND)
_MOST_DEALS = 1000


class Answering:
    """Says `pin.answer` to a `pin.try` that is final in this workstation's own ledger."""

    kinds: ClassVar[frozenset[str]] = frozenset({TryPin.KIND})
    looks_back: ClassVar[int] = 100

    def owed(self, here: Here, cause: Cause) -> Owed:
        """Give the answer, if this workstation guards the PIN and has not answered yet."""
        statement = cause.statement
        assert isinstance(statement, TryPin)
        newest = entry(here.expected, Try, "try", statement.patient)
        held = card(here.expected, statement.patient)
        if newest is None or held is None or newest.asked != cause.transaction:
            return []
        is_guard = here.device in {name for name, _place in held.guards}
        box = _own_box(here, statement.patient) if is_guard else None
        if box is None or here.device in newest.answered:
            return []
        with suppress(OpenFailedError, UnusableKeyError):
            evaluated = evaluate(open_guard_share(box, here.box), statement.blinded)
            answer = AnswerPin(cause.transaction, evaluated)
            return [said(answer)]
        return []


def _own_box(here: Here, patient: bytes) -> KeyBox | None:
    """Give the box with this workstation's share of the key that was dealt last."""
    for row in transactions.about(here.connection, patient, _DEALS, _MOST_DEALS):
        if row.position is None or row.rule:
            continue
        deal = read_statement(row.kind, tuple(Transaction.decode(row.wire).payload.body))
        assert isinstance(deal, TakeCard | GuardCard | ReplaceCard)
        name = next((name for device, _, name in deal.guards if device == here.device), None)
        return secrets.box_named(here.connection, name) if name else None
    return None
