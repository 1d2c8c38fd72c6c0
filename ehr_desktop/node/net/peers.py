"""What a screen shows of every other workstation."""

from dataclasses import dataclass
from enum import StrEnum

from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import Rung
from ehr_desktop.node.net.errors import Ending


class PeerState(StrEnum):
    """Whether there is a link to a peer, and if not, whether one is being tried."""

    LINKED = "linked"
    DIALLING = "dialling"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Peer:
    """One other workstation on the roster.

    `height` is its final height as it last said; `rtt_ms` is None until measured; `address` and
    `rung` say where it was found and how; `trouble` is why there is no link; `clock_ahead_ms` is
    how far its clock was ahead of this one's when the link began.
    """

    key: bytes
    name: str
    state: PeerState
    height: int | None = None
    rtt_ms: float | None = None
    address: Address | None = None
    rung: Rung | None = None
    trouble: Ending | None = None
    clock_ahead_ms: int | None = None
