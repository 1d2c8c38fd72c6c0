"""Whole tables out of one database and into another, a few rows at a time."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import (
    AUTHORS_COPIES,
    AWAITED,
    BLOCKS,
    CONTAINERS,
    DRAFTS,
    KEY_BOXES,
    SECRETS,
    STATE_ENTRIES,
    STATE_NODES,
    TOLD_PENDING,
    TRANSACTIONS,
    TREE_NODES,
    VAULT_KEYS,
    VOTES,
)

COPIED: Final = {
    str(table.name): table
    for table in (
        BLOCKS, TRANSACTIONS, TREE_NODES, STATE_ENTRIES, STATE_NODES, CONTAINERS, KEY_BOXES
    )
}  # fmt: skip
"""What a backup holds, by name."""

LEFT_OUT: Final = frozenset(
    str(table.name)
    for table in (
        SECRETS, VAULT_KEYS, VOTES, DRAFTS, AUTHORS_COPIES, TOLD_PENDING, AWAITED
    )
)  # fmt: skip
"""What belongs to this workstation alone, and the vault keys, which are kept apart."""

# built once each, which `write_many` counts on
_ADD: Final = {name: insert(table) for name, table in COPIED.items()}
_MOST_ROWS: Final = 2000
_MOST_BYTES: Final = 384 * 1024
"""With one row more, a group still fits what the codec reads at once."""


def rows_of(connection: Connection, name: str) -> Iterator[list[tuple[Any, ...]]]:
    """Give all rows of a copied table in groups of bounded size."""
    group: list[tuple[Any, ...]] = []
    size = 0
    for row in connection.execute(select(COPIED[name])):
        group.append(tuple(row))
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if size > _MOST_BYTES or len(group) >= _MOST_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


def count(connection: Connection, name: str) -> int:
    """Count the rows of a copied table."""
    return int(connection.execute(select(func.count()).select_from(COPIED[name])).scalar_one())


def put_rows(connection: Connection, name: str, rows: Sequence[Sequence[Any]]) -> None:
    """Store rows that `rows_of` gave.

    Raises:
        KeyError: there is no such table.
        ValueError: they are not rows of it.
    """
    columns = [column.name for column in COPIED[name].columns]
    write_many(connection, _ADD[name], [dict(zip(columns, row, strict=True)) for row in rows])
