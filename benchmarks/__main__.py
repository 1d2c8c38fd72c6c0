"""`python -m benchmarks [NAME...] [--json FILE] [--quick]`: run, print a table, write JSON.

Each benchmark runs in a process of its own, so that one's memory and caches are not another's.
"""

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.catalogue import BENCHMARKS, run
from benchmarks.figure import Figure
from benchmarks.machine import machine
from benchmarks.table import table


def main(words: Sequence[str] | None = None) -> int:
    """Run what is asked for and give the exit code; a missed budget is no failure of the run.

    With `--json -` standard output gets the JSON object and nothing else.
    """
    arguments = _read(words)
    before = machine()
    figures, failed = _run_each(arguments.names or list(BENCHMARKS), quick=arguments.quick)
    to_stdout = str(arguments.json) == "-"
    print(table(figures), file=sys.stderr if to_stdout else sys.stdout)
    report = {
        "machine": before,
        "quick": arguments.quick,
        "failed": failed,
        "figures": [figure.as_json() for figure in figures],
    }
    if to_stdout:
        print(json.dumps(report))
    elif arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if failed else 0


def _read(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--quick", action="store_true", help="smaller loads: three minutes in all")
    arguments = parser.parse_args(words)
    unknown = set(arguments.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}")
    return arguments


def _run_each(names: Sequence[str], *, quick: bool) -> tuple[list[Figure], list[str]]:
    """Give the figures, and the names of the benchmarks that failed."""
    figures: list[Figure] = []
    failed: list[str] = []
    context = multiprocessing.get_context("spawn")
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        with ProcessPoolExecutor(1, mp_context=context) as process:
            ended = process.submit(run, name, quick=quick)
        error = ended.exception()
        if error is None:
            figures += ended.result()
        else:
            failed.append(name)
            print(f"{name} failed: {error!r}", file=sys.stderr)
    return figures, failed


if __name__ == "__main__":
    sys.exit(main())
