"""A whole clinic in memory, with the front door screens use (`ui/clinic_port.py`).

Honest where screens depend on it: appointments collide, notes are amended, keys are missing after
a lock, a receptionist opens no chart, and a check finds the faults it was told to find.
"""

from collections.abc import Callable
from datetime import datetime

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import CheckFinished, Event
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import (
    BlockSummary,
    CheckReport,
    Fault,
    InclusionProof,
    TransactionState,
    TransactionSummary,
)
from ehr_desktop.domain.people import Actor, Staff
from tests.support.memory_appointments import MemoryAppointments
from tests.support.memory_cards import MemoryCards
from tests.support.memory_charts import MemoryCharts, MemoryExports, MemoryImports
from tests.support.memory_desk import (
    MemoryDrafts,
    MemoryPatients,
    MemoryPeople,
    MemorySession,
)
from tests.support.memory_emergency import MemoryEmergency
from tests.support.memory_erasing import MemoryErasing
from tests.support.memory_network import MemoryNetwork
from tests.support.memory_recovery import MemoryRecovery
from tests.support.memory_refusals import MemoryRefusals
from tests.support.memory_sharing import MemorySharing
from tests.support.memory_world import NOON, World, fill, made_hash


class MemoryLedger:
    def __init__(self, world: World) -> None:
        self._world = world

    async def blocks(
        self, actor: Actor, *, before: int | None = None, limit: int = 100
    ) -> tuple[BlockSummary, ...]:
        self._world.require(actor)
        older = [b for b in self._world.blocks if before is None or b.height < before]
        return tuple(reversed(older))[:limit]

    async def transactions(
        self,
        actor: Actor,
        *,
        height: int | None = None,
        before: int | None = None,
        limit: int = 100,
        refused_only: bool = False,
    ) -> tuple[TransactionSummary, ...]:
        self._world.require(actor)
        wanted = [
            t
            for t in self._world.transactions
            if (height is None or t.height == height)
            and (before is None or (t.index or 0) < before)
            and (not refused_only or t.state is TransactionState.REFUSED)
        ]
        return tuple(reversed(wanted))[:limit]

    async def proof(self, actor: Actor, transaction: TransactionId) -> InclusionProof:
        self._world.require(actor)
        found = next((t for t in self._world.transactions if t.id == transaction), None)
        if found is None or found.height is None or found.index is None:
            raise NotFoundError(transaction)
        block = self._world.blocks[found.height - 1]
        path = tuple(made_hash(f"path {level}") for level in range(block.tree_size.bit_length()))
        return InclusionProof(
            transaction=transaction,
            leaf=made_hash(f"leaf {transaction}"),
            index=found.index,
            tree_size=block.tree_size,
            path=path,
            root=block.merkle_root,
            block=block.id,
            height=block.height,
            holds=True,
        )


class MemoryIntegrity:
    """Finds what stands in `faults`; steps through the blocks so that a cancel is noticed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: CheckReport | None = None
        self.faults: tuple[Fault, ...] = ()

    async def check(
        self,
        actor: Actor | None,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> CheckReport:
        world = self._world
        total = len(world.blocks)
        done = 0
        while done < total and not cancelled():
            done += 1
            progress(done, total)
        self._last = CheckReport(
            faults=self.faults,
            blocks=done,
            transactions=done,
            signatures=2 * done,
            containers=sum(t.containers for t in world.transactions[:done]),
            records=done,
            started=world.now(),
            seconds=0.4,
            complete=done == total,
            views_checked=actor is not None,
        )
        world.publish(CheckFinished(len(self.faults)))
        return self._last

    async def last(self) -> CheckReport | None:
        return self._last


class MemoryClinic:
    """The clinic. `world` is open for tests to look into; `hear` receives every event."""

    def __init__(self, now: Callable[[], datetime] = lambda: NOON) -> None:
        self.world = World(now)
        fill(self.world)
        self.session = MemorySession(self.world)
        self.people = MemoryPeople(self.world)
        self.network = MemoryNetwork(self.world)
        self.patients = MemoryPatients(self.world)
        self.charts = MemoryCharts(self.world)
        self.appointments = MemoryAppointments(self.world)
        self.refusals = MemoryRefusals(self.world, self.appointments)
        self.ledger = MemoryLedger(self.world)
        self.integrity = MemoryIntegrity(self.world)
        self.imports = MemoryImports(self.world)
        self.exports = MemoryExports(self.world)
        self.drafts = MemoryDrafts(self.world)
        self.recovery = MemoryRecovery(self.world)
        self.cards = MemoryCards(self.world)
        self.sharing = MemorySharing(self.world)
        self.emergency = MemoryEmergency(self.world, self.charts)
        self.erasing = MemoryErasing(self.world)

    def hear(self, listener: Callable[[Event], object]) -> None:
        """Send every event to `listener`, on the thread it happens on (`bridge.node_event.emit`)."""
        self.world.publish = listener

    def staff(self, account_name: str) -> Staff:
        """Give a member of staff by account name."""
        return next(s for s in self.world.staff.values() if s.account_name == account_name)

    def actor(self, account_name: str) -> Actor:
        """Sign somebody in without asking for the password."""
        staff = self.staff(account_name)
        session = f"test-{account_name}"
        self.world.unlocked[session] = staff.id
        return Actor(session, staff)
