"""A node without a window, for a PC in a cupboard: says on standard error what happens to it."""

import asyncio
import contextlib
import signal
import sys
from typing import Any, Final

from ehr_desktop.config import Config
from ehr_desktop.domain.events import ConsensusChanged, Event, NetworkChanged, WorkstationsChanged
from ehr_desktop.domain.network import LinkState, NetworkStatus
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.node.node import LanSettings, Node, SecretStore

_TOLD_BY: Final = (NetworkChanged, ConsensusChanged, WorkstationsChanged)
_HALTED: Final = (
    "halted: the other workstations hold statements of this one that its disk does not remember: "
    "it was restored or copied. It signs nothing any more. Remove it from the clinic and let it "
    "join anew."
)


async def run_node(config: Config, store: SecretStore | None) -> tuple[dict[str, Any], int]:
    """Take part in the clinic's network until the process is told to end.

    Raises:
        OSError: the port asked for is taken.
    """
    stop = asyncio.Event()
    _stop_on_signals(stop)
    lan = LanSettings(config.host, config.port, announce=config.announce)
    node = await Node.open(config.home, project, store=store, lan=lan)
    try:
        await node.network.listen()
        await _Teller(node).run(stop)
    finally:
        await node.close()
        _say("stopped")
    return {"home": str(config.home), "stopped": True}, 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # where the loop takes no signals, Ctrl+C interrupts it
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)


class _Teller:
    """Says in one line each what is different from before."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._news = asyncio.Event()
        self._linked: dict[str, str] = {}
        self._quorum: tuple[int, int, int] | None = None
        self._listening = ""
        self._is_halted = False
        node.subscribe(self._hear)

    async def run(self, stop: asyncio.Event) -> None:
        """Tell until `stop` is set."""
        stopping = asyncio.ensure_future(stop.wait())
        while not stop.is_set():
            self._news.clear()
            await self._tell()
            told = asyncio.ensure_future(self._news.wait())
            await asyncio.wait({stopping, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
        _say("stopping")

    def _hear(self, event: Event) -> None:
        if isinstance(event, _TOLD_BY):
            self._news.set()

    async def _tell(self) -> None:
        status = await self._node.network.status()
        if status.listening != self._listening:
            self._listening = status.listening
            _say(f"listening: {status.listening}")
        self._tell_links(status)
        self._tell_quorum(status)
        if self._node.halted and not self._is_halted:
            self._is_halted = True
            _say(_HALTED)

    def _tell_links(self, status: NetworkStatus) -> None:
        linked = {w.device: w for w in status.workstations if w.state is LinkState.LINKED}
        for device, name in list(self._linked.items()):
            if device not in linked:
                _say(f"lost: {name}")
                del self._linked[device]
        for device, one in linked.items():
            if device not in self._linked:
                _say(f"linked: {one.name} at {one.address} ({one.rung})")
                self._linked[device] = one.name

    def _tell_quorum(self, status: NetworkStatus) -> None:
        now = (status.present, status.total, status.quorum)
        if now == self._quorum or not status.total:
            return
        self._quorum = now
        word = "quorum" if status.has_quorum else "no quorum"
        _say(f"{word}: {status.present} of {status.total} votes here, {status.quorum} needed")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
