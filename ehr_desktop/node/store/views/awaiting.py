"""What a view could not take over yet, because something has not come to this workstation."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from ehr_desktop.node.store.views.tables import AWAITED

_CHUNK = 500


def awaited(connection: Connection, names: Collection[bytes]) -> list[tuple[bytes, bytes]]:
    """Give those of `names` that something waits for, each with a transaction that does."""
    found: list[tuple[bytes, bytes]] = []
    wanted = list(names)
    for start in range(0, len(wanted), _CHUNK):
        chosen = select(AWAITED).where(AWAITED.c.name.in_(wanted[start : start + _CHUNK]))
        found += [(row[0], row[1]) for row in connection.execute(chosen)]
    return found


def all_awaited(connection: Connection) -> list[bytes]:
    """Give every name that something waits for."""
    return list(connection.execute(select(AWAITED.c.name).distinct()).scalars())


def change_awaited(
    connection: Connection,
    arrived: Collection[tuple[bytes, bytes]],
    missing: Collection[tuple[bytes, bytes]],
) -> None:
    """Forget what has arrived and remember what is missing: names, each with a transaction."""
    place = tuple_(AWAITED.c.name, AWAITED.c.transaction_id)
    gone = list(arrived)
    for start in range(0, len(gone), _CHUNK):
        connection.execute(delete(AWAITED).where(place.in_(gone[start : start + _CHUNK])))
    if missing:
        rows = [{"name": name, "transaction_id": transaction} for name, transaction in missing]
        connection.execute(insert(AWAITED).on_conflict_do_nothing(), rows)
