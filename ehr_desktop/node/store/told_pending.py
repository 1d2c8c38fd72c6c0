"""Who was told that something of theirs waits: they are told again if it is refused in the end.

A row goes when its transaction is accepted, or when the person has read of the refusal.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.sqlite import insert

from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.tables import TOLD_PENDING
from ehr_desktop.node.store.tables import TRANSACTIONS as T
from ehr_desktop.node.store.transactions import StoredTransaction

_MOST = 100


def add(connection: Connection, person: bytes, names: Sequence[bytes]) -> None:
    """Remember that `person` was told of these transactions of theirs that they are pending."""
    # asked row by row: the accepted ones are the whole ledger
    is_accepted = exists().where(
        T.c.id == TOLD_PENDING.c.transaction_id, T.c.position.is_not(None), T.c.rule == ""
    )
    connection.execute(delete(TOLD_PENDING).where(TOLD_PENDING.c.person == person, is_accepted))
    if names:
        rows = [{"transaction_id": name, "person": person} for name in names]
        connection.execute(insert(TOLD_PENDING).on_conflict_do_nothing(), rows)


def refused(connection: Connection, person: bytes) -> list[StoredTransaction]:
    """Give what was refused of that since and not dismissed, in ledger order; at most 100."""
    chosen = (
        select(T.c.id)
        .join(TOLD_PENDING, TOLD_PENDING.c.transaction_id == T.c.id)
        .where(TOLD_PENDING.c.person == person, T.c.position.is_not(None), T.c.rule != "")
        .order_by(T.c.position)
        .limit(_MOST)
    )
    rows = (transactions.by_id(connection, name) for name in connection.execute(chosen).scalars())
    return [row for row in rows if row is not None]


def dismiss(connection: Connection, person: bytes, name: bytes) -> None:
    """Forget a transaction: the person knows what became of it."""
    connection.execute(
        delete(TOLD_PENDING).where(
            TOLD_PENDING.c.person == person, TOLD_PENDING.c.transaction_id == name
        )
    )
