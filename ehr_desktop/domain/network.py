"""The clinic's workstations as screens show them: who is linked, who votes, what comes about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ehr_desktop.domain.ids import BlockId, DeviceId

ENROLMENT_WAITS: Final = "waits"
"""How `PairingEnded` ends where a workstation is enrolled and that is not final yet."""

CLOCKS_DIFFER_MS: Final = 600_000
"""No vote for a block that is ahead of a workstation's clock by more."""


class ProposerMode(StrEnum):
    """Who may propose a block. Safety never depends on it."""

    AUTHORITY = "authority"
    STAKE = "stake"
    WORK = "work"


class LinkState(StrEnum):
    """Whether this workstation is connected to another one."""

    HERE = "here"
    LINKED = "linked"
    DIALLING = "dialling"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class FoundDoor:
    """A workstation that would let a new one in: a name that means nothing, and where it is, as a
    person would type it.
    """

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkstationStatus:
    """One workstation of the clinic as this one sees it.

    `height` is its final height as it last said, `rtt_ms` the last round trip; both None while
    unknown. `address` and `rung` (remembered, announced, told, typed, incoming) say where it was
    found and how; `trouble` is a code for why there is no link. `weight` is 0 for one that only
    follows; `away` that it signed off until it is back; `stopped` that it was found lying.
    """

    device: DeviceId
    name: str
    state: LinkState
    height: int | None = None
    rtt_ms: float | None = None
    address: str = ""
    rung: str = ""
    trouble: str = ""
    clock_ahead_ms: int | None = None
    weight: int = 0
    away: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """All workstations, this one first, then by name.

    `present` is the voting weight that is linked now, this one's own included; with less than
    `quorum` nothing becomes final. `catching_up` is the height reached and the height aimed at.
    `missing_containers` are promised by the ledger and not on this workstation yet.
    """

    workstations: tuple[WorkstationStatus, ...]
    height: int
    pending: int
    quorum: int
    present: int
    total: int
    listening: str = ""
    catching_up: tuple[int, int] | None = None
    missing_containers: int = 0

    @property
    def has_quorum(self) -> bool:
        """Whether what is signed now can become final."""
        return self.present >= self.quorum

    @property
    def behind_ms(self) -> int:
        """How far this workstation's clock is behind most of the linked others, if by so much that
        it does not vote for their blocks; else 0.
        """
        told = sorted(
            each.clock_ahead_ms
            for each in self.workstations
            if each.state is LinkState.LINKED and each.clock_ahead_ms is not None
        )
        middle = told[(len(told) - 1) // 2] if told else 0
        return middle if middle > CLOCKS_DIFFER_MS else 0


class Ballot(StrEnum):
    """How far one validator's vote in the open slot has come."""

    NONE = "none"
    CONFIRMED = "confirmed"
    SKIPPED = "skipped"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Voter:
    """One validator and its vote in the slot being agreed."""

    device: DeviceId
    name: str
    weight: int
    ballot: Ballot
    leads: bool = False


@dataclass(frozen=True, slots=True)
class FinalPoint:
    """One block that became final here: when, how long after its first transaction was seen here
    (milliseconds), how many transactions it held, and who proposed it.
    """

    height: int
    time: datetime
    final_ms: float
    transactions: int
    proposer: str


@dataclass(frozen=True, slots=True)
class MiningStatus:
    """Work on the block this workstation mines now. `rate` is tries a second; `header` is the
    header's bytes without its proof, as hexadecimal; `target` a number below 2**256 as hexadecimal.
    """

    running: bool
    header: str
    nonce: int
    tries: int
    rate: float
    target: str
    difficulty: float
    retarget_in: int


@dataclass(frozen=True, slots=True)
class Accusation:
    """Evidence that a validator told two stories, on the ledger (`height`) or on its way there."""

    device: DeviceId
    name: str
    slot: int
    what: str
    height: int | None


@dataclass(frozen=True, slots=True)
class ConsensusStatus:
    """How the workstations agree, now and over the last hour (`finals`, oldest first).

    `voters` are all validators; `confirmed` is the weight that confirmed the block of the open
    slot, or signed the newest one final while nothing is being agreed. `halted` is a code for why
    this workstation casts no vote, or empty: `follows` (it is no validator), `away`, `forgotten`
    (its disk was restored or cloned), `stopped` (found lying), `removed` (it is not of the clinic
    any more), `conflict` (the others made final what does not hold here).
    """

    mode: ProposerMode
    epoch: int
    slot: int
    height: int
    block: BlockId
    proposer: str
    voters: tuple[Voter, ...]
    quorum: int
    total: int
    confirmed: int
    may_be_off: int
    may_lie: int
    finals: tuple[FinalPoint, ...]
    pending: int
    halted: str = ""
    mining: MiningStatus | None = None
    accusations: tuple[Accusation, ...] = ()
