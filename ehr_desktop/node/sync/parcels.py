"""Small parcels: what the ledger promises and is not here is asked for until it is."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from ehr_desktop.node.net.messages import GetParcels, Parcels
from ehr_desktop.node.net.wire import MAX_PARCELS
from ehr_desktop.node.sync.effects import Distrust, Effect, Told
from ehr_desktop.node.sync.limits import (
    MOST_HELD_PARCELS,
    MOST_PARCELS,
    MOST_PARCELS_ASKED,
    PARCEL_ROOM,
    REPEAT_MS,
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
        self._lacking: dict[bytes, set[bytes]] = {}
        self._forget_at = REPEAT_MS
        self._cursor = b""
        self._early: dict[bytes, deque[bytes]] = {}

    def linked(self, peer: bytes) -> None:
        """Who comes back may have got what it lacked."""
        for lacking in self._lacking.values():
            lacking.discard(peer)

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
            self._forget_at = now + REPEAT_MS
            self._lacking.clear()
        return self.ask(now, None)

    def ask(self, now: int, likely: bytes | None) -> list[Effect]:
        """Ask for the next missing parcels, of `likely` where that one may have them."""
        room = MOST_PARCELS_ASKED - len(self._asked)
        if room <= 0 or not self._peers.linked:
            return []
        page = self._store.missing(self._cursor, MOST_PARCELS_ASKED)
        self._cursor = page[-1] if len(page) == MOST_PARCELS_ASKED else b""
        load = Counter(asked.peer for asked in self._asked.values())
        wanted: dict[bytes, list[bytes]] = {}
        for name in [name for name in page if name not in self._asked][:room]:
            peer = self._whom(name, likely, load)
            if peer is not None:
                self._asked[name] = _Asked(peer, now + RETRY_MS)
                load[peer] += 1
                wanted.setdefault(peer, []).append(name)
        return [
            Told(peer, GetParcels(tuple(names[start : start + MOST_PARCELS])))
            for peer, names in wanted.items()
            for start in range(0, len(names), MOST_PARCELS)
        ]

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
            self._lacking.setdefault(name, set()).add(peer)

    def _hold(self, peer: bytes, parcel: bytes) -> None:
        early = self._early.setdefault(peer, deque())
        early.append(parcel)
        while sum(map(len, early)) > MOST_HELD_PARCELS:
            early.popleft()

    def _whom(self, name: bytes, likely: bytes | None, load: Counter[bytes]) -> bytes | None:
        lacking = self._lacking.get(name, set())
        candidates = [peer for peer in self._peers.linked if peer not in lacking]
        if likely in candidates:
            return likely
        return min(candidates, key=lambda peer: load[peer], default=None)
