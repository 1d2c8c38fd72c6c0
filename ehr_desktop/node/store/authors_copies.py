"""What somebody wrote and was told is pending, sealed under the author's own key until it is final.

The keys it was sealed under for the record may end before the ledger decides about it.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from ehr_desktop.node.store.tables import AUTHORS_COPIES
from ehr_desktop.node.store.tables import TRANSACTIONS as T

_COPY = AUTHORS_COPIES.c


def keep(
    connection: Connection,
    transaction: bytes,
    person: bytes,
    patient: bytes,
    sealed: Iterable[tuple[bytes, bytes]],
) -> None:
    """Keep copies of what a transaction commits to, each behind its commitment."""
    rows = [
        {
            "commitment": commitment, "transaction_id": transaction, "person": person,
            "patient": patient, "sealed": copy,
        }
        for commitment, copy in sealed
    ]  # fmt: skip
    if rows:
        connection.execute(insert(AUTHORS_COPIES).on_conflict_do_nothing(), rows)


def copies(connection: Connection, transaction: bytes) -> dict[bytes, bytes]:
    """Give the sealed copies of what a transaction commits to, by commitment."""
    rows = connection.execute(
        select(_COPY.commitment, _COPY.sealed).where(_COPY.transaction_id == transaction)
    )
    return {row[0]: row[1] for row in rows}


def refused(
    connection: Connection, person: bytes, rules: Collection[str] | None = None
) -> Sequence[bytes]:
    """Give the transactions with copies of somebody's that were refused (by one of `rules`, if
    there are any), in ledger order.
    """
    chosen = (
        select(T.c.id)
        .where(T.c.id.in_(select(_COPY.transaction_id).where(_COPY.person == person)))
        .where(T.c.position.is_not(None), T.c.rule != "" if rules is None else T.c.rule.in_(rules))
        .order_by(T.c.position)
    )
    return connection.execute(chosen).scalars().all()


def drop(connection: Connection, transactions: Sequence[bytes]) -> None:
    """Delete the copies of what transactions commit to."""
    connection.execute(delete(AUTHORS_COPIES).where(_COPY.transaction_id.in_(transactions)))
