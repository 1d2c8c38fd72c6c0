"""The front door to the clinic's workstations: who is there, how they agree, who may stay."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ehr_desktop.domain.errors import (
    DiskFullError,
    InvalidInputError,
    WorkstationHaltedError,
)
from ehr_desktop.domain.events import ConsensusChanged, NetworkChanged, WorkstationsChanged
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import ConsensusStatus, FinalPoint, NetworkStatus
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.contracts.statements import RemoveDevice, SetWeights, Statement
from ehr_desktop.node.core import PATIENCE_S, Core
from ehr_desktop.node.lan.addresses import KnownAddresses
from ehr_desktop.node.lan.lan import USUAL_PORT, Lan, LanSettings
from ehr_desktop.node.lan.presence import Presence
from ehr_desktop.node.lan.showing import consensus_status, network_status
from ehr_desktop.node.net.address import parse_address
from ehr_desktop.node.net.address_book import SavedAddress
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned

HOUR_S: Final = 3600
_MOST_POINTS: Final = 5000
_SHOWN_EVERY_S: Final = 0.25


class Network:
    """This workstation's place among the others. On the node's loop."""

    def __init__(self, core: Core, seed: bytes, boot: bytes, settings: LanSettings) -> None:
        self._core = core
        self._seed = seed
        self._boot = boot
        self._settings = settings
        self._presence = Presence(core)
        self._finals: deque[FinalPoint] = deque(maxlen=_MOST_POINTS)
        self._first_seen: dict[bytes, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_moved = False
        self._shown_changes = -1
        self._joined = False
        self._is_leaving = False
        self._lan: Lan | None = None
        self._known: KnownAddresses | None = None

    async def open(self, begun: Turn | None) -> None:
        """Take part, if there are others; else as soon as there are. What this workstation `begun`
        with, before anybody heard it, has timers that run on and what is to be mined.
        """
        self._known = await KnownAddresses.load(self._core)
        book = self._known.book(self._settings.limits.hints)
        self._lan = Lan(
            self._core, self._seed, self._boot, self._settings, book, self._known.strangers,
            self._on_moved,
        )  # fmt: skip
        self._core.on_turn.append(self._on_turn)
        self._core.has_quorum = self._lan.has_quorum
        self._lan.start()
        if begun is not None:
            self._lan.carry_out(begun)
        self._start(self._show)
        if self._core.pipeline.is_shared:
            await self.listen()

    async def close(self) -> None:
        """Say goodbye: to the ledger first, then to every workstation."""
        self._is_leaving = True
        if self._joined and self.lan.linked():
            await self._presence.leave()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.lan.close()
        if self._known is not None:
            await self._known.close()

    @property
    def lan(self) -> Lan:
        """The links; open."""
        assert self._lan is not None, "the network is not open yet"
        return self._lan

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where others reach this workstation, as `host:port`; empty while it is alone."""
        return self.lan.addresses()

    def known_addresses(self) -> tuple[SavedAddress, ...]:
        """Give where other workstations were found."""
        return self._known.saved if self._known else ()

    async def status(self) -> NetworkStatus:
        """Give every workstation as this one sees it."""
        return await network_status(self._core, self.lan)

    async def consensus(self) -> ConsensusStatus:
        """Give how far the block being agreed has come, and the last hour."""
        since = self._core.clock() / 1000 - HOUR_S
        finals = tuple(point for point in self._finals if point.time.timestamp() >= since)
        return await consensus_status(self._core, self.lan, finals)

    async def add_address(self, text: str) -> None:
        """Try an address somebody typed.

        Raises:
            InvalidInputError: it is no address.
        """
        try:
            address = parse_address(text, USUAL_PORT)
        except ValueError as error:
            raise InvalidInputError("address", "unknown") from error
        if not self._joined:
            await self.listen()
        self.lan.hub.add_address(address)

    async def remove(self, actor: Actor, device: DeviceId) -> None:
        """Take a workstation off the roster.

        Raises:
            RefusedError: a contract refused: `role`, `own-device`, ...
        """
        await self._say(actor, RemoveDevice(bytes.fromhex(device)))

    async def set_weights(self, actor: Actor, weights: Mapping[DeviceId, int]) -> None:
        """Give validators other weights.

        Raises:
            RefusedError: a contract refused: `not-stake`, `no-validators`, ...
        """
        rows = tuple((bytes.fromhex(device), weight) for device, weight in weights.items())
        await self._say(actor, SetWeights(rows))

    async def _say(self, actor: Actor, statement: Statement) -> None:
        session = self._core.session(actor)
        await self._core.say(Unsigned(statement, session.person, session.keys.signing))

    # --- what a turn brings --------------------------------------------------------------------

    def _on_turn(self, turn: Turn) -> None:
        self._measure(turn)
        self.lan.carry_out(turn)
        for first, second in turn.evidence:
            self._start(partial(self._presence.report, first, second))
        if turn.roster_changed:
            if self._joined and not self._is_leaving:
                # it may have signed off unseen: the others made that final after it had gone
                self._start(self._presence.come_back)
            self._core.publish(WorkstationsChanged())
            if self._core.pipeline.is_shared and not self._joined:
                self._start(self.listen)
        if turn.final or turn.ballots or turn.timers:
            self._on_moved()

    def _measure(self, turn: Turn) -> None:
        """Note how long what became final took since it was first seen here."""
        now = time.monotonic()
        for transaction in (*turn.signed, *turn.admitted):
            self._first_seen[transaction.id] = turn.begun
        heights: dict[int, list[float]] = {}
        for entry in turn.final:
            seen = self._first_seen.pop(entry.transaction.id, None)
            # what came with a block from elsewhere was final before it was seen
            if seen is not None:
                heights.setdefault(entry.height, []).append(now - seen)
        for height, waits in heights.items():
            self._finals.append(
                FinalPoint(
                    height,
                    datetime.fromtimestamp(self._core.clock() / 1000, UTC),
                    max(waits) * 1000,
                    len(waits),
                    self._proposer_name(),
                )
            )

    def _proposer_name(self) -> str:
        head = self._core.pipeline.head
        proposer = head.proposer if head else b""
        return next((d.name for d in self._core.pipeline.devices if d.id == proposer), "")

    async def listen(self) -> None:
        """Be there for others, though there may be none yet."""
        if not self._joined:
            self._joined = True
            await self.lan.join()
            self._start(self._presence.come_back)
            self._on_moved()

    # --- what is shown -------------------------------------------------------------------------

    def _on_moved(self) -> None:
        self._has_moved = True

    async def _show(self) -> None:
        """Tell the screens a few times a second at most, and show what waits too long."""
        stalled_s = 0.0
        while True:
            await asyncio.sleep(_SHOWN_EVERY_S)
            if self._has_moved:
                self._has_moved = False
                self._core.publish(NetworkChanged())
                self._core.publish(ConsensusChanged())
            standing = self._core.pipeline.standing
            stalled_s = stalled_s + _SHOWN_EVERY_S if standing.pending else 0.0
            if stalled_s >= PATIENCE_S and standing.changes != self._shown_changes:
                self._shown_changes = standing.changes
                await self._core.show_waiting()

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.get_running_loop().create_task(_unless_it_cannot(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _unless_it_cannot(work: Callable[[], Awaitable[None]]) -> None:
    """Do something nobody waits for; on a full disk it is left undone, and done when due again. A
    workstation that signs nothing any more leaves it undone for good.
    """
    try:
        await work()
    except (DiskFullError, WorkstationHaltedError):
        return
