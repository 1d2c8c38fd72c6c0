"""What can go wrong between two workstations. No message holds a byte a peer sent."""

from enum import StrEnum


class Ending(StrEnum):
    """Why a link ended, or why there is none."""

    BYE = "bye"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    SLOW = "slow"
    GARBAGE = "garbage"
    TOO_LONG = "too-long"
    NOT_ON_ROSTER = "not-on-roster"
    REFUSED_THERE = "refused-there"
    NO_TLS = "no-tls"
    OTHER_NETWORK = "other-network"
    OTHER_PROTOCOL = "other-protocol"
    ITSELF = "itself"
    DUPLICATE = "duplicate"
    CROWDED = "crowded"
    CLOSED_HERE = "closed-here"


class WireError(Exception):
    """A peer sent what no working node sends."""

    def __init__(self, what: str, ending: Ending = Ending.GARBAGE) -> None:
        super().__init__(what)
        self.ending = ending


class LinkRefusedError(Exception):
    """No link came about."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending


class LinkEndedError(Exception):
    """The link is not there any more."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending


class PairingError(Exception):
    """Two workstations did not pair; `reason` is a code a screen explains."""

    def __init__(self, reason: "PairingFailure") -> None:
        super().__init__(reason.value)
        self.reason = reason


class PairingFailure(StrEnum):
    """Why two workstations did not pair."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    EXPIRED = "expired"
    TOO_MANY_TRIES = "too-many-tries"
    REFUSED_HERE = "refused-here"
    REFUSED_THERE = "refused-there"
    BROKEN_OFF = "broken-off"
    GARBAGE = "garbage"
    CHANGED_KEYS = "changed-keys"
    BAD_SIGNATURE = "bad-signature"


class DownloadError(Exception):
    """A container does not arrive as its commitment says."""
