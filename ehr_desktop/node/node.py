"""The front door of a workstation's node: all that services and screens may ask of it."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Self, TypeVar

from ehr_desktop.domain.errors import HomeDamagedError, HomeMissingError
from ehr_desktop.domain.events import Event
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Workstation
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.charts import Charts
from ehr_desktop.node.checking import Checking
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.passwords import FLOOR, PasswordParameters, default_parameters
from ehr_desktop.node.crypto.selftest import run_self_test
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.diary import Diary, Wanted
from ehr_desktop.node.drafts import Drafts
from ehr_desktop.node.explorer import Explorer
from ehr_desktop.node.founding import Foundation, Founder, found_clinic
from ehr_desktop.node.keys.device import SecretStore, is_home, load_device_secret
from ehr_desktop.node.keys.keystore import system_key_store
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.people import Particulars, People
from ehr_desktop.node.pipeline import Pipeline
from ehr_desktop.node.refusals import Refusals
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.engine import Database, migrate, open_database
from ehr_desktop.node.store.lock import HomeLock
from ehr_desktop.node.store.tables import LEDGER_FILE, STEPS
from ehr_desktop.node.store.views.views import Views

__all__ = [
    "FLOOR",
    "Foundation",
    "Founder",
    "Node",
    "Particulars",
    "PasswordParameters",
    "SecretStore",
    "Views",
    "Wanted",
    "found_clinic",
    "is_home",
    "system_clock",
    "system_key_store",
    "usual_parameters",
]

Result = TypeVar("Result")
Clock = Callable[[], int]
"""Gives the time in UTC milliseconds."""


def system_clock() -> int:
    """Give this workstation's time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def usual_parameters() -> PasswordParameters:
    """Give what a password costs on a workstation with this much memory."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        total = 0
    return default_parameters(total)


class Node:
    """One open clinic. Made by `Node.open`, on the node's loop; its coroutines run there too."""

    def __init__(self, core: Core, lock: HomeLock, key_place: str, people: People) -> None:
        self._core = core
        self._lock = lock
        self._key_place = key_place
        self.people = people
        self.charts = Charts(core)
        self.diary = Diary(core)
        self.explorer = Explorer(core)
        self.checking = Checking(core)
        self.drafts = Drafts(core)
        self.refusals = Refusals(core)
        self.view = core.read_view
        """Run a query over a team's view: `await node.view(actor, team, lambda views: ...)`."""

    def now(self) -> datetime:
        """Give this workstation's time, in UTC."""
        return datetime.fromtimestamp(self._core.clock() / 1000, UTC)

    @classmethod
    async def open(
        cls,
        home: Path,
        project: Projector,
        *,
        store: SecretStore | None = None,
        clock: Clock = system_clock,
        parameters: PasswordParameters | None = None,
    ) -> Self:
        """Open the clinic in a data directory, finish what was pending, and hold the directory.

        Raises:
            HomeMissingError: there is no clinic in `home`.
            HomeInUseError: another instance holds it.
            HomeTooNewError: a newer version wrote it.
            HomeDamagedError: a file of it cannot be read.
        """
        run_self_test()
        if not is_home(home):
            raise HomeMissingError(str(home))
        lock = HomeLock(home, datetime.now(UTC))
        try:
            device = load_device_secret(home, store)
            database = open_database(home / LEDGER_FILE, device.database_key(), readers=6)
            try:
                core = _open_core(home, database, project, clock)
                await core.start()
                people = People(core, parameters or usual_parameters())
                await people.load()
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(core, lock, device.place, people)

    async def close(self) -> None:
        """Forget every key, close every file, and let go of the data directory."""
        await self._core.close()
        self._lock.release()

    def require(self, actor: Actor) -> None:
        """Let only somebody who is signed in go on.

        Raises:
            NotSignedInError: the session was locked or has ended.
        """
        self._core.session(actor)

    @staticmethod
    def new_id() -> str:
        """Give a random id of 32 hexadecimal characters."""
        return os.urandom(16).hex()

    @staticmethod
    async def off_loop(work: Callable[[], Result]) -> Result:
        """Run something slow on a thread of its own, off the node's loop."""
        return await asyncio.to_thread(work)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Tell `listener` every event from now on, on the node's loop."""
        self._core.listeners.append(listener)

    async def clinic(self) -> Clinic:
        """Give the clinic as the ledger describes it now."""
        name, zone, hours = self._core.value("clinic")
        days = tuple(
            (day, time_of_day.fromisoformat(start), time_of_day.fromisoformat(end))
            for day, start, end in hours
        )
        head = self._core.pipeline.head
        return Clinic(name, zone, OpeningHours(days), head.network.hex() if head else "")

    async def workstations(self) -> tuple[Workstation, ...]:
        """Give the paired workstations."""
        pipeline = self._core.pipeline
        return (Workstation(DeviceId(pipeline.device.hex()), await self.explorer.device_name()),)

    async def status(self) -> NodeStatus:
        """Give this workstation at a glance."""
        pipeline = self._core.pipeline
        counts = await self._core.read(transactions.counts)
        stored = await self._core.read(containers.count)
        last = await self.checking.last()
        clinic = await self.clinic()
        return NodeStatus(
            clinic=clinic.name,
            network=clinic.network,
            device=DeviceId(pipeline.device.hex()),
            height=pipeline.head.height if pipeline.head else 0,
            final=counts[0],
            pending=counts[1],
            refused=counts[2],
            peers=(),
            validators=len(pipeline.validators.members),
            quorum=pipeline.validators.quorum,
            containers=stored,
            key_store=self._key_place,
            last_check=last.started if last else None,
            last_check_faults=len(last.faults) if last else None,
        )


def _open_core(home: Path, database: Database, project: Projector, clock: Clock) -> Core:
    migrate(database, STEPS)
    with database.reading() as connection:
        network = secrets.secret(connection, "network")
        site_secret = secrets.secret(connection, "site-secret")
        seed = secrets.secret(connection, "device-signing-seed")
    if network is None or site_secret is None or seed is None:
        raise HomeDamagedError(LEDGER_FILE)
    try:
        pipeline = Pipeline(database, network, SigningKey(seed), clock)
    except (CodecError, KeyError) as error:
        raise HomeDamagedError(LEDGER_FILE) from error
    return Core(home, database, pipeline, site_secret=site_secret, project=project, clock=clock)
