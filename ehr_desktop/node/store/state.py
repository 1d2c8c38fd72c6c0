"""Contract state on disk: entries in buckets, and the hashes of the tree above them."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ehr_desktop.node.ledger.merkle import Node
from ehr_desktop.node.ledger.state import (
    EMPTY,
    StateDelta,
    StateTree,
    bucket_of,
    key_hash_of,
    value_hash_of,
)
from ehr_desktop.node.store.tables import STATE_ENTRIES, STATE_NODES

# built once: contracts ask so often that building the statement would cost more than running it
_VALUE = select(STATE_ENTRIES.c.value).where(
    STATE_ENTRIES.c.bucket == bindparam("bucket"), STATE_ENTRIES.c.key_hash == bindparam("key_hash")
)
_BUCKET = select(STATE_ENTRIES.c.key_hash, STATE_ENTRIES.c.value).where(
    STATE_ENTRIES.c.bucket == bindparam("bucket")
)


def value(connection: Connection, key: bytes) -> bytes | None:
    """Give the canonical bytes under a state key."""
    key_hash = key_hash_of(key)
    found: bytes | None = connection.execute(
        _VALUE, {"bucket": bucket_of(key_hash), "key_hash": key_hash}
    ).scalar()
    return found


def bucket(connection: Connection, number: int) -> dict[bytes, bytes]:
    """Give a bucket's entries as key hash to value hash."""
    rows = connection.execute(_BUCKET, {"bucket": number})
    return {key_hash: value_hash_of(stored) for key_hash, stored in rows}


def everything(connection: Connection) -> dict[bytes, bytes]:
    """Give the whole state, key to value; for a full check."""
    rows = connection.execute(select(STATE_ENTRIES.c.key, STATE_ENTRIES.c.value))
    return {row.key: row.value for row in rows}


def load_tree(connection: Connection) -> StateTree:
    """Give the tree over the state as it was last stored."""
    return StateTree(nodes(connection))


def nodes(connection: Connection) -> Iterator[Node]:
    """Give every stored node of the tree over the state."""
    rows = connection.execute(select(STATE_NODES.c.level, STATE_NODES.c.place, STATE_NODES.c.hash))
    return (Node(level, place, hashed) for level, place, hashed in rows)


def store(connection: Connection, changes: Mapping[bytes, bytes | None], delta: StateDelta) -> None:
    """Store what a block changed: its entries and the nodes above them."""
    _store_entries(connection, changes)
    kept: list[dict[str, object]] = []
    gone: list[dict[str, object]] = []
    for level, place, hashed in delta.nodes:
        target = gone if hashed == EMPTY else kept
        target.append({"level": level, "place": place, "hash": hashed})
    if kept:
        statement = upsert(STATE_NODES)
        connection.execute(
            statement.on_conflict_do_update(
                ["level", "place"], set_={"hash": statement.excluded.hash}
            ),
            kept,
        )
    for node in gone:
        connection.execute(
            delete(STATE_NODES).where(
                STATE_NODES.c.level == node["level"], STATE_NODES.c.place == node["place"]
            )
        )


def _store_entries(connection: Connection, changes: Mapping[bytes, bytes | None]) -> None:
    written = []
    for key, stored in changes.items():
        key_hash = key_hash_of(key)
        if stored is None:
            connection.execute(
                delete(STATE_ENTRIES).where(
                    STATE_ENTRIES.c.bucket == bucket_of(key_hash),
                    STATE_ENTRIES.c.key_hash == key_hash,
                )
            )
        else:
            written.append(
                {"bucket": bucket_of(key_hash), "key_hash": key_hash, "key": key, "value": stored}
            )
    if written:
        statement = upsert(STATE_ENTRIES)
        connection.execute(
            statement.on_conflict_do_update(
                ["bucket", "key_hash"], set_={"value": statement.excluded.value}
            ),
            written,
        )
