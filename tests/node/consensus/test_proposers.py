"""Who may propose, and work."""

from collections import Counter

import pytest

from ehr_desktop.node.consensus.messages import Epoch
from ehr_desktop.node.consensus.proposers import WORK_SENTENCE, Authority, Stake, Work
from ehr_desktop.node.consensus.work import difficulty, mine
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.work import FIRST_TARGET, proves_work

BASE = b"base".ljust(32)


def epoch(*weights, base=BASE, number=0):
    members = (Validator(b"%016d" % n, b"%032d" % n, weight) for n, weight in enumerate(weights))
    return Epoch(number, ValidatorSet.of(members), base)


def test_authority_takes_turns_among_those_who_may_vote():
    turns = [Authority().leader(epoch(1, 0, 1, 1), slot) for slot in range(6)]

    assert turns == [b"%016d" % n for n in (0, 2, 3, 0, 2, 3)]


def test_stake_draws_about_as_often_as_the_weight_says():
    drawn = Counter(Stake().leader(epoch(1, 2, 0, 7), slot) for slot in range(5_000))

    shares = [drawn[b"%016d" % n] / 5_000 for n in range(4)]
    assert shares == pytest.approx([0.1, 0.2, 0, 0.7], abs=0.03)


def test_stake_draws_anew_in_every_epoch():
    draws = {
        tuple(Stake().leader(made, slot) for slot in range(40))
        for made in (
            epoch(1, 1, 1),
            epoch(1, 1, 1, number=1),
            epoch(1, 1, 1, base=b"other".ljust(32)),
        )
    }

    assert len(draws) == 3


def test_work_waits_for_nobody_in_particular():
    assert Work().leader(epoch(1, 1), 3) is None


def test_the_screen_says_what_work_is_worth():
    assert WORK_SENTENCE == (
        "Work decides who proposes; the workstations' signatures decide what is final. "
        "It adds energy use, not security."
    )


def test_mined_in_slices_the_same_nonce_is_found():
    target = 1 << 246
    whole = mine(b"header", target, 0, 100_000)
    assert whole.nonce is not None

    start, sliced = 0, mine(b"header", target, 0, 100)
    while sliced.nonce is None:
        start += sliced.tries
        sliced = mine(b"header", target, start, 100)

    assert sliced.nonce == whole.nonce
    assert start + sliced.tries == whole.tries
    assert proves_work(b"header", whole.nonce.to_bytes(8), target)


def test_a_slice_without_a_find_tells_how_much_was_tried():
    assert mine(b"header", 1, 0, 250) == mine(b"header", 1, 2**64 - 5, 250)
    assert mine(b"header", 1, 0, 250).tries == 250


def test_the_first_target_takes_a_million_tries():
    assert difficulty(FIRST_TARGET) == pytest.approx(2**20)
