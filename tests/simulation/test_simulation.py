"""The consensus core under a seeded scheduler: 500 seeds here, 10,000 and more with
`python -m tests.simulation`. A failing seed is a reproduction."""

import pytest

from tests.simulation.world import World, scenario

SEEDS = 500
BATCH = 25


def play(seed: int) -> World:
    world = World(scenario(seed))
    world.run()
    return world


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_every_promise_is_kept_whatever_happens(first):
    broken = {
        seed: found for seed in range(first, first + BATCH) if (found := play(seed).referee.first)
    }

    assert broken == {}


@pytest.mark.parametrize("seed", [996, 2727, 3884])
def test_what_only_one_in_thousands_of_worlds_showed_stays_mended(seed):
    assert play(seed).referee.first == {}


def test_the_same_seed_plays_the_same_world():
    one, other = play(7), play(7)

    assert (one.events, one.now) == (other.events, other.now)
    assert [w.disk.chain for w in one.honest] == [w.disk.chain for w in other.honest]


def test_the_seeds_cover_every_kind_of_misfortune():
    plans = [scenario(seed) for seed in range(SEEDS)]

    assert {len(plan.workstations) for plan in plans} == {1, 2, 3, 4, 5, 7}
    assert {plan.mode for plan in plans} == {"authority", "stake", "work"}
    assert {plan.sore for plan in plans} == {"", "vote", "final vote", "final head"}
    assert all(
        any(wanted(plan) for plan in plans)
        for wanted in (
            lambda plan: len(plan.liars) > 1,
            lambda plan: len(plan.sets) > 1,
            lambda plan: len(set(plan.sets[0].values())) > 1,
            lambda plan: plan.power_cuts and plan.liars,
            lambda plan: plan.slow,
        )
    )


def test_liars_are_found_out_in_most_runs_they_take_part_in():
    worlds = [play(seed) for seed in range(40) if scenario(seed).liars]

    accused = [world for world in worlds if world.referee.accused]
    assert len(accused) > len(worlds) / 2
