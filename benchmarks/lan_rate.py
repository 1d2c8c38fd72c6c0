"""Transactions a second in a clinic of four workstations: written on one, and on all of them."""

import asyncio
from typing import Final

from benchmarks.figure import Budget, Figure
from benchmarks.lan import Workstation, Workstations, workstations
from benchmarks.setting import Setting

_NODES: Final = 4
_WRITERS: Final = 256
_RATE: Final = 1000


async def measure(setting: Setting) -> list[Figure]:
    """Write with many hands, alone first; done is what is final on every workstation."""
    count = setting.pick(12_000, 2000)
    async with workstations(setting) as clinic:
        await _rate(clinic, clinic.all, 2 * _WRITERS)
        alone = await _rate(clinic, clinic.all, count)
        await clinic.grow(_NODES)
        for each in clinic.all[1:]:
            await each.do("sign_in", account="lee")
        await _rate(clinic, clinic.all, 2 * _WRITERS)
        on_one = await _rate(clinic, clinic.all[:1], count)
        on_all = await _rate(clinic, clinic.all, count)
    return [
        _figure("lan-rate", "written on one", on_one, alone),
        _figure("lan-rate-spread", "written on all", on_all, alone),
    ]


async def _rate(
    clinic: Workstations, writing: list[Workstation], count: int
) -> tuple[float, int, float]:
    """Give transactions a second, how many writers were told to wait, and CPU milliseconds of all
    workstations for each transaction.
    """
    before = await clinic.everyone("usage")
    share = {"writers": _WRITERS // len(writing), "count": count // len(writing)}
    loads = await asyncio.gather(
        *(each.do("load", patient=clinic.patient, **share) for each in writing)
    )
    ends = await clinic.settled()
    after = await clinic.everyone("usage")
    cpu = sum(new["cpu"] - old["cpu"] for old, new in zip(before, after, strict=True))
    done = sum(load["count"] for load in loads)
    lasted = ends - min(load["begun"] for load in loads)
    return done / lasted, sum(load["told_pending"] for load in loads), cpu / done * 1000


def _figure(
    name: str, where: str, measured: tuple[float, int, float], alone: tuple[float, int, float]
) -> Figure:
    rate, told_pending, cpu = measured
    note = f"{cpu:.2f} ms CPU each on all {_NODES} together, {alone[2]:.2f} on one alone"
    if told_pending:
        note += f"; {told_pending:,} were told after 1.5 s that it waits"
    return Figure(
        name,
        f"Transactions final on {_NODES} nodes, {where}, {_WRITERS} writers",
        rate,
        "tx/s",
        baseline=alone[0],
        against="one node, the same writers",
        budget=Budget(_RATE, at_least=True),
        note=note,
    )
