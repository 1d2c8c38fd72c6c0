"""Plants mutants in the contracts of consent: `python -m tests.mutation [--most N] [--seed N]`.

Without `--most` every mutant is tried. Ends with 1 if one lives that is not explained, or if one
is explained that does not live.
"""

import argparse
import importlib
import random
import resource
import sys

from tests.mutation.explained import EXPLAINED
from tests.mutation.killing import Killer
from tests.mutation.mutants import Bound, Mutant, bounds_of, mutants_of

MODULES = (
    "about", "access", "cards", "category_keys", "claims", "closing", "confirmations",
    "consent_basis", "consent_rules", "consent_state", "custody", "delegations", "erasure",
    "escrow", "grants", "guards", "pins", "membership", "records", "requests", "rules", "signers",
    "standing_rules", "team_keys", "visits",
)  # fmt: skip
MOST_MEMORY = 2 << 30


def every_mutant() -> list[Mutant | Bound]:
    """Give all mutants of the contracts of consent."""
    modules = [importlib.import_module(f"ehr_desktop.node.contracts.{name}") for name in MODULES]
    return [one for module in modules for one in (*mutants_of(module), *bounds_of(module))]


def main() -> int:
    """Try mutants, and tell which live."""
    parser = argparse.ArgumentParser(prog="tests.mutation")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--module", default="")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    mutants = [one for one in every_mutant() if asked.module in ("", one.module)]
    if asked.most:
        random.Random(asked.seed).shuffle(mutants)
    killer = Killer()
    chosen = mutants[: asked.most or None]
    living = [mutant for mutant in chosen if not killer.is_killed(mutant)]
    unexplained = [one for one in living if str(one) not in EXPLAINED]
    for one in unexplained:
        print(f"lives: {one} (line {one.line})")
    dead = [] if asked.most or asked.module else sorted(
        set(EXPLAINED) - {str(one) for one in living}
    )  # fmt: skip
    for name in dead:
        print(f"explained, but does not live: {name}")
    print(f"{len(chosen)} of {len(mutants)} mutants tried, {len(living)} live, "
          f"{len(living) - len(unexplained)} of them explained")  # fmt: skip
    return 1 if unexplained or dead or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
