"""Small parcels: what the ledger promises and is not here is asked for until it is."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from ehr_desktop.node.net.messages import GetParcels, Parcels
from ehr_desktop.node.net.wire import MAX_PARCELS
from ehr_desktop.node.sync.effects import Distrust, Effect, Told
from ehr_desktop.node.sync.limits import (
    FORGET_MS,
    MOST_HELD_PARCELS,
    MOST_PARCELS,
    PARCEL_ROOM,
    PARCELS_PAGE,
    RETRY_MS,
)
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import Keeping, SyncStore


@dataclass(frozen=True, slots=True)
class _Asked:
    peer: bytes
    until: int


class ParcelSync:
    """Asks for each missing parcel one peer after the other, and remembers who had none."""

    def __init__(self, store: SyncStore, peers: Peers) -> None:
        self._store = store
        self._peers = peers
        self._asked: dict[bytes, _Asked] = {}
        self._lacking: dict[bytes, dict[bytes, int]] = {}
        self._news: Counter[bytes] = Counter()
        self._forget_at = FORGET_MS
        self._cursor = b""
        self._early: dict[bytes, deque[bytes]] = {}

    def more_at(self, peer: bytes) -> None:
        """A peer came back or stores more: it may have what it lacked."""
        self._news[peer] += 1

    def unlinked(self, peer: bytes, now: int) -> list[Effect]:
        """Ask others for what was asked of that peer."""
        self._asked = {name: asked for name, asked in self._asked.items() if asked.peer != peer}
        self._early.pop(peer, None)
        return self.ask(now, None)

    def tick(self, now: int) -> list[Effect]:
        """Ask for what did not come in time from somebody else."""
        for name, asked in list(self._asked.items()):
            if asked.until <= now:
                self._lacks(asked.peer, name)
        if now >= self._forget_at:
            self._forget_at = now + FORGET_MS
            self._lacking.clear()
        return self.ask(now, None)

    def ask(self, now: int, likely: bytes | None) -> list[Effect]:
        """Ask for the next missing parcels: one question to each peer that owes no answer, and
        the first of them to `likely`, which may have them.
        """
        busy = {asked.peer for asked in self._asked.values()}
        free = [peer for peer in self._peers.linked if peer not in busy]
        if not free:
            return []
        page = self._store.missing(self._cursor, PARCELS_PAGE)
        wanted: dict[bytes, list[bytes]] = {peer: [] for peer in free}
        for name in page:
            if all(len(names) == MOST_PARCELS for names in wanted.values()):
                break
            self._cursor = name
            peer = None if name in self._asked else self._whom(name, likely, wanted)
            if peer is not None:
                self._asked[name] = _Asked(peer, now + RETRY_MS)
                wanted[peer].append(name)
        else:
            self._cursor = page[-1] if len(page) == PARCELS_PAGE else b""
        return [Told(peer, GetParcels(tuple(names))) for peer, names in wanted.items() if names]

    def serve(self, peer: bytes, names: Sequence[bytes]) -> list[Effect]:
        """Answer with as many parcels as fit one message, and say which are not here."""
        parcels: list[bytes] = []
        lacking: list[bytes] = []
        room = PARCEL_ROOM
        for name in names[:MAX_PARCELS]:
            parcel = self._store.parcel(name)
            if parcel is None:
                lacking.append(name)
                continue
            parcels.append(parcel)
            room -= len(parcel)
            if room <= 0:
                break
        return [Told(peer, Parcels(tuple(parcels), tuple(lacking)))]

    def take(self, peer: bytes, parcels: Sequence[bytes], lacking: Sequence[bytes]) -> list[Effect]:
        """Take parcels in, asked for or not; what an answer left out is free to be asked again."""
        effects: list[Effect] = []
        answered = False
        for parcel in parcels:
            keeping, name = self._store.keep_parcel(parcel)
            asked = self._asked.get(name)
            answered = answered or (asked is not None and asked.peer == peer)
            if keeping in (Keeping.KEPT, Keeping.KNOWN):
                self._arrived(name)
            elif keeping is Keeping.UNNAMED:
                self._hold(peer, parcel)
                # asked for because of another promise than the one it fits
                self._lacks(peer, name)
            else:
                effects.append(Distrust(peer, "parcel"))
                self._lacks(peer, name)
        for name in lacking:
            asked = self._asked.get(name)
            if asked is not None and asked.peer == peer:
                answered = True
                self._lacks(peer, name)
        if answered:
            self._asked = {n: asked for n, asked in self._asked.items() if asked.peer != peer}
        return effects

    def release(self) -> None:
        """Try again the parcels that came before their transactions."""
        for peer, early in self._early.items():
            still: deque[bytes] = deque()
            for parcel in early:
                keeping, name = self._store.keep_parcel(parcel)
                if keeping is Keeping.UNNAMED:
                    still.append(parcel)
                else:
                    self._arrived(name)
            self._early[peer] = still

    def _arrived(self, name: bytes) -> None:
        self._asked.pop(name, None)
        self._lacking.pop(name, None)

    def _lacks(self, peer: bytes, name: bytes) -> None:
        asked = self._asked.get(name)
        if asked is not None and asked.peer == peer:
            del self._asked[name]
            self._lacking.setdefault(name, {})[peer] = self._news[peer]

    def _hold(self, peer: bytes, parcel: bytes) -> None:
        early = self._early.setdefault(peer, deque())
        early.append(parcel)
        while sum(map(len, early)) > MOST_HELD_PARCELS:
            early.popleft()

    def _whom(
        self, name: bytes, likely: bytes | None, wanted: dict[bytes, list[bytes]]
    ) -> bytes | None:
        """Give whom to ask, among those there is room to ask."""
        lacking = self._lacking.get(name, {})
        candidates = [
            peer
            for peer, names in wanted.items()
            if len(names) < MOST_PARCELS and lacking.get(peer, -1) != self._news[peer]
        ]
        if likely in candidates:
            return likely
        return min(candidates, key=lambda peer: len(wanted[peer]), default=None)
