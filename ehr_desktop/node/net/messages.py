"""What workstations say to each other. Blocks, transactions and containers are bytes here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ehr_desktop.node.ledger.vote import Certificate as QuorumCertificate
from ehr_desktop.node.ledger.vote import SignedVote


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The newest transaction of a device (16 bytes) that the sender stores: sequence and id.

    Up to sequence `whole` the sender also stores every small parcel they bring.
    """

    device: bytes
    sequence: int
    id: bytes
    whole: int


@dataclass(frozen=True, slots=True)
class FeedRange:
    """The transactions of one device (16 bytes) from sequence `first` to `last`, both included."""

    device: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """Where a peer (its public key, 32 bytes) listens: an IP address and a port."""

    key: bytes
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class CertifiedBlock:
    """A final block's bytes and what proves it final, as stored beside it."""

    block: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message both ways.

    `network` and `head` have 32 bytes, `device` 16; `boot` is 8 random bytes of this start of the
    program; `port` is where the sender listens; `clock_ms` is its claim, UTC milliseconds.
    """

    network: bytes
    protocol: int
    device: bytes
    boot: bytes
    port: int
    epoch: int
    height: int
    head: bytes
    clock_ms: int
    feeds: tuple[FeedHead, ...]


@dataclass(frozen=True, slots=True)
class Have:
    """What the sender stores now: final height, head (32 bytes) and feeds, or those that grew."""

    height: int
    head: bytes
    feeds: tuple[FeedHead, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """Asks for transactions."""

    ranges: tuple[FeedRange, ...]


@dataclass(frozen=True, slots=True)
class Transactions:
    """Signed transactions, each as its wire bytes."""

    wires: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed block and its proposer's vote for it."""

    vote: SignedVote
    block: bytes


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote."""

    signed: SignedVote


@dataclass(frozen=True, slots=True)
class Certificate:
    """A quorum's signatures under one vote."""

    certificate: QuorumCertificate


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the sender has come in an epoch: slots run from -1, the epoch's base."""

    epoch: int
    final: int
    open: int


@dataclass(frozen=True, slots=True)
class GetCandidate:
    """Asks for a block that is being agreed, by its id (32 bytes)."""

    block: bytes


@dataclass(frozen=True, slots=True)
class FoundCandidate:
    """The block `GetCandidate` asked for."""

    block: bytes


@dataclass(frozen=True, slots=True)
class GetBlocks:
    """Asks for `count` final blocks from height `first`; fewer may come."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """Final blocks from height `first`, in order; none if the sender has none from there."""

    first: int
    blocks: tuple[CertifiedBlock, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two votes by one validator that no honest one casts together."""

    first: SignedVote
    second: SignedVote


@dataclass(frozen=True, slots=True)
class GetParcels:
    """Asks for small parcels by name (32 bytes each)."""

    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Parcels:
    """Small parcels: pushed, or as many of those asked for as fit. `lacking` are names the sender
    was asked for and has no parcel of.
    """

    parcels: tuple[bytes, ...]
    lacking: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerHave:
    """The sender stores these containers, by commitment (32 bytes each)."""

    containers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ContainerGet:
    """Asks for a container's bytes from `offset` on."""

    container: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class ContainerStart:
    """Comes before the first chunk: the size of the sealed bytes and what stands in front of them.

    `preamble` is what the commitment covers besides the sealed bytes; the node gives it meaning.
    """

    container: bytes
    size: int
    preamble: bytes


@dataclass(frozen=True, slots=True)
class ContainerChunk:
    """Sealed bytes of a container from `offset` on."""

    container: bytes
    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class ContainerMissing:
    """The sender does not store the container it was asked for."""

    container: bytes


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the sender has linked to other workstations. Hints, no more."""

    addresses: tuple[PeerAddress, ...]


class Farewell(StrEnum):
    """Why a workstation ends a link."""

    SHUTDOWN = "shutdown"
    DUPLICATE = "duplicate"
    REMOVED = "removed"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Bye:
    """The last message of a link that is ended on purpose."""

    reason: Farewell


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a `Pong` with the same number."""

    number: int


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a `Ping`."""

    number: int


Message: TypeAlias = (
    Hello
    | Have
    | Want
    | Transactions
    | Candidate
    | Vote
    | Certificate
    | Standing
    | GetCandidate
    | FoundCandidate
    | GetBlocks
    | Blocks
    | Evidence
    | ContainerHave
    | ContainerGet
    | ContainerStart
    | ContainerChunk
    | ContainerMissing
    | Addresses
    | Bye
    | Ping
    | Pong
    | GetParcels
    | Parcels
)
