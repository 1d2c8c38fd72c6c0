"""One hash over all contract state, cheap to renew when a few keys change.

Keys fall into 65,536 buckets by the first 16 bits of their hash. A bucket's hash covers its
entries in order of key hash; 16 binary levels join the buckets into the root. So the root depends
on what the state is and on nothing else. Where there is nothing, the hash is `EMPTY`, which is
neither stored nor computed.
"""

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from ehr_desktop.node.crypto.hashes import HASH_SIZE, frame, sha256
from ehr_desktop.node.ledger.merkle import Node

LEVELS: Final = 16
BUCKETS: Final = 1 << LEVELS
EMPTY: Final = bytes(HASH_SIZE)
"""The hash of a bucket, a node or a whole state in which there is nothing."""

BucketReader: TypeAlias = Callable[[int], Mapping[bytes, bytes]]
"""Gives the entries of a bucket: key hash to value hash, 32 bytes each."""

_BUCKET_PREFIX: Final = frame("ehr/state-bucket/v1")
_NODE_PREFIX: Final = frame("ehr/state-node/v1")
_KEY_PREFIX: Final = frame("ehr/state-key/v1")
_VALUE_PREFIX: Final = frame("ehr/state-value/v1")


class Entry(NamedTuple):
    """A bucket entry that changed; `value_hash` is None where the key is gone."""

    bucket: int
    key_hash: bytes
    value_hash: bytes | None


@dataclass(frozen=True, slots=True)
class StateDelta:
    """What a batch of changes does to the tree.

    `nodes` are the nodes that changed, buckets (level 0) first and the root (level 16) last; a
    node whose hash is `EMPTY` is to be forgotten. Both are empty if nothing changed.
    """

    root: bytes
    nodes: tuple[Node, ...]
    entries: tuple[Entry, ...]


def key_hash_of(key: bytes) -> bytes:
    """Give the hash a state key is filed under, 32 bytes."""
    return sha256(_KEY_PREFIX + key)


def value_hash_of(value: bytes) -> bytes:
    """Give the hash an entry holds for `value`, 32 bytes."""
    return sha256(_VALUE_PREFIX + value)


def bucket_of(key_hash: bytes) -> int:
    """Give the bucket of a key hash: its first 16 bits."""
    return int.from_bytes(key_hash[:2], "big")


class StateTree:
    """The nodes over the buckets. Only nodes with something below them are kept."""

    __slots__ = ("_levels",)

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._levels: list[MutableMapping[int, bytes]] = [{} for _ in range(LEVELS + 1)]
        for level, place, hashed in nodes:
            self._levels[level][place] = hashed

    @classmethod
    def over(cls, buckets: Mapping[int, bytes]) -> "StateTree":
        """Give the tree over these bucket hashes: all there are, by number."""
        tree = cls()
        for level, place, hashed in tree._climb(dict(buckets)):
            tree._levels[level][place] = hashed
        return tree

    @property
    def root(self) -> bytes:
        """The hash over the whole state, 32 bytes."""
        return self._levels[LEVELS].get(0, EMPTY)

    def nodes(self) -> Iterator[Node]:
        """Give every node that is kept."""
        for level, places in enumerate(self._levels):
            for place, hashed in places.items():
                yield Node(level, place, hashed)

    def copy(self) -> "StateTree":
        """Give another tree that can change on its own."""
        twin = StateTree()
        twin._levels = [dict(level) for level in self._levels]
        return twin

    def beyond(self, deltas: Iterable["StateDelta"]) -> "StateTree":
        """Give the tree as `deltas`, one on the other, would leave this one. It stands on this
        one's nodes, so it is of no use once this one has changed.
        """
        twin = StateTree()
        twin._levels = [ChainMap({}, level) for level in self._levels]
        for delta in deltas:
            for level, place, hashed in delta.nodes:
                twin._levels[level][place] = hashed
        return twin

    def update(self, changes: Mapping[bytes, bytes | None], bucket: BucketReader) -> StateDelta:
        """Work out what `changes` (key to new value, None to remove) would do; changes nothing.

        `bucket` gives a bucket's entries as they are now.
        """
        entries: list[Entry] = []
        hashes: dict[int, bytes] = {}
        for index, wanted in _by_bucket(changes).items():
            before = bucket(index)
            changed = [
                Entry(index, key, value)
                for key, value in wanted.items()
                if before.get(key) != value
            ]
            if changed:
                entries.extend(changed)
                hashes[index] = _bucket_hash({**before, **wanted})
        nodes = self._climb(hashes)
        return StateDelta(nodes[-1].hash if nodes else self.root, tuple(nodes), tuple(entries))

    def apply(self, delta: StateDelta) -> None:
        """Take over what `update` worked out on this very tree."""
        for level, place, hashed in delta.nodes:
            if hashed == EMPTY:
                self._levels[level].pop(place, None)
            else:
                self._levels[level][place] = hashed

    def _climb(self, hashes: dict[int, bytes]) -> list[Node]:
        """Give the changed nodes, from changed bucket hashes up to the root."""
        changed = [Node(0, place, hashed) for place, hashed in hashes.items()]
        for level in range(LEVELS if hashes else 0):
            unchanged = self._levels[level]
            parents = {}
            for place in {place >> 1 for place in hashes}:
                left, right = 2 * place, 2 * place + 1
                parents[place] = _node_hash(
                    hashes.get(left) or unchanged.get(left, EMPTY),
                    hashes.get(right) or unchanged.get(right, EMPTY),
                )
            changed.extend([Node(level + 1, place, hashed) for place, hashed in parents.items()])
            hashes = parents
        return changed


def _by_bucket(changes: Mapping[bytes, bytes | None]) -> dict[int, dict[bytes, bytes | None]]:
    """Sort the changes into buckets, as key hash to value hash."""
    buckets: dict[int, dict[bytes, bytes | None]] = {}
    for key, value in changes.items():
        key_hash = key_hash_of(key)
        value_hash = None if value is None else value_hash_of(value)
        buckets.setdefault(bucket_of(key_hash), {})[key_hash] = value_hash
    return buckets


def _bucket_hash(entries: Mapping[bytes, bytes | None]) -> bytes:
    present = sorted((key, value) for key, value in entries.items() if value is not None)
    if not present:
        return EMPTY
    return sha256(_BUCKET_PREFIX + b"".join(key + value for key, value in present))


def _node_hash(left: bytes, right: bytes) -> bytes:
    if left == right == EMPTY:
        return EMPTY
    return sha256(_NODE_PREFIX + left + right)
