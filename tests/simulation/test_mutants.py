"""Every planted rule change is found by the simulation within 100 seeds."""

import pytest

from tests.simulation.hunt import hunt
from tests.simulation.mutants import MUTANTS

SEEDS = 100
HARD_TO_FIND = {"one signer counted many times"}
"""It takes so many seeds that it is left to the night."""

PLANTED = [
    pytest.param(
        mutant,
        id=mutant.name,
        marks=[pytest.mark.nightly] if mutant.name in HARD_TO_FIND else [],
    )
    for mutant in MUTANTS
]


@pytest.mark.parametrize("mutant", PLANTED)
def test_a_planted_rule_change_is_found(mutant):
    assert hunt(mutant, SEEDS) is not None


def test_there_are_at_least_twenty_of_them_and_no_two_are_the_same():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
