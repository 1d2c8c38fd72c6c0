"""The whole protocol of keeping up to date: one object a workstation, driven turn by turn."""

from collections.abc import Sequence
from typing import Final

from ehr_desktop.node.net.messages import (
    Blocks,
    ContainerHave,
    FeedHead,
    GetBlocks,
    GetParcels,
    Have,
    Message,
    Parcels,
    Transactions,
    Want,
)
from ehr_desktop.node.net.wire import MAX_FEEDS
from ehr_desktop.node.sync.catching_up import BlockSync
from ehr_desktop.node.sync.effects import Effect, Told
from ehr_desktop.node.sync.feeds import FeedSync
from ehr_desktop.node.sync.large import LargeSync
from ehr_desktop.node.sync.limits import REPEAT_MS
from ehr_desktop.node.sync.parcels import ParcelSync
from ehr_desktop.node.sync.peers import Peers
from ehr_desktop.node.sync.port import SyncStore
from ehr_desktop.node.sync.pushing import Pushing

MESSAGES: Final = (Have, Want, Transactions, GetBlocks, Blocks, GetParcels, Parcels, ContainerHave)
"""What `received` understands; anything else is for somebody else."""


class Sync:
    """Keeps one workstation up to date with the others.

    Every method is one turn, or part of one: it runs on the writer thread inside the turn's
    database transaction, and its effects are carried out once that is committed, in their order.
    A turn that was rolled back needs no other care than that its effects are dropped: what was
    asked is asked again, what was not said is said again. Peers are named by device id, 16 bytes.
    """

    def __init__(self, me: bytes, store: SyncStore) -> None:
        self._store = store
        self._peers = Peers()
        self._started: int | None = None
        self._now = 0
        self._announced: dict[bytes, FeedHead] = {}
        self._announced_height = -1
        self._repeat_at = REPEAT_MS
        self._pushing = Pushing(me, store, self._peers)
        self._feeds = FeedSync(me, store, self._peers)
        self._blocks = BlockSync(store, self._peers)
        self._parcels = ParcelSync(store, self._peers)
        self._large = LargeSync(me, store, self._peers)

    # --- what others want to know --------------------------------------------------------------

    @property
    def forgotten(self) -> bool:
        """Whether a peer showed a transaction signed with this workstation's key that is unknown
        here: the disk is an older one, or a second workstation has the same key. It must not sign.
        """
        return self._feeds.forgotten

    @property
    def forks(self) -> int:
        """How many transactions came in whose place in their feed was taken."""
        return self._feeds.forks

    @property
    def progress(self) -> tuple[int, int] | None:
        """The height reached and the height aimed at while catching up, else None."""
        return self._blocks.progress

    @property
    def is_behind(self) -> bool | None:
        """Whether a linked peer says that it has more final blocks; None while none is linked."""
        linked = self._peers.linked
        if not linked:
            return None
        own = self._store.tip()[0]
        return any(self._peers.height(peer) > own for peer in linked)

    def copies(self, device: bytes, sequence: int) -> int:
        """Count the other workstations of the clinic that said they store a transaction, with all
        that came before it in its feed and all small parcels these bring.
        """
        return len(set(self._peers.storing(device, sequence)) & set(self._store.devices()))

    # --- events --------------------------------------------------------------------------------

    def linked(self, peer: bytes, height: int, feeds: Sequence[FeedHead]) -> list[Effect]:
        """A link came up; height and feeds are from the peer's `Hello`."""
        self._peers.link(peer, height, feeds)
        self._parcels.more_at(peer)
        # the greeting may be older than the last turn
        return [
            *self._haves([peer], tuple(self._store.feeds().values())),
            *self._feeds.heard(peer, feeds, self._now),
            *self._parcels.ask(self._now, None),
        ]

    def unlinked(self, peer: bytes) -> list[Effect]:
        """A link went down: what was asked of that peer is asked of another."""
        self._peers.unlink(peer)
        self._pushing.unlinked(peer)
        self._feeds.unlinked(peer)
        return [*self._blocks.unlinked(peer, self._now), *self._parcels.unlinked(peer, self._now)]

    def received(self, peer: bytes, message: Message) -> list[Effect]:
        """A linked peer sent one of `MESSAGES`; any other message has no effect."""
        if not self._peers.is_linked(peer):
            return []
        effects = self._handled(peer, message)
        if isinstance(message, Transactions | Blocks | Parcels):
            effects += self._stored(peer)
        return effects

    def grew(self, wires: Sequence[bytes]) -> list[Effect]:
        """Transactions were signed and stored here, with all they bring: the wire bytes."""
        pushed, told = self._pushing.push(wires)
        effects: list[Effect] = [*told]
        own = self._pushing.feed()
        if own is not None:
            self._announced[own.device] = own
            unaware = [peer for peer in self._peers.linked if peer not in pushed]
            effects += self._haves(unaware, (own,))
        return effects

    def head_moved(self) -> list[Effect]:
        """Blocks became final here by consensus."""
        self._feeds.head_moved()
        return self._stored(None)

    def catch_up(self, peer: bytes) -> list[Effect]:
        """The consensus engine has learnt that `peer` has final blocks which are missing here."""
        return self._blocks.catch_up(peer, self._now)

    def want_large(self, name: bytes) -> list[Effect]:
        """Somebody wants to read a large container, by commitment: it is fetched, now or as soon
        as somebody is there who has it.
        """
        return self._large.want(name, self._now)

    def fetched(self, name: bytes, *, stored: bool) -> list[Effect]:
        """A `Fetch` has ended; without success it is tried again later."""
        return self._large.fetched(name, stored=stored, now=self._now)

    def tick(self, now_ms: int) -> list[Effect]:
        """About a second has passed: monotonic milliseconds. Ask again for what never came."""
        if self._started is None:
            self._started = now_ms
        # what was asked before the first tick was asked at 0
        self._now = now = now_ms - self._started
        effects = [
            *self._feeds.tick(now),
            *self._blocks.tick(now),
            *self._parcels.tick(now),
            *self._large.tick(now),
        ]
        if now >= self._repeat_at:
            self._repeat_at = now + REPEAT_MS
            self._announced.clear()
        return effects + self._have(even_height=True)

    # --- within a turn -------------------------------------------------------------------------

    def _handled(self, peer: bytes, message: Message) -> list[Effect]:
        match message:
            case Have(height, _, feeds):
                if self._peers.hear(peer, height, feeds):
                    self._parcels.more_at(peer)
                self._pushing.acknowledged(peer)
                effects = self._feeds.heard(peer, feeds, self._now)
            case Want(ranges):
                effects = self._feeds.serve(peer, ranges)
            case Transactions(wires):
                effects = self._feeds.take(peer, wires, self._now)
            case GetBlocks(first, count):
                effects = self._blocks.serve(peer, first, count)
            case Blocks():
                effects = self._blocks.take(peer, message, self._now)
            case GetParcels(names):
                effects = self._parcels.serve(peer, names)
            case Parcels(parcels, lacking):
                effects = self._parcels.take(peer, parcels, lacking)
            case ContainerHave(names):
                self._large.heard(peer, names)
                effects = []
            case _:
                effects = []
        return effects

    def _stored(self, peer: bytes | None) -> list[Effect]:
        """Something new is stored: parcels may have their transactions now, or be missing."""
        self._parcels.release()
        return [
            *self._parcels.ask(self._now, peer),
            *self._have(even_height=False),
        ]

    def _have(self, *, even_height: bool) -> list[Effect]:
        """Say what is stored, if that has changed since it was said last."""
        now = self._store.feeds()
        changed = tuple(head for device, head in now.items() if self._announced.get(device) != head)
        height = self._store.tip()[0]
        if not changed and not (even_height and height != self._announced_height):
            return []
        self._announced = dict(now)
        self._announced_height = height
        return self._haves([None], changed)

    def _haves(self, peers: Sequence[bytes | None], feeds: tuple[FeedHead, ...]) -> list[Effect]:
        height, head = self._store.tip()
        return [
            Told(peer, Have(max(height, 0), head, feeds[start : start + MAX_FEEDS]))
            for peer in peers
            for start in range(0, max(len(feeds), 1), MAX_FEEDS)
        ]
