from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.check import LATEST_TIME_MS, CheckFailure, CheckRule, check_block
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.state import EMPTY
from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Payload, device_id_of, sign
from ehr_desktop.node.ledger.vote import Validator, ValidatorSet

KEY, PERSON = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
DEVICE = device_id_of(KEY.public)
VALIDATORS = ValidatorSet((Validator(DEVICE, KEY.public, 1),))
NETWORK = b"n" * 32
PAYLOAD = Payload(NETWORK, "note.add", DEVICE, b"", 1, NO_PREVIOUS, 0, 1_700_000_000_000, (), ())


def transaction(sequence, **changes):
    return sign(replace(PAYLOAD, sequence=sequence, **changes), [KEY]).wire


def next_block(parent, frontier, transactions, **changes):
    """Make the block that follows; gives it and the frontier behind it."""
    grown = frontier.copy()
    for wire in transactions:
        grown.append(leaf_hash(wire))
    header = Header(
        network=NETWORK,
        height=0 if parent is None else parent.height + 1,
        slot=0 if parent is None else parent.slot + 1,
        epoch=0,
        parent=NO_PARENT if parent is None else parent.id,
        tree_size=grown.size,
        merkle_root=grown.root(),
        transactions=len(transactions),
        state_root=EMPTY,
        validators=VALIDATORS.hash,
        time_ms=1_700_000_000_000,
        proposer=DEVICE,
    )
    return Block(replace(header, **changes), tuple(transactions)), grown


FIRST, AFTER_FIRST = next_block(None, Frontier(), [transaction(1), transaction(2)])
PARENT = FIRST.header
SECOND, _ = next_block(PARENT, AFTER_FIRST, [transaction(3), transaction(4), transaction(5)])


def failures(block, parent=PARENT, frontier=AFTER_FIRST, **options):
    return check_block(block, parent, frontier, VALIDATORS, **options)


def rules(block, **options):
    return [failure.rule for failure in failures(block, **options)]


def test_honest_blocks_pass():
    assert failures(FIRST, parent=None, frontier=Frontier()) == []
    assert failures(SECOND) == []
    empty, _ = next_block(PARENT, AFTER_FIRST, [])
    assert failures(empty) == []


def test_checking_leaves_the_frontier_as_it_was():
    before = AFTER_FIRST.root()
    failures(SECOND)
    assert (AFTER_FIRST.size, AFTER_FIRST.root()) == (2, before)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"parent": b"x" * 32}, CheckRule.LINK),
        ({"parent": NO_PARENT}, CheckRule.LINK),
        ({"height": 1 + 1}, CheckRule.HEIGHT),
        ({"height": 0}, CheckRule.HEIGHT),
        ({"slot": 0}, CheckRule.SLOT),
        ({"epoch": 2}, CheckRule.SLOT),
        ({"time_ms": PARENT.time_ms - 1}, CheckRule.TIME),
        ({"time_ms": LATEST_TIME_MS + 1}, CheckRule.TIME),
        ({"time_ms": 2**63 - 1}, CheckRule.TIME),
        ({"validators": b"x" * 32}, CheckRule.VALIDATORS),
        ({"proposer": b"x" * 16}, CheckRule.PROPOSER),
        ({"transactions": 2}, CheckRule.COUNT),
        ({"tree_size": 4}, CheckRule.TREE_SIZE),
        ({"tree_size": 6}, CheckRule.TREE_SIZE),
        ({"merkle_root": AFTER_FIRST.root()}, CheckRule.MERKLE_ROOT),
    ],
)
def test_each_wrong_header_field_is_named_by_its_rule_alone(change, rule):
    wrong = replace(SECOND, header=replace(SECOND.header, **change))
    assert failures(wrong) == [CheckFailure(rule, wrong.header.height)]


def test_a_block_of_another_network_is_named_with_all_its_transactions():
    wrong = replace(SECOND, header=replace(SECOND.header, network=b"m" * 32))
    assert rules(wrong) == [CheckRule.NETWORK, *[CheckRule.TRANSACTION_NETWORK] * 3]


@pytest.mark.parametrize("change", [{"slot": 5}, {"epoch": 1, "slot": 0}, {"epoch": 1, "slot": 9}])
def test_slots_may_be_skipped_and_an_epoch_may_start_anew(change):
    assert failures(replace(SECOND, header=replace(SECOND.header, **change))) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"height": 1}, CheckRule.HEIGHT),
        ({"parent": b"x" * 32}, CheckRule.LINK),
        ({"slot": 1}, CheckRule.SLOT),
        ({"epoch": 1}, CheckRule.SLOT),
        ({"time_ms": LATEST_TIME_MS + 1}, CheckRule.TIME),
    ],
)
def test_the_first_block_has_no_parent_and_starts_at_nought(change, rule):
    wrong = replace(FIRST, header=replace(FIRST.header, **change))
    assert rules(wrong, parent=None, frontier=Frontier()) == [rule]


