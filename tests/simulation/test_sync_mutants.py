"""Every planted change to the sync is found by the simulation within 100 seeds, but one."""

import pytest

from tests.simulation.hunt import hunt
from tests.simulation.sync_mutants import MUTANTS
from tests.simulation.synced import synced

SEEDS = 100
RARE = {"blocks never asked for again": 200}
"""Catching up seldom loses an answer that nothing else makes up for."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_change_is_found(mutant):
    assert hunt(mutant, RARE.get(mutant.name, SEEDS), synced) is not None


def test_no_two_are_the_same():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
