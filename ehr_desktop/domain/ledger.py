"""The ledger as screens show it: blocks, transactions, outcomes, proofs and faults."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ehr_desktop.domain.ids import BlockId, DeviceId, PersonId, TransactionId


class TransactionState(StrEnum):
    """How far a transaction has come. Nothing is called confirmed before it is final."""

    PENDING = "pending"
    FINAL = "final"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transaction. `rule` names the rule that refused it, `details` its facts
    (ids and codes only); both are empty unless `state` is refused.
    """

    transaction: TransactionId
    state: TransactionState
    rule: str = ""
    details: tuple[tuple[str, str], ...] = ()

    def detail(self, name: str) -> str:
        """Give one fact by name, or an empty text."""
        return dict(self.details).get(name, "")


@dataclass(frozen=True, slots=True)
class BlockSummary:
    """One block in a list. `state_root` is the state before its transactions."""

    height: int
    id: BlockId
    parent: BlockId
    time: datetime
    transactions: int
    refused: int
    merkle_root: str
    state_root: str
    tree_size: int
    proposer: DeviceId
    signatures: int
    slot: int = 0


@dataclass(frozen=True, slots=True)
class TransactionSummary:
    """One transaction in a list; `facts` are what its sentence is made of, names and codes.

    `person` is empty where the workstation spoke by itself.
    """

    id: TransactionId
    kind: str
    height: int | None
    index: int | None
    time: datetime
    device: DeviceId
    person: PersonId
    person_name: str
    sequence: int
    state: TransactionState
    rule: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    containers: int = 0
    size_bytes: int = 0
    copies: int = 0

    def fact(self, name: str) -> str:
        """Give one fact by name, or an empty text."""
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That one transaction is in the ledger (RFC 9162 2.1.3), as hexadecimal hashes, and whether
    this workstation's own check of it against a block header and its certificate held.
    """

    transaction: TransactionId
    leaf: str
    index: int
    tree_size: int
    path: tuple[str, ...]
    root: str
    block: BlockId
    height: int
    holds: bool


class FaultKind(StrEnum):
    """What a full check can find."""

    LINK = "link"
    ROOT = "root"
    SIGNATURE = "signature"
    CERTIFICATE = "certificate"
    PROPOSER = "proposer"
    SEQUENCE = "sequence"
    OUTCOME = "outcome"
    STATE = "state"
    CONTAINER_MISSING = "container-missing"
    CONTAINER_CHANGED = "container-changed"
    CONTAINER_UNKNOWN = "container-unknown"
    VAULT_KEY = "vault-key"
    ACCOUNT = "account"
    VIEW = "view"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, where (a block height, transaction, record or container),
    since when (ISO 8601, or empty if nobody can tell) and what it means, as a sentence.
    """

    what: FaultKind
    where: str
    since: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a full check."""

    faults: tuple[Fault, ...]
    blocks: int
    transactions: int
    signatures: int
    containers: int
    records: int
    started: datetime
    seconds: float
    complete: bool = True
    views_checked: bool = False


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """This workstation at a glance, for the truth bar and `status --json`.

    `peers` are the names of the workstations linked now. Of the voting weight `total`, `present`
    is here or linked; both are 0 where nobody counted. `catching_up` is the height reached and
    the height aimed at. `running` tells whether a program holds the data directory, `listening`
    where others reach it; `halted` is a code for why the workstation signs nothing any more.
    """

    clinic: str
    network: str
    device: DeviceId
    height: int
    final: int
    pending: int
    refused: int
    peers: tuple[str, ...]
    validators: int
    quorum: int
    containers: int
    key_store: str
    last_check: datetime | None = None
    last_check_faults: int | None = None
    last_backup: datetime | None = None
    present: int = 0
    total: int = 0
    catching_up: tuple[int, int] | None = None
    running: bool = False
    listening: str = ""
    halted: str = ""
    facts: tuple[tuple[str, str], ...] = field(default=())
