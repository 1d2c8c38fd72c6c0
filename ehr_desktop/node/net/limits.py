"""Every bound on what a peer may do, in one place."""

from dataclasses import dataclass
from typing import Final

MAX_FRAME: Final = 1 << 20
"""The longest frame, in bytes, without the four that hold its length."""

MAX_FRAME_FIELDS: Final = 2048
"""How many elements at all levels a frame may hold: what bounds the time it takes to read."""

MAX_BATCH: Final = 16
"""How many messages may share a frame."""

PROTOCOL: Final = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, sizes in bytes, rates per second; tests of patience give smaller ones.

    A peer that is faster than a rate is read more slowly, never cut off: the burst is what it may
    send before that starts. `unproven` connections have not shown their key yet; a streaming sender
    waits while more than `send_room` is queued; `hints` are addresses to try.
    """

    dial_s: float = 8.0
    handshake_s: float = 5.0
    heartbeat_s: float = 2.0
    dead_s: float = 6.0
    goodbye_s: float = 1.0
    read_buffer: int = 256 * 1024
    send_queue: int = 16 << 20
    send_room: int = 2 << 20
    frames_per_s: float = 200.0
    frames_burst: float = 400.0
    bytes_per_s: float = 20e6
    bytes_burst: float = 8e6
    backlog: int = 64
    unproven: int = 8
    unproven_per_host: int = 4
    links_per_peer: int = 4
    connects_per_s: float = 20.0
    hints: int = 256
