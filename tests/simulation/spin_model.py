"""The voting rules as a Promela model, tried exhaustively by Spin.

`python -m tests.simulation.spin_model` (Debian: apt-get install spin gcc) proves two slots safe
for 4 workstations of which one lies, and refutes the planted rule changes. Honest workstations
vote in every order the rules allow; liars' votes count for everything, so a block or a skip has
its certificate once `needed` honest votes are there. Late and lost messages are covered, because
an honest vote may wait for ever.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SLOTS = 2
STORIES = 2
"""A lying leader proposes so many blocks on every possible parent."""

CHANGES = ("final after skip", "skip after final", "votes forgotten", "skips between not checked")


@dataclass(frozen=True)
class Block:
    """A candidate: its number from 1, its slot, and its parent's number (0: the base)."""

    number: int
    slot: int
    parent: int


@dataclass(frozen=True)
class Verdict:
    """What Spin found."""

    safe: bool
    states: int


def blocks() -> list[Block]:
    made: list[Block] = []
    for slot in range(SLOTS):
        parents = [0] + [block.number for block in made]
        for parent in parents:
            for _ in range(STORIES):
                made.append(Block(len(made) + 1, slot, parent))
    return made


def ancestors(block: Block, every: list[Block]) -> set[int]:
    line = {block.number}
    while block.parent:
        block = every[block.parent - 1]
        line.add(block.number)
    return line


def promela(honest: int, needed: int, change: str = "") -> str:
    """Write the model: one process that takes any step any honest workstation may take."""
    every = blocks()
    size = len(every) + 1
    lines = [
        f"/* {honest} honest workstations; {needed} of their votes complete a quorum */",
        f"byte notar[{honest * SLOTS}], done[{honest * SLOTS}];",
        f"bit skipped[{honest * SLOTS}], lost[{honest}];",
        f"byte notars[{size}], finals[{size}], skips[{SLOTS}];",
        "init { do",
    ]
    for who in range(honest):
        for block in every:
            lines += _votes(who, block, every, needed, change)
        for slot in range(SLOTS):
            at = who * SLOTS + slot
            free = "" if change == "skip after final" else f" && done[{at}] == 0"
            lines.append(
                f":: atomic {{ skipped[{at}] == 0{free} -> skipped[{at}] = 1; skips[{slot}]++ }}"
            )
    lines.append(":: else -> break")
    lines.append("od }")
    return "\n".join(lines)


def _votes(who: int, block: Block, every: list[Block], needed: int, change: str) -> list[str]:
    at = who * SLOTS + block.slot
    parent_slot = every[block.parent - 1].slot if block.parent else -1
    guards = [f"notar[{at}] == 0"]
    if block.parent:
        guards.append(f"notars[{block.parent}] >= {needed}")
    if change != "skips between not checked":
        guards += [f"skips[{slot}] >= {needed}" for slot in range(parent_slot + 1, block.slot)]
    notarize = (
        f":: atomic {{ {' && '.join(guards)} -> "
        f"notar[{at}] = {block.number}; notars[{block.number}]++ }}"
    )
    forget = (
        f":: atomic {{ notar[{at}] != 0 && lost[{who}] == 0 -> notar[{at}] = 0; lost[{who}] = 1 }}"
    )
    conditions = [
        f"done[{at}] == 0",
        f"notar[{at}] == {block.number}",
        f"notars[{block.number}] >= {needed}",
    ]
    if change != "final after skip":
        conditions.append(f"skipped[{at}] == 0")
    line = ancestors(block, every)
    rivals = [
        other.number
        for other in every
        if other.number not in line and block.number not in ancestors(other, every)
    ]
    safe = " && ".join(f"finals[{rival}] < {needed}" for rival in rivals)
    finalize = (
        f":: atomic {{ {' && '.join(conditions)} -> done[{at}] = {block.number}; "
        f"finals[{block.number}]++; assert(finals[{block.number}] < {needed} || ({safe})) }}"
    )
    return [notarize, finalize, forget] if change == "votes forgotten" else [notarize, finalize]


def explore(honest: int, needed: int, change: str = "") -> Verdict:
    """Let Spin visit every state.

    Raises:
        subprocess.CalledProcessError: Spin or the C compiler failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.pml").write_text(promela(honest, needed, change))
        commands = (
            ["spin", "-a", "model.pml"],
            ["gcc", "-O2", "-w", "-DSAFETY", "-DMEMLIM=4000", "-o", "pan", "pan.c"],
            ["./pan", "-m1000", "-w24"],
        )
        for command in commands:
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    found = done.stdout
    safe = "errors: 0" in found
    if "max search depth too small" in found or (safe and "Search not completed" in found):
        raise RuntimeError("Spin did not visit every state")
    states = next(line for line in found.splitlines() if "states, stored" in line)
    return Verdict(safe, int(float(states.split()[0])))


def main() -> int:
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        sys.stdout.write("Spin and a C compiler are needed: apt-get install spin gcc\n")
        return 2
    # workstations, liars, quorum
    wrong = 0
    for count, liars, quorum in ((2, 0, 2), (3, 0, 2), (4, 1, 3)):
        verdict = explore(count - liars, quorum - liars)
        wrong += not verdict.safe
        sys.stdout.write(
            f"{count} workstations, {liars} lying, quorum {quorum}: "
            f"{'safe' if verdict.safe else 'NOT SAFE'}, {verdict.states:,} states\n"
        )
    for change in (*CHANGES, "quorum one too low"):
        low = change == "quorum one too low"
        verdict = explore(3, 1 if low else 2, "" if low else change)
        wrong += verdict.safe
        sys.stdout.write(
            f"4 workstations, {change}: {'NOT REFUTED' if verdict.safe else 'refuted'}, "
            f"{verdict.states:,} states\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
