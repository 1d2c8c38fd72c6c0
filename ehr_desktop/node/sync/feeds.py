"""Feeds: who has transactions that are missing here, asking for them, and giving them out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ehr_desktop.node.net.messages import FeedHead, FeedRange, Transactions, Want
from ehr_desktop.node.net.wire import MAX_FEEDS, MAX_TRANSACTIONS
from ehr_desktop.node.sync.effects import Distrust, Effect, Told
from ehr_desktop.node.sync.limits import MOST_SEQUENCES, REPEAT_MS, RETRY_MS, TRANSACTION_ROOM
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import SyncStore, Verdict

_USELESS = frozenset({Verdict.FORK, Verdict.REFUSED, Verdict.OWN, Verdict.WRONG})


@dataclass(frozen=True, slots=True)
class _Asked:
    peer: bytes
    until: int


class FeedSync:
    """At most one question is open for each feed. `forks` counts transactions whose place was
    taken.
    """

    def __init__(self, me: bytes, store: SyncStore, peers: Peers) -> None:
        self._me = me
        self._store = store
        self._peers = peers
        self._asked: dict[bytes, _Asked] = {}
        self._doubts: dict[tuple[bytes, bytes], int] = {}
        self.forgotten = False
        self.forks = 0

    def heard(self, peer: bytes, feeds: Iterable[FeedHead], now: int) -> list[Effect]:
        """A peer says what it stores. What its author is about to push is not asked of others."""
        return self._ask(
            peer,
            [
                feed.device
                for feed in feeds
                if feed.device == peer or not self._peers.is_linked(feed.device)
            ],
            now,
        )

    def tick(self, now: int) -> list[Effect]:
        """Give up on what did not come in time, and ask whoever else has it."""
        for device, asked in list(self._asked.items()):
            if asked.until <= now:
                self._doubt(asked.peer, device, now)
                del self._asked[device]
        self._doubts = {pair: until for pair, until in self._doubts.items() if until > now}
        effects: list[Effect] = []
        for peer in self._peers.linked:
            effects += self._ask(peer, list(self._peers.feeds(peer)), now)
        return effects

    def head_moved(self) -> None:
        """Blocks may have settled a fork, or let a device in."""
        self._doubts.clear()

    def unlinked(self, peer: bytes) -> None:
        """Nothing comes from that peer any more."""
        self._asked = {d: asked for d, asked in self._asked.items() if asked.peer != peer}
        self._doubts = {pair: until for pair, until in self._doubts.items() if pair[0] != peer}

    def serve(self, peer: bytes, ranges: Sequence[FeedRange]) -> list[Effect]:
        """Answer with what fits one message; with none at all if nothing of it is here."""
        wires: list[bytes] = []
        room = TRANSACTION_ROOM
        for wanted in ranges:
            last = min(wanted.last, wanted.first + MAX_TRANSACTIONS - len(wires) - 1)
            if room <= 0 or last < wanted.first:
                break
            found = self._store.transactions(wanted.device, wanted.first, last, room)
            wires += found
            room -= sum(map(len, found))
        return [Told(peer, Transactions(tuple(wires)))]

    def take(self, peer: bytes, wires: Sequence[bytes], now: int) -> list[Effect]:
        """Take transactions in, and ask on where that was not all."""
        admitted = self._store.admit(wires)
        verdicts = Counter(one.verdict for one in admitted)
        self.forks += verdicts[Verdict.FORK]
        self.forgotten = self.forgotten or Verdict.OWN in verdicts
        effects: list[Effect] = []
        if verdicts[Verdict.WRONG]:
            effects.append(Distrust(peer, "transactions"))
        for one in admitted:
            if one.verdict in _USELESS and one.device:
                self._doubt(peer, one.device, now)
            elif one.verdict is Verdict.STORED:
                self._doubts.pop((peer, one.device), None)
        touched = {one.device: one.sequence for one in admitted if one.device}
        # who sends transactions has them
        self._peers.hear(peer, 0, [FeedHead(*last, b"", 0) for last in touched.items()])
        mine = [device for device, asked in self._asked.items() if asked.peer == peer]
        if not touched.keys().isdisjoint(mine) or not wires:
            # this is the answer: what it left out is asked for again, or is not there
            for device in mine:
                del self._asked[device]
                if not wires:
                    self._doubt(peer, device, now)
        return effects + self._ask(peer, sorted({*touched, *mine}), now)

    def _ask(self, peer: bytes, devices: Iterable[bytes], now: int) -> list[Effect]:
        here = self._store.feeds()
        if not self._peers.is_linked(peer) or self._is_far_ahead(peer):
            return []
        claims = self._peers.feeds(peer)
        ranges: list[FeedRange] = []
        for device in devices:
            claim, head = claims.get(device), here.get(device)
            first = head.sequence + 1 if head else 1
            if claim is None or claim.sequence < first or device in self._asked:
                continue
            if (peer, device) in self._doubts or (device == self._me and self.forgotten):
                continue
            ranges.append(FeedRange(device, first, min(claim.sequence, first + MOST_SEQUENCES)))
            self._asked[device] = _Asked(peer, now + RETRY_MS)
        return [
            Told(peer, Want(tuple(ranges[start : start + MAX_FEEDS])))
            for start in range(0, len(ranges), MAX_FEEDS)
        ]

    def _is_far_ahead(self, peer: bytes) -> bool:
        """Blocks come first: they bring most of the transactions in one go."""
        return self._peers.height(peer) > self._store.tip()[0] + 1

    def _doubt(self, peer: bytes, device: bytes, now: int) -> None:
        self._doubts[peer, device] = now + REPEAT_MS
