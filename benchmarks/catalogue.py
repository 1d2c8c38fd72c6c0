"""Every benchmark by name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks import (
    chart,
    consent,
    day_book,
    documents,
    import_rate,
    lan_catch_up,
    lan_growth,
    lan_rate,
    lan_seen,
    ledger,
    search,
    start,
)
from benchmarks.figure import Figure
from benchmarks.setting import Setting, fresh_setting
from ehr_desktop.garbage import collect_rarely

Benchmark = Callable[[Setting], Awaitable[list[Figure]]]

BENCHMARKS: Final[dict[str, Benchmark]] = {
    "import": import_rate.measure,
    "search": search.measure,
    "chart": chart.measure,
    "day": day_book.measure,
    "save": ledger.measure_save,
    "store": documents.measure,
    "transactions": ledger.measure_rate,
    "check": ledger.measure_check,
    "start": start.measure,
    "growth": lan_growth.measure,
    "seen": lan_seen.measure,
    "rate": lan_rate.measure,
    "catch-up": lan_catch_up.measure,
    "consent": consent.measure,
}


def run(name: str, *, quick: bool) -> list[Figure]:
    """Run one benchmark in this process, which is set up as the program without a window.

    Raises:
        KeyError: there is none of that name.
    """
    benchmark = BENCHMARKS[name]
    collect_rarely()

    async def measure() -> list[Figure]:
        with fresh_setting(quick=quick) as setting:
            return await benchmark(setting)

    return asyncio.run(measure())
