"""How long until a booking made on one workstation stands in the day book of another."""

import asyncio
from typing import Final

from benchmarks.figure import Figure, latency
from benchmarks.lan import workstations
from benchmarks.setting import Setting

_NODES: Final = 4
_BUDGET_MS: Final = 1000
_DAY: Final = "2031-03-03"
_PAUSE_S: Final = 0.05


async def measure(setting: Setting) -> list[Figure]:
    """Book on the first workstation; the last one reads the day whenever it is told to."""
    count = setting.pick(90, 20)
    async with workstations(setting, _NODES) as clinic:
        here, there = clinic.first, clinic.all[-1]
        await there.do("sign_in", account="lee")
        await there.do("watch", day=_DAY)
        booking = here.do("book", patient=clinic.patient, day=_DAY, count=count, pause_s=_PAUSE_S)
        booked, watched = await asyncio.gather(booking, there.do("seen", count=count))
    asked, shown, seen = booked["asked"], booked["shown"], watched["seen"]
    return [
        latency(
            "lan-seen",
            f"A booking stands in another workstation's day book, {_NODES} nodes",
            [seen[name] - at for name, at in asked.items()],
            _BUDGET_MS,
            baseline=[shown[name] - at for name, at in asked.items()],
            against="until its own workstation shows it",
        )
    ]
