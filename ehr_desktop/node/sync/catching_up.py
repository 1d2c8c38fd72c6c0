"""Catching up: final blocks from one peer at a time, window by window, verified as they come."""

from dataclasses import dataclass

from ehr_desktop.node.net.messages import Blocks, GetBlocks
from ehr_desktop.node.net.wire import MAX_BLOCKS
from ehr_desktop.node.sync.effects import Distrust, Effect, Told
from ehr_desktop.node.sync.limits import (
    BLOCK_ROOM,
    BLOCKS_RETRY_MS,
    MOST_BLOCKS,
    SLOW_MS,
)
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import SyncStore

_TICKS_FOR_ONE = 3
"""A single block behind is left to the consensus for so many ticks."""


@dataclass(frozen=True, slots=True)
class _Asked:
    peer: bytes
    first: int
    until: int


class BlockSync:
    """At most one window of blocks is on its way."""

    def __init__(self, store: SyncStore, peers: Peers) -> None:
        self._store = store
        self._peers = peers
        self._asked: _Asked | None = None
        self._failures: dict[bytes, int] = {}
        self._stalled_at = -1
        self._stalled_ticks = 0

    @property
    def progress(self) -> tuple[int, int] | None:
        """Height reached and height aimed at, while a peer is asked."""
        if self._asked is None:
            return None
        height = self._store.tip()[0]
        return height, max(self._peers.height(self._asked.peer), height)

    def tick(self, now: int) -> list[Effect]:
        """Ask another peer if no answer came; begin if others have been ahead for a while."""
        height = self._store.tip()[0]
        if self._asked is not None:
            return self._fail(self._asked.peer, now) if self._asked.until <= now else []
        ahead = max(map(self._peers.height, self._peers.linked), default=0) - height
        if ahead <= 0 or height != self._stalled_at:
            self._stalled_at, self._stalled_ticks = height, 0
            return []
        self._stalled_ticks += 1
        if self._stalled_ticks < (1 if ahead > 1 else _TICKS_FOR_ONE):
            return []
        return self._begin(now)

    def catch_up(self, peer: bytes, now: int) -> list[Effect]:
        """Ask this peer, unless one is being asked already."""
        if self._asked is not None or not self._peers.is_linked(peer):
            return []
        return self._ask(peer, now)

    def unlinked(self, peer: bytes, now: int) -> list[Effect]:
        """Go on with another peer if this one was being asked."""
        if self._asked is None or self._asked.peer != peer:
            return []
        self._asked = None
        return self._begin(now)

    def serve(self, peer: bytes, first: int, count: int) -> list[Effect]:
        """Answer with as many blocks as fit one message, or none."""
        blocks = self._store.blocks(first, min(count, MAX_BLOCKS), BLOCK_ROOM)
        return [Told(peer, Blocks(first, tuple(blocks)))]

    def take(self, peer: bytes, answer: Blocks, now: int) -> list[Effect]:
        """Take the blocks that were asked for; what nobody asked for is ignored."""
        asked = self._asked
        if asked is None or (asked.peer, asked.first) != (peer, answer.first):
            return []
        if not answer.blocks:
            return self._fail(peer, now)
        accepted = self._store.accept_blocks(answer.first, answer.blocks)
        if accepted < len(answer.blocks):
            return [Distrust(peer, "blocks"), *self._fail(peer, now)]
        if now - (asked.until - BLOCKS_RETRY_MS) > SLOW_MS:
            # it answers, but so that one would never be done: somebody else comes first now
            self._failures[peer] = self._failures.get(peer, 0) + 1
        else:
            self._failures.pop(peer, None)
        self._asked = None
        return self._begin(now)

    def _fail(self, peer: bytes, now: int) -> list[Effect]:
        """This peer does not give what it claims: ask the one that failed least."""
        self._failures[peer] = self._failures.get(peer, 0) + 1
        self._peers.doubt_height(peer, self._store.tip()[0])
        self._asked = None
        return self._begin(now)

    def _begin(self, now: int) -> list[Effect]:
        height = self._store.tip()[0]
        ahead = [peer for peer in self._peers.linked if self._peers.height(peer) > height]
        if not ahead:
            return []
        return self._ask(min(ahead, key=lambda peer: self._failures.get(peer, 0)), now)

    def _ask(self, peer: bytes, now: int) -> list[Effect]:
        first = self._store.tip()[0] + 1
        self._asked = _Asked(peer, first, now + BLOCKS_RETRY_MS)
        return [Told(peer, GetBlocks(first, MOST_BLOCKS))]
