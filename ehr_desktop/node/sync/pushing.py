"""New transactions of this workstation, sent unasked to everyone who keeps up."""

from collections import deque
from collections.abc import Sequence

from ehr_desktop.node.net.messages import FeedHead, Parcels, Transactions
from ehr_desktop.node.net.wire import MAX_PARCELS, MAX_TRANSACTIONS
from ehr_desktop.node.sync.batches import batches
from ehr_desktop.node.sync.effects import Told
from ehr_desktop.node.sync.limits import MOST_PUSHED, PARCEL_ROOM, TRANSACTION_ROOM
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import SyncStore


class Pushing:
    """What was pushed to whom and is not acknowledged: pairs of sequence and size in bytes."""

    def __init__(self, me: bytes, store: SyncStore, peers: Peers) -> None:
        self._me = me
        self._store = store
        self._peers = peers
        self._open: dict[bytes, deque[tuple[int, int]]] = {}

    def feed(self) -> FeedHead | None:
        """Give the head of this workstation's own feed."""
        return self._store.feeds().get(self._me)

    def push(self, wires: Sequence[bytes]) -> tuple[list[bytes], list[Told]]:
        """Give who gets new transactions at once, and the messages: first the small parcels they
        bring, so that both are stored together.
        """
        own = self.feed()
        peers = [peer for peer in self._peers.linked if self._keeps_up(peer)]
        if own is None or not peers:
            return [], []
        found = map(self._store.parcel, self._store.brought(wires))
        parcels = [parcel for parcel in found if parcel is not None]
        size = sum(map(len, wires)) + sum(map(len, parcels))
        if size > MOST_PUSHED:
            return [], []
        for peer in peers:
            self._open.setdefault(peer, deque()).append((own.sequence, size))
        messages: list[Parcels | Transactions] = [
            *(Parcels(part) for part in batches(parcels, PARCEL_ROOM, MAX_PARCELS)),
            *(Transactions(part) for part in batches(wires, TRANSACTION_ROOM, MAX_TRANSACTIONS)),
        ]
        return peers, [Told(peer, message) for peer in peers for message in messages]

    def acknowledged(self, peer: bytes) -> None:
        """A peer said anew what it stores."""
        head = self._peers.feeds(peer).get(self._me)
        waiting = self._open.get(peer)
        while head and waiting and waiting[0][0] <= head.sequence:
            waiting.popleft()

    def unlinked(self, peer: bytes) -> None:
        """Forget what was on its way."""
        self._open.pop(peer, None)

    def _keeps_up(self, peer: bytes) -> bool:
        return sum(size for _, size in self._open.get(peer, ())) < MOST_PUSHED
