"""What the protocol asks of whoever stores things. All calls of a turn see one database state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ehr_desktop.node.net.messages import CertifiedBlock, FeedHead


class Verdict(Enum):
    """What became of a transaction a peer sent.

    KNOWN: it is here already. GAP: one before it is missing. FORK: another one has its place in
    the feed, and stays there. OWN: signed with this workstation's own key, and unknown here.
    REFUSED: the device may not sign, as far as is known here. WRONG: it cannot be read, is of
    another network, or its signatures do not hold.
    """

    STORED = "stored"
    KNOWN = "known"
    GAP = "gap"
    FORK = "fork"
    OWN = "own"
    REFUSED = "refused"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Admission:
    """The verdict on one transaction. `device` is empty where it cannot be read."""

    verdict: Verdict
    device: bytes = b""
    sequence: int = 0


class Keeping(Enum):
    """What became of a parcel a peer sent.

    UNNAMED: no stored transaction names it, at least not yet. WRONG: it is not what its name says.
    """

    KEPT = "kept"
    KNOWN = "known"
    UNNAMED = "unnamed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class LargeContainer:
    """A large container the ledger promises: commitment, sealed bytes, and the device (16 bytes)
    whose transaction promises it.
    """

    name: bytes
    size: int
    author: bytes


class SyncStore(Protocol):
    """One workstation's store. Called on the writer thread, inside the turn's transaction."""

    def tip(self) -> tuple[int, bytes]:
        """Give height and id (32 bytes) of the newest final block."""

    def feeds(self) -> Mapping[bytes, FeedHead]:
        """Give the newest stored transaction of every device, pending or final, by device."""

    def devices(self) -> Sequence[bytes]:
        """Give the active workstations, this one included, in any order."""

    def transactions(self, device: bytes, first: int, last: int, most: int) -> list[bytes]:
        """Give a feed's transactions in order, from `first` to `last` at most, as wire bytes:
        as many as fit into `most` bytes, and one in any case.
        """

    def admit(self, wires: Sequence[bytes]) -> list[Admission]:
        """Check transactions and store those that continue a feed as pending; one verdict each."""

    def blocks(self, first: int, count: int, most: int) -> list[CertifiedBlock]:
        """Give final blocks from height `first` on: as many as fit into `most` bytes, and one in
        any case, as long as there are any.
        """

    def accept_blocks(self, first: int, blocks: Sequence[CertifiedBlock]) -> int:
        """Verify final blocks, the first of height `first`, and store them up to the first that
        does not hold; give how many hold. Blocks that are stored already count.
        """

    def brought(self, wires: Sequence[bytes]) -> list[bytes]:
        """Give the names of the small parcels that these transactions bring."""

    def missing(self, after: bytes, limit: int) -> list[bytes]:
        """Give names of promised small parcels that are not here, ascending, above `after`."""

    def parcel(self, name: bytes) -> bytes | None:
        """Give a small parcel's bytes, if it is here."""

    def keep_parcel(self, parcel: bytes) -> tuple[Keeping, bytes]:
        """Verify a parcel and store it if a stored transaction names it; give its name too, which
        is empty if the parcel cannot be read.
        """

    def missing_large(self, after: bytes, limit: int) -> list[LargeContainer]:
        """Give promised large containers that are not here, ascending by name, above `after`."""

    def large(self, name: bytes) -> LargeContainer | None:
        """Give a promised large container that is not here, by name."""
