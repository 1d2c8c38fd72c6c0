"""What must hold of a block before its contracts run: one function a rule, each with its own code.

The state root is checked where the state is; who had to sign, by the contracts.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.transaction import Transaction, signatures_hold
from ehr_desktop.node.ledger.validators import ValidatorSet

LATEST_TIME_MS: Final = 253_402_128_000_000
"""No block says a later time, UTC milliseconds: the end of the year 9999, as far as dates go."""

NOTHING_DECODED: Final[Mapping[bytes, Transaction]] = MappingProxyType({})


class CheckRule(StrEnum):
    """The rules, in the order they are checked."""

    NETWORK = "network"
    LINK = "link"
    HEIGHT = "height"
    SLOT = "slot"
    TIME = "time"
    VALIDATORS = "validators"
    PROPOSER = "proposer"
    COUNT = "count"
    TREE_SIZE = "tree-size"
    MERKLE_ROOT = "merkle-root"
    DECODES = "transaction-decodes"
    TRANSACTION_NETWORK = "transaction-network"
    REPEATED = "transaction-repeated"
    SIGNATURES = "transaction-signatures"


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A rule that does not hold at `height`; `position` is the transaction's place in the block,
    or None where the block itself is at fault.
    """

    rule: CheckRule
    height: int
    position: int | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A block with all it is checked against. A transaction that does not decode is None."""

    block: Block
    parent: Header | None
    frontier: Frontier
    validators: ValidatorSet
    decoded: tuple[Transaction | None, ...]
    trusted: Container[bytes]

    @property
    def header(self) -> Header:
        return self.block.header

    def broken_transactions(self, broken: Callable[[Transaction], bool]) -> Iterator[int]:
        for position, transaction in enumerate(self.decoded):
            if transaction is not None and broken(transaction):
                yield position


_Broken = Iterator[int | None]


def check_block(
    block: Block,
    parent: Header | None,
    frontier: Frontier,
    validators: ValidatorSet,
    *,
    decoded: Mapping[bytes, Transaction] = NOTHING_DECODED,
    trusted: Container[bytes] = frozenset(),
) -> list[CheckFailure]:
    """Give everything that is wrong with `block`; an empty list if nothing is.

    `parent` is the header of the block before, None for the first. `frontier` is the tree as the
    parent left it and stays as it is. `validators` is the set of the block's epoch. `decoded` has
    transactions that were decoded before by their wire bytes, `trusted` the wire bytes of those
    whose signatures this node has verified before.
    """
    read = tuple(decoded.get(wire) or _decoded(wire) for wire in block.transactions)
    case = _Case(block, parent, frontier, validators, read, trusted)
    return [
        CheckFailure(rule, block.header.height, position)
        for rule, check in _RULES
        for position in check(case)
    ]


def _decoded(wire: bytes) -> Transaction | None:
    try:
        return Transaction.decode(wire)
    except CodecError:
        return None


def _same_network(case: _Case) -> _Broken:
    if case.parent is not None and case.header.network != case.parent.network:
        yield None


def _links_to_parent(case: _Case) -> _Broken:
    expected = NO_PARENT if case.parent is None else case.parent.id
    if case.header.parent != expected:
        yield None


def _height_follows(case: _Case) -> _Broken:
    expected = 0 if case.parent is None else case.parent.height + 1
    if case.header.height != expected:
        yield None


def _slot_follows(case: _Case) -> _Broken:
    """Within an epoch slots rise; the next epoch may start anywhere; the first block is (0, 0)."""
    now = (case.header.epoch, case.header.slot)
    if case.parent is None:
        if now != (0, 0):
            yield None
        return
    before = (case.parent.epoch, case.parent.slot)
    if now <= before or now[0] > before[0] + 1:
        yield None


def _time_follows(case: _Case) -> _Broken:
    earliest = 0 if case.parent is None else case.parent.time_ms
    if not earliest <= case.header.time_ms <= LATEST_TIME_MS:
        yield None


def _validators_match(case: _Case) -> _Broken:
    if case.header.validators != case.validators.hash:
        yield None


def _proposer_may_vote(case: _Case) -> _Broken:
    if case.validators.find(case.header.proposer) is None:
        yield None


def _count_matches(case: _Case) -> _Broken:
    if case.header.transactions != len(case.block.transactions):
        yield None


def _tree_size_matches(case: _Case) -> _Broken:
    if case.header.tree_size != case.frontier.size + len(case.block.transactions):
        yield None


def _merkle_root_matches(case: _Case) -> _Broken:
    grown = case.frontier.copy()
    for wire in case.block.transactions:
        grown.append(leaf_hash(wire))
    if case.header.merkle_root != grown.root():
        yield None


def _transactions_decode(case: _Case) -> _Broken:
    for position, transaction in enumerate(case.decoded):
        if transaction is None:
            yield position


def _transactions_same_network(case: _Case) -> _Broken:
    yield from case.broken_transactions(lambda t: t.payload.network != case.header.network)


def _transactions_differ(case: _Case) -> _Broken:
    seen: set[bytes] = set()
    for position, transaction in enumerate(case.decoded):
        if transaction is not None:
            if transaction.id in seen:
                yield position
            seen.add(transaction.id)


def _transactions_signed(case: _Case) -> _Broken:
    for position, transaction in enumerate(case.decoded):
        known = case.block.transactions[position] in case.trusted
        if transaction is not None and not known and not signatures_hold(transaction):
            yield position


_RULES: Final[tuple[tuple[CheckRule, Callable[[_Case], _Broken]], ...]] = (
    (CheckRule.NETWORK, _same_network),
    (CheckRule.LINK, _links_to_parent),
    (CheckRule.HEIGHT, _height_follows),
    (CheckRule.SLOT, _slot_follows),
    (CheckRule.TIME, _time_follows),
    (CheckRule.VALIDATORS, _validators_match),
    (CheckRule.PROPOSER, _proposer_may_vote),
    (CheckRule.COUNT, _count_matches),
    (CheckRule.TREE_SIZE, _tree_size_matches),
    (CheckRule.MERKLE_ROOT, _merkle_root_matches),
    (CheckRule.DECODES, _transactions_decode),
    (CheckRule.TRANSACTION_NETWORK, _transactions_same_network),
    (CheckRule.REPEATED, _transactions_differ),
    (CheckRule.SIGNATURES, _transactions_signed),
)
