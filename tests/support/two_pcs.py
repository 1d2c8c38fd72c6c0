"""A clinic that lets a new workstation in, told from both screens; everything on loopback."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ehr_desktop.domain.events import PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.node.lan.admitting import Admitting
from ehr_desktop.node.lan.joining import join_clinic
from tests.support.one_pc import OnePc, opened

OWN_NODE = ("127.0.0.1:4711", "10.77.0.1:4711")


@dataclass
class Inside:
    """The workstation that is in: its events, and the administrator before its screen."""

    pc: OnePc
    admitting: Admitting
    events: asyncio.Queue = field(default_factory=asyncio.Queue)

    @property
    def port(self) -> int:
        """Where the door is."""
        return self.admitting._door.window.port

    @property
    def address(self) -> str:
        """What a person would type."""
        return f"127.0.0.1:{self.port}"

    async def hears(self, kind):
        """Wait for the next event about the door, which is of `kind`."""
        event = await asyncio.wait_for(self.events.get(), 60)
        assert isinstance(event, kind), event
        return event

    async def open(self, name="admin"):
        """Open the door."""
        return await self.admitting.open_door(self.pc.actors[name])

    async def answer(self, *, agreed, name="admin"):
        """Press one of the two buttons."""
        await self.admitting.let_in(self.pc.actors[name], agreed=agreed)


@asynccontextmanager
async def inside(home, *names, window_s=120.0):
    """Open a clinic whose door, once opened, cannot be found but only dialled."""
    async with opened(home, *(names or ("admin",))) as pc:
        admitting = Admitting(pc.node._core, lambda: OWN_NODE, announce=False, window_s=window_s)
        made = Inside(pc, admitting)
        told = (PairingAsked, PairingLeft, PairingEnded)
        pc.node.subscribe(lambda e: made.events.put_nowait(e) if isinstance(e, told) else None)
        try:
            yield made
        finally:
            await admitting.close_door()


class Newcomer:
    """Somebody before the new workstation's screen."""

    def __init__(self, home: Path, name="Room 2") -> None:
        self.home = home
        self.name = name
        self.shown: asyncio.Queue = asyncio.Queue()
        self.question = None

    def start(self, *addresses):
        """Press Join."""
        return asyncio.ensure_future(
            join_clinic(self.home, addresses, self.name, self._compare, None)
        )

    async def digits(self):
        """Wait for the digits."""
        return await asyncio.wait_for(self.shown.get(), 60)

    def answer(self, *, agreed):
        """Press one of the two buttons."""
        self.question.set_result(agreed)

    def _compare(self, digits):
        self.question = asyncio.get_running_loop().create_future()
        self.shown.put_nowait(digits)
        return self.question
