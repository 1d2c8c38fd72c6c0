"""The generated Promela model; `python -m tests.simulation.spin_model` tries all of it."""

import shutil

import pytest

from tests.simulation.spin_model import blocks, explore, promela

needs_spin = pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("gcc") is None,
    reason="Spin and a C compiler are not installed",
)


def test_a_block_is_proposed_twice_on_every_earlier_block_and_on_the_base():
    assert [(block.slot, block.parent) for block in blocks()] == [
        *[(0, 0)] * 2,
        *[(1, 0)] * 2,
        *[(1, 1)] * 2,
        *[(1, 2)] * 2,
    ]


def test_a_rule_change_changes_the_model():
    assert promela(3, 2) != promela(3, 2, "final after skip")


@needs_spin
def test_two_workstations_are_safe_in_every_order_of_votes():
    assert explore(honest=2, needed=2).safe


@needs_spin
def test_a_final_vote_after_a_skip_is_refuted():
    assert not explore(3, 2, "final after skip").safe
