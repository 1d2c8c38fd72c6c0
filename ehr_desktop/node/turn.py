"""What one turn of the pipeline did, and what is left to do now that it is on the disk."""

from dataclasses import dataclass, field

from ehr_desktop.node.consensus.events import Timer
from ehr_desktop.node.consensus.messages import Message as Ballot
from ehr_desktop.node.final import FinalTransaction
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.net.messages import Message


@dataclass(frozen=True, slots=True)
class Mining:
    """A block that waits for its proof of work: `header` without it, and what it must be below."""

    header: Header
    transactions: tuple[bytes, ...]
    target: int
    parent: bytes


@dataclass(slots=True)
class Turn:
    """One database transaction's worth of work, committed.

    Messages to None are for every workstation that is linked; peers are device ids. `timers` are
    delays in milliseconds, None to stop one. `admitted` came from others and waits now; `arrived`
    are containers and keys that were promised before. `mining` is what to mine from now on, if
    `mining_changed`.
    """

    signed: list[Transaction] = field(default_factory=list)
    final: list[FinalTransaction] = field(default_factory=list)
    admitted: list[Transaction] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)
    ballots: list[tuple[bytes | None, Ballot]] = field(default_factory=list)
    messages: list[tuple[bytes | None, Message]] = field(default_factory=list)
    timers: dict[Timer, int | None] = field(default_factory=dict)
    evidence: list[tuple[SignedVote, SignedVote]] = field(default_factory=list)
    distrusted: set[bytes] = field(default_factory=set)
    conflicts: int = 0
    forgotten: bool = False
    catch_up: set[bytes] = field(default_factory=set)
    mining: Mining | None = None
    mining_changed: bool = False
    roster_changed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where this workstation stands after its last turn; any thread may read it.

    `feeds` are sequence and id of every device's newest stored transaction.
    """

    epoch: int
    height: int
    head: bytes
    feeds: dict[bytes, tuple[int, bytes]]
    pending: int
