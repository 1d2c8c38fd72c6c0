"""`python -m benchmarks [NAME...] [--json FILE] [--quick]`: run, print a table, write JSON.

Each benchmark runs in a process of its own, so that one's memory and caches are not another's.
"""

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.catalogue import BENCHMARKS, run
from benchmarks.figure import Figure
from benchmarks.machine import machine
from benchmarks.table import table


def main() -> int:
    """Run what is asked for. A missed budget is no failure of the run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="smaller loads, under a minute")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}")
    before = machine()
    figures = _run_each(arguments.names or list(BENCHMARKS), quick=arguments.quick)
    print(table(figures))
    if arguments.json:
        report = {"machine": before, "quick": arguments.quick}
        report["figures"] = [figure.as_json() for figure in figures]
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def _run_each(names: list[str], *, quick: bool) -> list[Figure]:
    figures = []
    context = multiprocessing.get_context("spawn")
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        with ProcessPoolExecutor(1, mp_context=context) as process:
            figures += process.submit(run, name, quick=quick).result()
    return figures


if __name__ == "__main__":
    sys.exit(main())
