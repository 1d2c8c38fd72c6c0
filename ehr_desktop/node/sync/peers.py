"""What the other workstations said they store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.sync.limits import MOST_FEEDS


@dataclass(slots=True)
class Claims:
    """The last word of one peer: final height, feed heads, and how far it stores each feed with
    all its small parcels. A claim is no proof.
    """

    height: int = 0
    feeds: dict[bytes, FeedHead] = field(default_factory=dict)
    whole: dict[bytes, int] = field(default_factory=dict)


class Peers:
    """Claims by device id. What a workstation that is switched off stores is still a copy, so its
    claims stay until it says something else.
    """

    def __init__(self) -> None:
        self._claims: dict[bytes, Claims] = {}
        self._linked: set[bytes] = set()

    def link(self, peer: bytes, height: int, feeds: Iterable[FeedHead]) -> None:
        """Begin anew with what a peer says first."""
        self._linked.add(peer)
        self._claims[peer] = Claims()
        self.hear(peer, height, feeds)

    def unlink(self, peer: bytes) -> None:
        """Note that there is no link any more."""
        self._linked.discard(peer)

    def hear(self, peer: bytes, height: int, feeds: Iterable[FeedHead]) -> bool:
        """Take a claim in; tell whether the peer has more parcels now. Within one link what is
        stored only grows.
        """
        claims, grown = self._claims[peer], False
        claims.height = max(claims.height, height)
        for feed in feeds:
            known = claims.feeds.get(feed.device)
            if known is None and len(claims.feeds) >= MOST_FEEDS:
                continue
            if known is None or feed.sequence >= known.sequence:
                claims.feeds[feed.device] = feed
            whole = claims.whole.get(feed.device, 0)
            claims.whole[feed.device] = max(whole, feed.whole)
            grown = grown or feed.whole > whole
        return grown

    def is_linked(self, peer: bytes) -> bool:
        """Tell whether there is a link to a peer."""
        return peer in self._linked

    @property
    def linked(self) -> list[bytes]:
        """The linked peers, in ascending order."""
        return sorted(self._linked)

    def height(self, peer: bytes) -> int:
        """Give the final height a peer claims."""
        return self._claims[peer].height if peer in self._claims else 0

    def feeds(self, peer: bytes) -> dict[bytes, FeedHead]:
        """Give the feed heads a peer claims, by device."""
        return self._claims[peer].feeds if peer in self._claims else {}

    def doubt_height(self, peer: bytes, height: int) -> None:
        """Believe no more than `height` of a peer until it claims again."""
        if peer in self._claims:
            self._claims[peer].height = min(self._claims[peer].height, height)

    def storing(self, device: bytes, sequence: int) -> Iterator[bytes]:
        """Give the peers that say they store a feed up to `sequence`, parcels included. Any
        thread.
        """
        for peer, claims in tuple(self._claims.items()):
            if claims.whole.get(device, 0) >= sequence:
                yield peer
