"""What simulated workstations tell one another beside the core's own messages."""

from dataclasses import dataclass

from ehr_desktop.node.consensus.effects import Finalize


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction passed on."""

    number: int


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Asks for final blocks after so many."""

    height: int


@dataclass(frozen=True, slots=True)
class SyncReply:
    """Final blocks as they were stored, from `height` on."""

    height: int
    records: tuple[Finalize, ...]
