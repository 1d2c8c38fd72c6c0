"""How soon the simulation finds a planted rule change."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.mutants import Mutant
from tests.simulation.workstation import Workstation
from tests.simulation.world import World, scenario


@dataclass(frozen=True, slots=True)
class Kill:
    """The seed that found a mutant, and the promises it broke there."""

    seed: int
    broken: tuple[str, ...]


def plain(seed: int, workstation: type[Workstation]) -> World:
    """Give the world of a seed, with workstations of one kind."""
    return World(scenario(seed), workstation)


def hunt(
    mutant: Mutant, seeds: int, build: Callable[[int, type[Workstation]], World] = plain
) -> Kill | None:
    """Try seeds until one finds the mutant."""
    for seed in range(seeds):
        world = build(seed, mutant.workstation)
        try:
            world.run()
        except (LookupError, AssertionError, RecursionError) as error:
            return Kill(seed, (f"stops: {type(error).__name__}",))
        if world.referee.broken:
            return Kill(seed, tuple(world.referee.broken))
    return None
