"""How soon the simulation finds a planted rule change."""

from dataclasses import dataclass

from tests.simulation.liar import Liar
from tests.simulation.mutants import Mutant
from tests.simulation.world import World, scenario


@dataclass(frozen=True, slots=True)
class Kill:
    """The seed that found a mutant, and the promises it broke there."""

    seed: int
    broken: tuple[str, ...]


def hunt(mutant: Mutant, seeds: int, liar: type[Liar] = Liar) -> Kill | None:
    """Try seeds until one finds the mutant."""
    for seed in range(seeds):
        world = World(scenario(seed), mutant.workstation, liar)
        try:
            world.run()
        except (LookupError, AssertionError, RecursionError) as error:
            return Kill(seed, (f"stops: {type(error).__name__}",))
        if world.referee.broken:
            return Kill(seed, tuple(world.referee.broken))
    return None
