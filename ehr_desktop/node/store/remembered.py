"""Contract state that the writer thread has read before, by bucket.

A block asks for values one by one and then for whole buckets, to work out the new root; reading a
bucket at once answers both.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from ehr_desktop.node.ledger.state import bucket_of, key_hash_of, value_hash_of
from ehr_desktop.node.store.tables import STATE_ENTRIES as E

MOST_KEPT = 100_000
"""Buckets and entries remembered at most, together."""

_CHUNK = 500
_BUCKETS = select(E.c.bucket, E.c.key_hash, E.c.value).where(
    E.c.bucket.in_(bindparam("wanted", expanding=True))
)


class RememberedState:
    """The state as the newest block left it. Only ever used on the writer thread."""

    def __init__(self) -> None:
        self._buckets: dict[int, dict[bytes, bytes]] = {}
        self._kept = 0

    def expect(self, connection: Connection, keys: Iterable[bytes]) -> None:
        """Read what `keys` will be asked for soon, many buckets at a time."""
        self._read(connection, {bucket_of(key_hash_of(key)) for key in keys})

    def value(self, connection: Connection, key: bytes) -> bytes | None:
        """Give the canonical bytes under a state key."""
        key_hash = key_hash_of(key)
        return self._bucket(connection, bucket_of(key_hash)).get(key_hash)

    def hashes(self, connection: Connection, bucket: int) -> dict[bytes, bytes]:
        """Give a bucket's entries as key hash to value hash."""
        stored = self._bucket(connection, bucket)
        return {key_hash: value_hash_of(value) for key_hash, value in stored.items()}

    def take_over(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Remember what a block has changed, once it is committed."""
        for key, value in changes.items():
            key_hash = key_hash_of(key)
            known = self._buckets.get(bucket_of(key_hash))
            if known is None:
                continue
            if value is None:
                known.pop(key_hash, None)
            else:
                self._kept += key_hash not in known
                known[key_hash] = value

    def _bucket(self, connection: Connection, number: int) -> dict[bytes, bytes]:
        if number not in self._buckets:
            self._read(connection, {number})
        return self._buckets[number]

    def _read(self, connection: Connection, wanted: set[int]) -> None:
        if self._kept > MOST_KEPT:
            self._buckets.clear()
            self._kept = 0
        missing = sorted(wanted - self._buckets.keys())
        for number in missing:
            self._buckets[number] = {}
        self._kept += len(missing)
        for start in range(0, len(missing), _CHUNK):
            chosen = {"wanted": missing[start : start + _CHUNK]}
            for number, key_hash, value in connection.execute(_BUCKETS, chosen):
                self._buckets[number][key_hash] = value
                self._kept += 1
