"""Many seeds: `python -m tests.simulation --seeds 10000`. Exit code 1 if any promise was broken."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.synced import Stranded, synced
from tests.simulation.world import World, scenario

WORLDS = {
    "agreement": lambda seed: World(scenario(seed)),
    "synced": synced,
    "stranded": lambda seed: synced(seed, Stranded),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--world", choices=sorted(WORLDS), default="agreement")
    options = parser.parse_args()
    started, events, virtual, failed = time.perf_counter(), 0, 0.0, Counter()
    caught = liars = 0
    for seed in range(options.first, options.first + options.seeds):
        world = WORLDS[options.world](seed)
        world.run()
        events += world.events
        virtual += world.now
        liars += len(world.referee.caught)
        caught += len(world.referee.caught & world.referee.accused)
        failed.update(world.referee.broken.keys())
        for invariant, text in world.referee.first.items():
            sys.stdout.write(f"seed {seed}: {invariant}: {text} ({world.plan})\n")
    seconds = time.perf_counter() - started
    sys.stdout.write(
        f"{options.seeds} seeds, {sum(failed.values())} promises broken {dict(failed)}, "
        f"{caught} of {liars} liars that told two stories found out, "
        f"{events:,} events in {seconds:.0f} s ({events / seconds:,.0f}/s), "
        f"{virtual / seconds:.0f} times real time\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