@pytest.mark.parametrize("time_ms", [PARENT.time_ms, PARENT.time_ms + 1, LATEST_TIME_MS])
def test_time_may_stand_still_and_goes_as_far_as_dates_do(time_ms):
    assert failures(replace(SECOND, header=replace(SECOND.header, time_ms=time_ms))) == []
    assert datetime.fromtimestamp(time_ms / 1000, UTC).year <= 9999


def with_transactions(*transactions):
    return next_block(PARENT, AFTER_FIRST, transactions)[0]


def test_a_transaction_that_does_not_decode_is_named_by_its_place():
    wrong = with_transactions(transaction(3), b"noise", transaction(4), b"")
    assert failures(wrong) == [
        CheckFailure(CheckRule.DECODES, 1, 1),
        CheckFailure(CheckRule.DECODES, 1, 3),
    ]


def test_a_transaction_of_another_network_is_named():
    wrong = with_transactions(transaction(3), transaction(4, network=b"m" * 32))
    assert failures(wrong) == [CheckFailure(CheckRule.TRANSACTION_NETWORK, 1, 1)]


@pytest.mark.parametrize("valid_until", [0, 8, 9, 10])
def test_a_transaction_that_came_too_late_breaks_no_block(valid_until):
    before = replace(SECOND.header, height=9)
    third, _ = next_block(before, AFTER_FIRST, [transaction(6, valid_until=valid_until)])
    assert failures(third, parent=before) == []


def test_a_repeated_transaction_is_named_once():
    wrong = with_transactions(transaction(3), transaction(4), transaction(3))
    assert failures(wrong) == [CheckFailure(CheckRule.REPEATED, 1, 2)]


def forged():
    """A transaction with a signature that does not hold, otherwise in order."""
    good = sign(Payload(NETWORK, "note.add", DEVICE, b"", 3, NO_PREVIOUS, 0, 0, (), ()), [KEY])
    return encode((good.signed, ((KEY.public, bytes(64)),)))


def test_a_forged_signature_is_named():
    wrong = with_transactions(transaction(2), forged())
    assert failures(wrong) == [CheckFailure(CheckRule.SIGNATURES, 1, 1)]


def test_what_was_verified_before_is_not_verified_again():
    wrong = with_transactions(forged())
    assert failures(wrong, trusted={forged()}) == []
    assert rules(wrong, trusted={transaction(3)}) == [CheckRule.SIGNATURES]


@pytest.mark.parametrize("place", range(3))
def test_an_exchanged_transaction_breaks_the_root(place):
    wires = list(SECOND.transactions)
    wires[place] = transaction(9)
    assert rules(replace(SECOND, transactions=tuple(wires))) == [CheckRule.MERKLE_ROOT]


def test_reordered_transactions_break_the_root():
    wrong = replace(SECOND, transactions=SECOND.transactions[::-1])
    assert rules(wrong) == [CheckRule.MERKLE_ROOT]


def test_a_missing_transaction_breaks_count_size_and_root():
    wrong = replace(SECOND, transactions=SECOND.transactions[:-1])
    assert rules(wrong) == [CheckRule.COUNT, CheckRule.TREE_SIZE, CheckRule.MERKLE_ROOT]


def test_a_proposer_without_weight_is_named():
    other = SigningKey(bytes(32))
    both = ValidatorSet.of(
        [Validator(DEVICE, KEY.public, 0), Validator(device_id_of(other.public), other.public, 1)]
    )
    block = replace(SECOND, header=replace(SECOND.header, validators=both.hash))
    found = check_block(block, PARENT, AFTER_FIRST, both)
    assert found == [CheckFailure(CheckRule.PROPOSER, 1)]


def test_a_transaction_that_its_device_did_not_sign_is_named():
    honest = sign(replace(PAYLOAD, sequence=3), [KEY, PERSON])
    persons = tuple((s.key, s.value) for s in honest.signatures if s.key == PERSON.public)
    wrong = with_transactions(encode((honest.signed, persons)))
    assert failures(wrong) == [CheckFailure(CheckRule.SIGNATURES, 1, 0)]
