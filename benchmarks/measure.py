"""Clocks: latencies of a repeated piece of work, CPU time, and memory of this process."""

import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Case = TypeVar("Case")


class Stopwatch:
    """Wall and CPU seconds of what ran inside; CPU counts every thread and ended child."""

    def __init__(self) -> None:
        self.wall = 0.0
        self.cpu = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Measure a block."""
    watch = Stopwatch()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    try:
        yield watch
    finally:
        watch.wall = time.perf_counter() - wall
        watch.cpu = _cpu_seconds() - cpu


async def latencies(
    cases: Iterable[Case], work: Callable[[Case], Awaitable[object]]
) -> list[float]:
    """Give how many seconds `work` takes for each case, one after another."""
    seconds = []
    for case in cases:
        begun = time.perf_counter()
        await work(case)
        seconds.append(time.perf_counter() - begun)
    return seconds


def plain_latencies(cases: Iterable[Case], work: Callable[[Case], object]) -> list[float]:
    """Give how many seconds `work` takes for each case, one after another."""
    seconds = []
    for case in cases:
        begun = time.perf_counter()
        work(case)
        seconds.append(time.perf_counter() - begun)
    return seconds


def peak_memory_mb() -> float | None:
    """Give the most memory this process has held at once, in MiB; None where Linux is not."""
    return _status("VmHWM")


def memory_mb() -> float | None:
    """Give the memory this process holds now, in MiB; None where Linux is not."""
    return _status("VmRSS")


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _status(name: str) -> float | None:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), None)


def _cpu_seconds() -> float:
    return sum(os.times()[:4])
