"""Pairing two workstations from two terminals, or from two scripts."""

import asyncio
import contextlib
import platform
import sys
import threading
from typing import Any, Final

from ehr_desktop.config import Config
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import Event, PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.people import Actor
from ehr_desktop.explain import explain_door
from ehr_desktop.node.node import SecretStore
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.joining import Joining

_LOOK_S: Final = 0.2
_YES: Final = frozenset({"y", "yes"})


async def offer_from_terminal(
    config: Config, clinic: Clinic, actor: Actor
) -> tuple[dict[str, Any], int]:
    """Open the door, and let the workstation in that somebody says shows the same digits."""
    events: asyncio.Queue[Event] = asyncio.Queue()
    clinic.node.subscribe(events.put_nowait)
    answers = _Answers(config)
    door = await clinic.network.open_door(actor)
    for address in door.addresses:
        _tell(f"address: {address}")
    question: asyncio.Task[None] | None = None
    while True:
        event = await events.get()
        if question is not None and isinstance(event, (PairingAsked, PairingLeft, PairingEnded)):
            question.cancel()
        if isinstance(event, PairingAsked):
            question = asyncio.ensure_future(_answer(clinic, actor, answers, event))
        elif isinstance(event, PairingLeft):
            _tell(explain_door(event.failure))
        elif isinstance(event, PairingEnded):
            if event.failure:
                _tell(explain_door(event.failure))
            return {"joined": event.name if not event.failure else "",
                    "failure": event.failure}, int(bool(event.failure))  # fmt: skip


async def join_from_terminal(config: Config, store: SecretStore | None) -> None:
    """Join through the workstation at `config.address`.

    Raises:
        InvalidInputError, HomeExistsError, PairingFailedError, DiskFullError: see `Joining.join`.
    """
    shown: asyncio.Queue[str] = asyncio.Queue()
    answers = _Answers(config)
    joining = Joining(config.home, shown.put_nowait)

    async def answer() -> None:
        await joining.compare(agreed=await answers.same("the other workstation", await shown.get()))

    name = config.name or platform.node() or "Workstation 2"
    answering = asyncio.ensure_future(answer())
    try:
        joined = await joining.join((config.address,), name, store=store)
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    _tell(f"joined: {joined.clinic}")


async def _answer(clinic: Clinic, actor: Actor, answers: "_Answers", asked: PairingAsked) -> None:
    agreed = await answers.same(asked.name, asked.digits)
    try:
        await clinic.network.let_in(actor, agreed=agreed)
    except NotFoundError:
        _tell("It has gone in the meantime.")


class _Answers:
    """Asks on the terminal, or looks into a file that a script fills."""

    def __init__(self, config: Config) -> None:
        self._file = config.confirm_file
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._is_reading = False

    async def same(self, name: str, digits: str) -> bool:
        """Tell whether the other side shows `digits`."""
        _tell(f"asked: {name}")
        _tell(f"digits: {digits[:3]} {digits[3:]}")
        if self._file is not None:
            return await self._in_file() == digits
        print("Does the other screen show the same? [y/N] ", end="", file=sys.stderr, flush=True)
        while not self._lines.empty():
            # typed for a question that was withdrawn
            self._lines.get_nowait()
        self._read_lines()
        return (await self._lines.get()).strip().lower() in _YES

    async def _in_file(self) -> str:
        assert self._file is not None
        while True:
            try:
                digits = "".join(self._file.read_text("ascii").split())
            except FileNotFoundError:
                digits = ""
            if digits:
                return digits
            await asyncio.sleep(_LOOK_S)

    def _read_lines(self) -> None:
        """Read the terminal on a thread: a question may be withdrawn while it waits for a line."""
        if self._is_reading:
            return
        self._is_reading = True
        loop = asyncio.get_running_loop()

        def read() -> None:
            # the loop may be over before the terminal is
            with contextlib.suppress(RuntimeError):
                for line in sys.stdin:
                    loop.call_soon_threadsafe(self._lines.put_nowait, line)
                loop.call_soon_threadsafe(self._lines.put_nowait, "")

        threading.Thread(target=read, daemon=True).start()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
