"""The sync under the same scheduler as the agreement: some seeds here, more with
`python -m tests.simulation --world synced` (or `stranded`). A failing seed is a reproduction."""

import pytest

from ehr_desktop.node.net.messages import Blocks, GetBlocks, GetParcels, Parcels, Want
from tests.simulation.synced import Stranded, SyncedWorkstation, synced

SEEDS = 80
BATCH = 20


def play(seed, workstation=SyncedWorkstation):
    world = synced(seed, workstation)
    world.run()
    return world


@pytest.mark.parametrize("workstation", [SyncedWorkstation, Stranded])
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_in_the_end_everybody_has_what_anybody_signed(first, workstation):
    broken = {
        seed: found
        for seed in range(first, first + BATCH)
        if (found := play(seed, workstation).referee.first)
    }

    assert broken == {}


def test_the_same_seed_plays_the_same_world():
    one, other = play(7), play(7)

    assert (one.events, one.now) == (other.events, other.now)
    assert [w.synced.chains for w in one.honest] == [w.synced.chains for w in other.honest]


def test_copies_are_counted_of_all_who_are_there():
    world = play(3, Stranded)
    counted = [w.sync.copies(w.me, len(w.synced.chains[w.me])) for w in world.honest]

    assert all(count >= len(world.honest) - 1 for count in counted)


def test_every_kind_of_message_travels():
    seen = set()

    class Heard(SyncedWorkstation):
        def receive(self, peer, message):
            seen.add(type(message))
            super().receive(peer, message)

    for seed in range(15):
        play(seed, Heard)

    assert {Blocks, GetBlocks, GetParcels, Parcels, Want} <= seen
