"""The Merkle tree over all final transactions: built one leaf at a time, and proofs over it.

A node is named by its level (0 for leaves) and its place in the level. Only nodes over a full
power of two of leaves are ever kept; they never change.

The makers of proofs trust their caller. The checkers take whatever a stranger sends: they never
raise and do no more than 64 steps.

Source: RFC 9162, 2.1.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from ehr_desktop.node.crypto.hashes import HASH_SIZE, sha256

EMPTY_ROOT: Final = sha256(b"")
"""The root of a tree without leaves."""
_MAX_PATH: Final = 63
_MAX_SIZE: Final = 1 << _MAX_PATH


class Node(NamedTuple):
    """A finished node: its level, its place there, and its hash (32 bytes)."""

    level: int
    place: int
    hash: bytes


NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the finished node at (level, place)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry, 32 bytes."""
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent, 32 bytes."""
    return sha256(b"\x01" + left + right)


def root(leaves: Iterable[bytes]) -> bytes:
    """Give the root over `leaves`, which are leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a tree: at most 63 hashes, enough to append and to give the root."""

    __slots__ = ("_peaks", "size")

    size: int

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # the roots of the full subtrees, largest first

    @classmethod
    def at(cls, size: int, node: NodeReader) -> "Frontier":
        """Rebuild the frontier of the first `size` leaves from stored nodes."""
        frontier = cls()
        frontier.size = size
        frontier._peaks = [node(level, index) for level, index in _peaks(0, size)]
        return frontier

    def copy(self) -> "Frontier":
        """Give another one that can grow on its own."""
        twin = Frontier()
        twin.size = self.size
        twin._peaks = self._peaks.copy()
        return twin

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf hash; give the nodes this finished, the leaf itself first."""
        index = self.size
        finished = [Node(0, index, leaf)]
        hashed, level = leaf, 0
        while index & 1:
            hashed = node_hash(self._peaks.pop(), hashed)
            index >>= 1
            level += 1
            finished.append(Node(level, index, hashed))
        self._peaks.append(hashed)
        self.size += 1
        return finished

    def root(self) -> bytes:
        """Give the root over all leaves so far, 32 bytes."""
        return _fold(self._peaks)


def range_root(start: int, end: int, node: NodeReader) -> bytes:
    """Give the root over the leaves from `start` up to but not including `end`.

    `start` must be where a subtree of that many leaves can start: a multiple of the smallest
    power of two that is no less than their number.
    """
    return _fold([node(level, index) for level, index in _peaks(start, end)])


def inclusion_path(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Give the hashes that lead from leaf `index` to the root over `size` leaves, lowest first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _left_size(high - low)
        if index < middle:
            path.append(range_root(middle, high, node))
            high = middle
        else:
            path.append(range_root(low, middle, node))
            low = middle
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes
) -> bool:
    """Tell whether `path` proves leaf hash `leaf` at `index` under the root over `size` leaves.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size <= _MAX_SIZE or len(path) > _MAX_PATH:
        return False
    if not _hashes_only(leaf, expected_root, *path):
        return False
    position, last, hashed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            hashed = node_hash(sibling, hashed)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and hashed == expected_root


def consistency_path(old_size: int, new_size: int, node: NodeReader) -> list[bytes]:
    """Give the hashes that prove the first `old_size` leaves unchanged among `new_size`.

    Raises:
        ValueError: the tree would have shrunk.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a tree of {old_size} leaves cannot become one of {new_size}")
    if old_size in {0, new_size}:
        return []
    path = []
    low, high = 0, new_size
    while high != old_size:
        middle = low + _left_size(high - low)
        if old_size <= middle:
            path.append(range_root(middle, high, node))
            high = middle
        else:
            path.append(range_root(low, middle, node))
            low = middle
    if low != 0:
        path.append(range_root(low, high, node))
    return path[::-1]


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Tell whether `path` proves that the tree under `new_root` only adds to `old_root`'s.

    Source: RFC 9162, 2.1.4.2. A tree without leaves is a prefix of every tree.
    """
    if not 0 <= old_size <= new_size <= _MAX_SIZE or len(path) > _MAX_PATH + 1:
        return False
    if not _hashes_only(old_root, new_root, *path):
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size & (old_size - 1) == 0:
        path = (old_root, *path)
    return _replay_consistency(old_size, new_size, path) == (old_root, new_root)


def _replay_consistency(
    old_size: int, new_size: int, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Give the old and the new root `path` leads to, or None if it has the wrong length."""
    if not path:
        return None
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    return (old, new) if last == 0 else None


def _peaks(start: int, end: int) -> list[tuple[int, int]]:
    """Name the full subtrees that cover [start, end), largest first."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append((level, start >> level))
        start += 1 << level
    return peaks


def _fold(peaks: list[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    hashed = peaks[-1]
    for peak in reversed(peaks[:-1]):
        hashed = node_hash(peak, hashed)
    return hashed


def _left_size(size: int) -> int:
    """Give the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes_only(*hashes: bytes) -> bool:
    return all(len(hashed) == HASH_SIZE for hashed in hashes)
