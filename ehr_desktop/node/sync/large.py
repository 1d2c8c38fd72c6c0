"""Large containers: at least two workstations keep each; the others fetch what they read."""

from collections.abc import Sequence

from ehr_desktop.node.crypto.hashes import digest
from ehr_desktop.node.net.messages import ContainerHave
from ehr_desktop.node.sync.effects import Effect, Fetch, Told
from ehr_desktop.node.sync.limits import (
    COPIES,
    FETCH_AGAIN_MS,
    FETCH_LOST_MS,
    MOST_FETCHES,
)
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import LargeContainer, SyncStore

_PAGE = 100
_MOST_HINTS = 10_000


def homes(container: LargeContainer, devices: Sequence[bytes]) -> list[bytes]:
    """Give the workstations that keep a large container, the same on every one of them: its
    author, and those whose hash with its name is highest, so that a change of the roster moves
    as little as can be.

    Source: Thaler and Ravishankar, rendezvous hashing (1998).
    """
    ranked = sorted(devices, key=lambda d: digest("ehr/home/v1", container.name, d), reverse=True)
    author = [device for device in ranked if device == container.author]
    return (author + [device for device in ranked if device != container.author])[:COPIES]


class LargeSync:
    """Decides what to download. What a person waits for comes first."""

    def __init__(self, me: bytes, store: SyncStore, peers: Peers) -> None:
        self._me = me
        self._store = store
        self._peers = peers
        self._wanted: set[bytes] = set()
        self._running: dict[bytes, int] = {}
        self._not_before: dict[bytes, int] = {}
        self._holders: dict[bytes, list[bytes]] = {}
        self._cursor = b""

    def heard(self, peer: bytes, names: Sequence[bytes]) -> None:
        """A peer stores these now."""
        if len(self._holders) > _MOST_HINTS:
            self._holders.clear()
        for name in names:
            holders = self._holders.setdefault(name, [])
            if peer not in holders:
                holders.append(peer)
            self._not_before.pop(name, None)

    def want(self, name: bytes, now: int) -> list[Effect]:
        """Fetch one for a person who waits, whatever the policy says."""
        self._wanted.add(name)
        self._not_before.pop(name, None)
        container = self._store.large(name)
        return [] if container is None else self._fetch(container, now)

    def fetched(self, name: bytes, *, stored: bool, now: int) -> list[Effect]:
        """Note how a download ended, and tell the others of a success."""
        self._running.pop(name, None)
        if not stored:
            self._not_before[name] = now + FETCH_AGAIN_MS
            return []
        self._wanted.discard(name)
        self._not_before.pop(name, None)
        self._holders.pop(name, None)
        return [Told(None, ContainerHave((name,)))]

    def tick(self, now: int) -> list[Effect]:
        """Start what is due, within bounds. What was started long ago is started again, in case
        the turn that wanted it came to nothing; one that still runs takes no notice.
        """
        self._running = {name: until for name, until in self._running.items() if until > now}
        due = [found for name in sorted(self._wanted) if (found := self._store.large(name))]
        page = self._store.missing_large(self._cursor, _PAGE)
        self._cursor = page[-1].name if len(page) == _PAGE else b""
        devices = self._store.devices()
        due += [one for one in page if self._me in homes(one, devices)]
        effects: list[Effect] = []
        for container in due:
            if len(self._running) >= MOST_FETCHES:
                break
            effects += self._fetch(container, now)
        return effects

    def _fetch(self, container: LargeContainer, now: int) -> list[Effect]:
        name = container.name
        peers = self._likely(container)
        if name in self._running or not peers or self._not_before.get(name, 0) > now:
            return []
        self._running[name] = now + FETCH_LOST_MS
        return [Fetch(name, container.size, tuple(peers))]

    def _likely(self, container: LargeContainer) -> list[bytes]:
        """Give the linked peers: those that said they have it, then its homes, then the rest."""
        order = [
            *self._holders.get(container.name, ()),
            *homes(container, self._store.devices()),
            *self._peers.linked,
        ]
        return [peer for peer in dict.fromkeys(order) if self._peers.is_linked(peer)]
