"""Contract state on disk: entries in buckets, and the hash of each bucket."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ehr_desktop.node.ledger.state import (
    EMPTY,
    StateDelta,
    StateTree,
    bucket_of,
    key_hash_of,
)
from ehr_desktop.node.store.many import write_many
from ehr_desktop.node.store.tables import STATE_ENTRIES, STATE_NODES

# built once: contracts ask so often that building the statement would cost more than running it
_VALUE = select(STATE_ENTRIES.c.value).where(
    STATE_ENTRIES.c.bucket == bindparam("bucket"), STATE_ENTRIES.c.key_hash == bindparam("key_hash")
)
_WRITE_BUCKET = upsert(STATE_NODES)
_WRITE_BUCKET = _WRITE_BUCKET.on_conflict_do_update(
    ["level", "place"], set_={"hash": _WRITE_BUCKET.excluded.hash}
)
_WRITE_ENTRY = upsert(STATE_ENTRIES)
_WRITE_ENTRY = _WRITE_ENTRY.on_conflict_do_update(
    ["bucket", "key_hash"], set_={"value": _WRITE_ENTRY.excluded.value}
)
_REMOVE_BUCKET = delete(STATE_NODES).where(
    STATE_NODES.c.level == bindparam("level"), STATE_NODES.c.place == bindparam("place")
)
_BUCKETS = select(STATE_NODES.c.place, STATE_NODES.c.hash).where(STATE_NODES.c.level == 0)
_REMOVE_ENTRY = delete(STATE_ENTRIES).where(
    STATE_ENTRIES.c.bucket == bindparam("bucket"), STATE_ENTRIES.c.key_hash == bindparam("key_hash")
)


def value(connection: Connection, key: bytes) -> bytes | None:
    """Give the canonical bytes under a state key."""
    key_hash = key_hash_of(key)
    found: bytes | None = connection.execute(
        _VALUE, {"bucket": bucket_of(key_hash), "key_hash": key_hash}
    ).scalar()
    return found


def everything(connection: Connection) -> dict[bytes, bytes]:
    """Give the whole state, key to value; for a full check."""
    rows = connection.execute(select(STATE_ENTRIES.c.key, STATE_ENTRIES.c.value))
    return {row.key: row.value for row in rows}


def load_tree(connection: Connection) -> StateTree:
    """Give the tree over the state as it was last stored: only the bucket hashes are, since the
    levels above cost more to write at every block than to work out once.
    """
    return StateTree.over({row.place: row.hash for row in connection.execute(_BUCKETS)})


def store(connection: Connection, changes: Mapping[bytes, bytes | None], delta: StateDelta) -> None:
    """Store what a block changed: its entries and the hashes of their buckets."""
    written, removed = [], []
    for key, stored in changes.items():
        key_hash = key_hash_of(key)
        row = {"bucket": bucket_of(key_hash), "key_hash": key_hash}
        if stored is None:
            removed.append(row)
        else:
            written.append(row | {"key": key, "value": stored})
    write_many(connection, _WRITE_ENTRY, written)
    write_many(connection, _REMOVE_ENTRY, removed)
    buckets = [node for node in delta.nodes if node.level == 0]
    write_many(
        connection, _WRITE_BUCKET, [node._asdict() for node in buckets if node.hash != EMPTY]
    )
    gone = [{"level": 0, "place": node.place} for node in buckets if node.hash == EMPTY]
    write_many(connection, _REMOVE_BUCKET, gone)
