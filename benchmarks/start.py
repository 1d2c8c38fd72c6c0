"""How long a cold process takes to a usable sign-in page, and what it holds while idle."""

import json
import os
import subprocess
import sys
import time

from benchmarks.clinics import make_clinic
from benchmarks.figure import Budget, Figure, latency
from benchmarks.setting import Setting

_START_MS = 3000
_MEMORY_MB = 300


async def measure(setting: Setting) -> list[Figure]:
    """Start the program several times on a home of its own."""
    home = setting.folder / "home"
    await make_clinic(home)
    seconds, memory = [], 0.0
    for _ in range(setting.pick(7, 3)):
        took, held = _start(str(home))
        seconds.append(took)
        memory = max(memory, held)
    bare = [_timed([sys.executable, "-c", "import PySide6.QtWidgets"]) for _ in seconds]
    return [
        latency(
            "start",
            "Process start to the sign-in page, node open",
            seconds,
            _START_MS,
            baseline=bare,
            against="Python with Qt imported",
        ),
        Figure("idle", "Idle memory", memory, "MiB", budget=Budget(_MEMORY_MB)),
    ]


def _start(home: str) -> tuple[float, float]:
    """Give seconds until the first page can be typed in, and MiB held then."""
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "benchmarks.signing_in", home],
        stdout=subprocess.PIPE,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    ) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        took = time.perf_counter() - begun
        program.communicate()
    return took, float(json.loads(told)["memory_mb"] or 0)


def _timed(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603 - as above
    return time.perf_counter() - begun
