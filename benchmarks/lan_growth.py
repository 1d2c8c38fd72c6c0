"""How a clinic's network grows: a lone transaction to final, and what idling costs."""

import asyncio
from dataclasses import dataclass
from typing import Final

from benchmarks.figure import Figure, latency
from benchmarks.lan import Workstations, workstations
from benchmarks.setting import Setting

_SIZES: Final = (1, 2, 4, 7)
_BUDGET_MS: Final = {4: 300}
_PAUSE_S: Final = 0.03


@dataclass(frozen=True, slots=True)
class _Idle:
    """Per workstation: bytes a second sent, and CPU seconds a minute."""

    traffic: float
    cpu: float


async def measure(setting: Setting) -> list[Figure]:
    """Let a clinic grow workstation by workstation; write and idle at each size."""
    lone: dict[int, list[float]] = {}
    idle: dict[int, _Idle] = {}
    async with workstations(setting) as clinic:
        for size in _SIZES:
            await clinic.grow(size)
            answer = await clinic.first.do(
                "lone", patient=clinic.patient, count=setting.pick(100, 20), pause_s=_PAUSE_S
            )
            lone[size] = answer["seconds"]
            idle[size] = await _idle(clinic, setting.pick(30, 4))
    return [
        *(_lone_figure(size, lone[size], lone[1]) for size in _SIZES),
        *(figure for size in _SIZES for figure in _idle_figures(size, idle)),
    ]


async def _idle(clinic: Workstations, seconds: float) -> _Idle:
    await clinic.everyone("settled")
    before = await clinic.everyone("usage")
    await asyncio.sleep(seconds)
    after = await clinic.everyone("usage")
    lasted = sum(new["at"] - old["at"] for old, new in zip(before, after, strict=True))
    sent = sum(new["sent"] - old["sent"] for old, new in zip(before, after, strict=True))
    cpu = sum(new["cpu"] - old["cpu"] for old, new in zip(before, after, strict=True))
    return _Idle(sent / lasted, cpu / lasted * 60)


def _lone_figure(size: int, seconds: list[float], alone: list[float]) -> Figure:
    return latency(
        f"lone-{size}",
        f"Lone transaction to final, {_nodes(size)}",
        seconds,
        _BUDGET_MS.get(size),
        baseline=alone if size > 1 else (),
        against="one node" if size > 1 else "",
    )


def _idle_figures(size: int, idle: dict[int, _Idle]) -> list[Figure]:
    cpu = Figure(
        f"idle-cpu-{size}",
        f"CPU while idle, each of {_nodes(size)}",
        idle[size].cpu,
        "s/min",
        baseline=idle[1].cpu if size > 1 else None,
        against="one node" if size > 1 else "",
    )
    if size == 1:
        return [cpu]
    traffic = Figure(
        f"idle-traffic-{size}",
        f"Sent while idle, each of {_nodes(size)}",
        idle[size].traffic,
        "bytes/s",
        baseline=idle[2].traffic if size > 2 else None,
        against="two nodes" if size > 2 else "",
    )
    return [traffic, cpu]


def _nodes(size: int) -> str:
    return "1 node" if size == 1 else f"{size} nodes"
