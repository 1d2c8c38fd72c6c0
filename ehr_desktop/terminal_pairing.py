"""Pairing two workstations from two terminals, or from two scripts."""

import asyncio
import contextlib
import platform
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from ehr_desktop.config import Config
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import Event, PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import ENROLMENT_WAITS, LinkState, WorkstationStatus
from ehr_desktop.domain.people import Actor
from ehr_desktop.explain import explain_door
from ehr_desktop.node.node import Node, SecretStore
from ehr_desktop.services.clinic import Clinic
from ehr_desktop.services.joining import Joining

_LOOK_S: Final = 0.2
_LINGER_S: Final = 15.0
_GONE: Final = frozenset({LinkState.ABSENT, LinkState.DIALLING})
_YES: Final = frozenset({"y", "yes"})


async def offer_from_terminal(
    config: Config, clinic: Clinic, actor: Actor
) -> tuple[dict[str, Any], int]:
    """Open the door, and let the workstation in that somebody says shows the same digits."""
    events: asyncio.Queue[Event] = asyncio.Queue()
    clinic.node.subscribe(events.put_nowait)
    answers = _Answers(config)
    before = {one.device for one in (await clinic.node.network.status()).workstations}
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
            break
    if event.failure:
        _tell(explain_door(event.failure))
        is_in = event.failure == ENROLMENT_WAITS
        joined = event.name if is_in else ""
        return {"joined": joined, "failure": event.failure}, int(not is_in)
    _tell(f"joined: {event.name}. It is fetching the records; stop this when you like.")
    await _has_fetched(clinic.node, before)
    return {"joined": event.name, "failure": ""}, 0


async def _has_fetched(node: Node, before: set[DeviceId]) -> None:
    """Wait until the newcomer knows what is known here: it may have nobody else to ask. What comes
    beside the ledger it gets while it stays a little longer.
    """
    news = asyncio.Event()
    node.subscribe(lambda _event: news.set())
    while not await _new_ones(node, before, lambda one, height: (one.height or 0) >= height):
        await news.wait()
        news.clear()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_S):
            while not await _new_ones(node, before, lambda one, _: one.state in _GONE):
                await news.wait()
                news.clear()


async def _new_ones(
    node: Node, before: set[DeviceId], are: Callable[[WorkstationStatus, int], bool]
) -> bool:
    """Tell whether there are workstations that joined just now, and all of them are like that."""
    status = await node.network.status()
    new = [one for one in status.workstations if one.device not in before]
    return bool(new) and all(are(one, status.height) for one in new)


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
