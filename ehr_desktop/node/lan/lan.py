"""This workstation among the others: its links, what comes in over them, and what goes out.

The border between the node's loop, which owns links and timers, and the writer thread, which owns
the ledger. What comes in is gathered and handed over as one turn; what a turn wants told goes out
once it has committed.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.node.consensus.events import MessageReceived, PeerConnected
from ehr_desktop.node.consensus.events import Timer as AgreementTimer
from ehr_desktop.node.core import Core
from ehr_desktop.node.lan.mining import Miner
from ehr_desktop.node.lan.replication import Replication
from ehr_desktop.node.lan.saying import from_wire, to_wire
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.net.address import Address
from ehr_desktop.node.net.address_book import AddressBook
from ehr_desktop.node.net.errors import Ending
from ehr_desktop.node.net.hub import Hub, HubEvents
from ehr_desktop.node.net.interfaces import own_addresses
from ehr_desktop.node.net.limits import PROTOCOL, Limits
from ehr_desktop.node.net.messages import Farewell, Hello, Message
from ehr_desktop.node.pipeline.ordering import TimerOrder
from ehr_desktop.node.pipeline.pipeline import Pipeline, Step
from ehr_desktop.node.pipeline.proposals import Mining
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.sync.effects import Distrust, Effect, Fetch, Told
from ehr_desktop.node.sync.sync import MESSAGES

MOST_WAITING: Final = 512
"""So many messages wait for the writer thread; then links are read more slowly."""
USUAL_PORT: Final = 47411
"""Where a workstation listens, so that a remembered or typed address stays true; if another
program has the port, wherever there is room.
"""
TICK_S: Final = 1.0
_RECOVER_S: Final = 1.0


_Said = tuple[bytes | None, Step]
"""What is to be done in a turn, and the workstation (device id) that gave rise to it, if one."""


@dataclass(frozen=True, slots=True)
class LanSettings:
    """How this workstation takes part: where it listens, and whether it announces itself."""

    host: str = ""
    port: int = 0
    announce: bool = True
    limits: Limits = Limits()


class Lan:
    """One workstation's part in the clinic's network. On the node's loop.

    `moved` is called when there is something new to show; `strangers` are workstations that are
    known by their key only, while the ledger that names them is still to come.
    """

    def __init__(
        self,
        core: Core,
        seed: bytes,
        boot: bytes,
        settings: LanSettings,
        book: AddressBook,
        strangers: Mapping[bytes, str],
        moved: Callable[[], None],
    ) -> None:
        self._core = core
        self._pipeline = core.pipeline
        self._settings = settings
        self._boot = boot
        self._strangers = dict(strangers)
        self._moved = moved
        self._keys: dict[bytes, bytes] = {}
        self._inbox: list[_Said] = []
        self._woken = asyncio.Event()
        self._drained = asyncio.Event()
        self._timers: dict[AgreementTimer, asyncio.TimerHandle] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.port = 0
        self.miner = Miner(self._on_mined, moved)
        self.hub = Hub(
            seed,
            roster=self.roster,
            hello=self._hello,
            book=book,
            events=HubEvents(self._on_linked, self._on_unlinked, self._on_received, _unheard),
            limits=settings.limits,
            clock=lambda: core.clock() / 1000,
        )
        self.replication = Replication(core, self.hub, self.key_of, self._on_fetched)

    def start(self) -> None:
        """Begin to hand over what comes in. A clinic of one workstation needs no more."""
        self._tasks.append(asyncio.get_running_loop().create_task(self._work(), name="lan turns"))

    async def join(self) -> None:
        """Listen, look for the others, and keep up with them; once only.

        Raises:
            OSError: the port asked for is taken, or there is no network at all.
        """
        settings = self._settings
        for port in (settings.port or USUAL_PORT, 0):
            try:
                self.port = await self.hub.start(settings.host, port, announce=settings.announce)
                break
            except OSError:
                if settings.port or not port:
                    raise
        self._tasks.append(asyncio.get_running_loop().create_task(self._tick(), name="lan tick"))

    async def close(self) -> None:
        """End all links politely, and everything that runs."""
        await self.hub.close()
        await self.replication.close()
        await self.miner.close()
        for handle in self._timers.values():
            handle.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- who is who ----------------------------------------------------------------------------

    def roster(self) -> Mapping[bytes, str]:
        """Give the workstations that belong to the clinic: public key to name."""
        known = {d.public: d.name for d in self._pipeline.devices if d.active}
        return known or self._strangers

    def key_of(self, device: bytes) -> bytes | None:
        """Give a workstation's public key by its device id."""
        return self._keys.get(device)

    def linked(self) -> tuple[bytes, ...]:
        """Give the device ids of the workstations there is a link to."""
        return tuple(device_id_of(key) for key in self.hub.linked_peers())

    def present(self) -> int:
        """Give the voting weight that is here: of this workstation and those linked."""
        validators = self._pipeline.chain.validators
        here = {self._pipeline.device, *self.linked()}
        if validators is None:
            return 0
        return sum(member.weight for member in validators.members if member.device in here)

    def has_quorum(self) -> bool:
        """Tell whether enough workstations are linked for anything to become final."""
        validators = self._pipeline.chain.validators
        return validators is not None and self.present() >= validators.quorum

    def addresses(self) -> tuple[str, ...]:
        """Give where others reach this workstation, as `host:port`; empty while it is alone."""
        if not self.port:
            return ()
        hosts = [self._settings.host] if self._settings.host else sorted(own_addresses())
        return tuple(str(Address(host, self.port)) for host in hosts)

    def _hello(self) -> Hello:
        standing = self._pipeline.standing
        return Hello(
            network=self._pipeline.network,
            protocol=PROTOCOL,
            device=self._pipeline.device,
            boot=self._boot,
            port=self.port,
            epoch=standing.epoch,
            height=max(standing.height, 0),
            head=standing.head,
            clock_ms=self._core.clock(),
            feeds=standing.feeds,
        )

    # --- what comes in -------------------------------------------------------------------------

    def post(self, step: Step, peer: bytes | None = None) -> None:
        """Have the writer thread do something in its next turn; `peer` is who gave rise to it."""
        self._inbox.append((peer, step))
        self._drained.clear()
        self._woken.set()

    def _on_linked(self, key: bytes, hello: Hello) -> None:
        device = device_id_of(key)
        self._keys[device] = key

        def step(pipeline: Pipeline) -> None:
            pipeline.tell_sync(lambda sync: sync.linked(device, hello.height, hello.feeds))
            pipeline.tell(PeerConnected(device))

        self.post(step)
        self._moved()

    def _on_unlinked(self, key: bytes, _ending: Ending) -> None:
        device = device_id_of(key)
        self.post(lambda pipeline: pipeline.tell_sync(lambda sync: sync.unlinked(device)))
        self._moved()

    async def _on_received(self, key: bytes, message: Message) -> None:
        device = device_id_of(key)
        agreed = from_wire(message)
        if agreed is not None:
            event = MessageReceived(device, agreed)
            self.post(lambda pipeline: pipeline.tell(event), device)
        elif isinstance(message, MESSAGES):
            self.post(
                lambda pipeline: pipeline.tell_sync(lambda sync: sync.received(device, message)),
                device,
            )
        else:
            await self.replication.received(device, message)
        if len(self._inbox) > MOST_WAITING:
            await self._drained.wait()

    def _on_mined(self, mining: Mining, nonce: int) -> None:
        self.post(lambda pipeline: pipeline.mined(mining, nonce))

    def _on_fetched(self, name: bytes, stored: bool) -> None:  # noqa: FBT001 - how the port calls
        self.post(
            lambda pipeline: pipeline.tell_sync(lambda sync: sync.fetched(name, stored=stored))
        )

    async def _work(self) -> None:
        """Hand over what has gathered, turn after turn."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            said, self._inbox = self._inbox, []
            try:
                await self._core.turn(self._turn_of(said))
            except EhrError:
                await self._begin_anew()
            except Exception as error:  # noqa: BLE001 - one turn's fault must not end all of them
                self._report(error)
                await self._one_by_one(said)
            if not self._inbox:
                self._drained.set()

    async def _begin_anew(self) -> None:
        """Nothing of a turn has happened, as on a full disk: what was said is to be said again, so
        every link begins anew.
        """
        for key in self.hub.linked_peers():
            link = self.hub.link(key)
            if link is not None:
                link.abort(Ending.LOST)
        await asyncio.sleep(_RECOVER_S)

    async def _one_by_one(self, said: Sequence[_Said]) -> None:
        """Something that was said broke its turn: find out what, and end that link alone."""
        for one in said:
            try:
                await self._core.turn(self._turn_of((one,)))
            except EhrError:
                await self._begin_anew()
            except Exception as error:  # noqa: BLE001 - as above
                self._report(error)
                if one[0] is not None:
                    self._end(one[0])

    def _turn_of(self, said: Sequence[_Said]) -> Callable[[], Turn]:
        return lambda: self._pipeline.run([step for _, step in said])

    @staticmethod
    def _report(error: Exception) -> None:
        report = {"message": "a turn failed", "exception": error}
        asyncio.get_running_loop().call_exception_handler(report)

    async def _tick(self) -> None:
        while True:
            self.post(_tick_of(int(time.monotonic() * 1000)))
            self._moved()
            await asyncio.sleep(TICK_S)

    # --- what goes out -------------------------------------------------------------------------

    def carry_out(self, turn: Turn) -> None:
        """Tell the others what a committed turn wants told, and set its timers."""
        for peer, message in turn.ballots:
            self._send(peer, to_wire(message))
        for effect in turn.effects:
            self._carry_out_effect(effect)
        for timer, order in turn.timers.items():
            self._set_timer(timer, order)
        for peer in turn.distrusted:
            self._end(peer)
        if turn.mining_changed:
            self.miner.mine(turn.mining)
        if turn.roster_changed:
            self.hub.roster_changed()

    def _carry_out_effect(self, effect: Effect) -> None:
        match effect:
            case Told(peer, message):
                self._send(peer, message)
            case Fetch():
                self.replication.fetch(effect)
            case Distrust(peer):
                self._end(peer)

    def _send(self, peer: bytes | None, message: Message) -> None:
        if peer is None:
            self.hub.broadcast(message)
        elif (key := self._keys.get(peer)) is not None:
            self.hub.send(key, message)

    def _end(self, peer: bytes) -> None:
        key = self._keys.get(peer)
        link = self.hub.link(key) if key is not None else None
        if link is not None:
            link.end(Ending.GARBAGE, Farewell.GARBAGE)

    def _set_timer(self, timer: AgreementTimer, order: TimerOrder) -> None:
        running = self._timers.pop(timer, None)
        if running is not None:
            running.cancel()
        if order.delay_ms is not None:
            self._timers[timer] = asyncio.get_running_loop().call_later(
                order.delay_ms / 1000,
                self.post,
                lambda pipeline: pipeline.fire(timer, order.number),
            )


def _tick_of(now_ms: int) -> Step:
    return lambda pipeline: pipeline.tell_sync(lambda sync: sync.tick(now_ms))


def _unheard(_address: Address, _ending: Ending) -> None:
    """Take news of a stranger who was turned away."""
