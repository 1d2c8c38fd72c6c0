"""What one turn of the pipeline did, and what is left to do now that it is on the disk."""

import time
from dataclasses import dataclass, field

from ehr_desktop.node.consensus.events import Timer
from ehr_desktop.node.consensus.messages import Message as Ballot
from ehr_desktop.node.consensus.port import Agreement
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.pipeline.destroyed import Destroyed
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.ordering import TimerOrder
from ehr_desktop.node.pipeline.proposals import Mining
from ehr_desktop.node.sync.effects import Effect


@dataclass(slots=True)
class Turn:
    """One database transaction's worth of work, committed.

    Ballots to None are for every workstation that is linked; peers are device ids. `effects` are
    those of the sync protocol. `admitted` came from others and waits now; `arrived`
    are containers and keys that were promised before. `begun` is when whoever wrote asked for it,
    on the clock that never goes back, in seconds. `mining` is what to mine from now on, if
    `mining_changed`. `destroyed` is what was deleted for good.
    """

    begun: float = field(default_factory=time.monotonic)
    signed: list[Transaction] = field(default_factory=list)
    final: list[FinalTransaction] = field(default_factory=list)
    admitted: list[Transaction] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)
    ballots: list[tuple[bytes | None, Ballot]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    timers: dict[Timer, TimerOrder] = field(default_factory=dict)
    evidence: list[tuple[SignedVote, SignedVote]] = field(default_factory=list)
    distrusted: set[bytes] = field(default_factory=set)
    mining: Mining | None = None
    mining_changed: bool = False
    roster_changed: bool = False
    destroyed: Destroyed = field(default_factory=Destroyed)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where this workstation stands after its last turn; any thread may read it.

    `feeds` are every device's newest stored transactions; `changes` counts how often what waits
    has changed.
    """

    epoch: int
    height: int
    head: bytes
    feeds: tuple[FeedHead, ...]
    pending: int
    changes: int
    agreement: Agreement | None
