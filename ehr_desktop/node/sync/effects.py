"""What the protocol wants done once the turn that decided it is on the disk."""

from dataclasses import dataclass
from typing import TypeAlias

from ehr_desktop.node.net.messages import Message


@dataclass(frozen=True, slots=True)
class Told:
    """Send a message to a peer (device id, 16 bytes), or to every linked one if `peer` is None."""

    peer: bytes | None
    message: Message


@dataclass(frozen=True, slots=True)
class Fetch:
    """Download a large container (its commitment, `size` sealed bytes) from one of `peers`, the
    likeliest first. `Sync.fetched` is told how it ended.
    """

    name: bytes
    size: int
    peers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Distrust:
    """A peer sent what no working workstation sends; `what` is a code for the log."""

    peer: bytes
    what: str


Effect: TypeAlias = Told | Fetch | Distrust
