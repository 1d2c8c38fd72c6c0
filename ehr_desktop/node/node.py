"""The front door of a workstation's node: all that services and screens may ask of it."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Self, TypeVar

from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import HomeDamagedError, HomeMissingError
from ehr_desktop.domain.events import Event
from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Workstation
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.cards.cards import Cards
from ehr_desktop.node.cards.exit_pin import ExitPin
from ehr_desktop.node.cards.shown_cards import ShownCards
from ehr_desktop.node.charts import Charts
from ehr_desktop.node.checking import Checking
from ehr_desktop.node.consent.access_log import AccessLogs
from ehr_desktop.node.consent.consent import Consent
from ehr_desktop.node.consent.questions import Questions
from ehr_desktop.node.consent.resealing import Resealing
from ehr_desktop.node.consent.stewards import Stewards
from ehr_desktop.node.consent.upkeep import Upkeep
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.passwords import FLOOR, PasswordParameters, default_parameters
from ehr_desktop.node.crypto.selftest import run_self_test
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.diary import Diary, Wanted
from ehr_desktop.node.drafts import Drafts
from ehr_desktop.node.duties.answering import Answering
from ehr_desktop.node.duties.closing import Closed, Erased
from ehr_desktop.node.duties.duties import Duties
from ehr_desktop.node.duties.lapsing import Lapsing
from ehr_desktop.node.duties.releasing import Releasing
from ehr_desktop.node.emergency.claiming import Claiming
from ehr_desktop.node.emergency.emergency import Emergency, Reviewable
from ehr_desktop.node.erasing import Erasing, OrderedErasure
from ehr_desktop.node.explorer import Explorer
from ehr_desktop.node.founding import Foundation, Founder, found_clinic
from ehr_desktop.node.glance import (
    TOLD_EVERY_S,
    Told,
    forget_told,
    status_of,
    status_on_disk,
)
from ehr_desktop.node.keys.device import SecretStore, is_home, load_device_secret
from ehr_desktop.node.keys.keystore import system_key_store
from ehr_desktop.node.lan.admitting import Admitting
from ehr_desktop.node.lan.joining import LONGEST_WORKSTATION_NAME, Joined, find_doors, join_clinic
from ehr_desktop.node.lan.lan import LanSettings
from ehr_desktop.node.lan.network import Network
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.people import Particulars, People
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.recovery.backup.restoring import Sources, look_at, restore_clinic
from ehr_desktop.node.recovery.backups import Backups, back_up_beside
from ehr_desktop.node.recovery.custodians import Custodians
from ehr_desktop.node.recovery.custody import Custody
from ehr_desktop.node.refusals import Refusals
from ehr_desktop.node.saying_again import SayingAgain
from ehr_desktop.node.store import secrets
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database, migrate, open_database
from ehr_desktop.node.store.lock import HomeLock
from ehr_desktop.node.store.tables import LEDGER_FILE, STEPS
from ehr_desktop.node.store.views.views import Views

__all__ = [
    "FLOOR",
    "LONGEST_WORKSTATION_NAME",
    "Foundation",
    "Founder",
    "Joined",
    "LanSettings",
    "Node",
    "OrderedErasure",
    "Particulars",
    "PasswordParameters",
    "Reviewable",
    "SecretStore",
    "Sources",
    "Views",
    "Wanted",
    "back_up_beside",
    "find_doors",
    "found_clinic",
    "is_home",
    "join_clinic",
    "look_at",
    "restore_clinic",
    "status_of",
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

    def __init__(
        self,
        core: Core,
        lock: HomeLock,
        key_place: str,
        people: People,
        network: Network,
        duties: Duties,
    ) -> None:
        self._core = core
        self._duties = duties
        self.network = network
        self._lock = lock
        self._telling = asyncio.get_running_loop().create_task(self._tell(), name="glance")
        self._key_place = key_place
        self.people = people
        self.charts = Charts(core)
        self.shown_cards = ShownCards(core)
        self.custody = Custody(core)
        self._stewards = Stewards(core)
        self.cards = Cards(core, self.shown_cards, self.custody, self._stewards)
        self.consent = Consent(core, self._stewards, people.names)
        self.access_log = AccessLogs(core, people.names)
        self.questions = Questions(core)
        self.exit_pin = ExitPin(core, people.parameters)
        self.diary = Diary(core)
        self.explorer = Explorer(core)
        self.checking = Checking(core)
        self.custodians = Custodians(core, self.custody, people)
        self.backups = Backups(core)
        self.backups.keep_up()
        self.drafts = Drafts(core)
        self.refusals = Refusals(core)
        self._saying_again = SayingAgain(core, self.charts)
        self.claiming = Claiming(core)
        self.resealing = Resealing(core)
        self.emergency = Emergency(core, people, self.claiming)
        self.erasing = Erasing(core, people)
        self._upkeep = Upkeep(core, self.resealing)
        self.consent.after_rule = self.consent.after_revoke = self._upkeep.at_once
        self.admitting = Admitting(
            core, lambda: network.addresses, network.known_addresses, listen=network.listen
        )
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
        lan: LanSettings | None = None,
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
                core, seed = _open_core(home, database, project, clock)
                network = Network(core, seed, os.urandom(8), lan or LanSettings())
                begun = await core.start()
                people = People(core, parameters or usual_parameters())
                await people.load()
                await network.open(begun)
                duties = Duties(
                    core,
                    (
                        Answering(),
                        Lapsing(),
                        Closed(core.wiped),
                        Erased(core.wiped),
                        Releasing(),
                    ),
                )
                await duties.open()
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(core, lock, device.place, people, network, duties)

    async def close(self) -> None:
        """Say goodbye to the others, forget every key, close every file, and let go of the data
        directory.
        """
        await self.admitting.close_door()
        await self._duties.close()
        await self._stewards.close()
        await self._upkeep.close()
        await self._saying_again.close()
        self.claiming.close()
        self._telling.cancel()
        await asyncio.gather(self._telling, return_exceptions=True)
        await self.network.close()
        await self.people.close()
        await self.backups.close()
        await self._core.close()
        forget_told(self._core.home)
        self._lock.release()

    def require(self, actor: Actor | PatientActor) -> None:
        """Let only somebody who is signed in, or whose card was opened, go on.

        Raises:
            NotSignedInError: the session was locked or has ended.
        """
        self._core.holder(actor)

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

    @property
    def halted(self) -> str:
        """Why this workstation signs nothing any more, as a code; empty if it does."""
        return self._core.pipeline.halted

    async def clinic(self) -> Clinic:
        """Give the clinic as the ledger describes it now."""
        described = self._core.value("clinic")
        if described is None:
            # a workstation that has just joined: the ledger that says it is on its way
            return Clinic("", "UTC", OpeningHours(()), self._core.pipeline.network.hex())
        name, zone, hours = described
        days = tuple(
            (day, time_of_day.fromisoformat(start), time_of_day.fromisoformat(end))
            for day, start, end in hours
        )
        head = self._core.pipeline.head
        return Clinic(name, zone, OpeningHours(days), head.network.hex() if head else "")

    async def workstations(self) -> tuple[Workstation, ...]:
        """Give the paired workstations, in order of joining."""
        return tuple(
            Workstation(DeviceId(device.id.hex()), device.name, device.active)
            for device in self._core.pipeline.devices
        )

    async def status(self) -> NodeStatus:
        """Give this workstation at a glance."""
        told, home = Told.of(await self.network.status(), self._core.clock()), self._core.home
        return await self._core.read(
            lambda connection: status_on_disk(connection, home, self._key_place, told)
        )

    async def _tell(self) -> None:
        """Keep told what only this program knows; a disk that is full is told when it is not."""
        home = self._core.home
        while True:
            told = Told.of(await self.network.status(), self._core.clock())
            with suppress(OSError):
                await asyncio.to_thread(told.write, home)
            await asyncio.sleep(TOLD_EVERY_S)


def _open_core(
    home: Path, database: Database, project: Projector, clock: Clock
) -> tuple[Core, bytes]:
    """Give the core over an open database, and the seed of this workstation's signing key."""
    migrate(database, STEPS)
    with database.reading() as connection:
        network = secrets.secret(connection, "network")
        site_secret = secrets.secret(connection, "site-secret")
        seed = secrets.secret(connection, "device-signing-seed")
        genesis = secrets.secret(connection, "genesis")
    if network is None or site_secret is None or seed is None:
        raise HomeDamagedError(LEDGER_FILE)
    try:
        files = ContainerFiles(home / "containers")
        pipeline = Pipeline(
            database, network, SigningKey(seed), clock, files=files, genesis=genesis
        )
    except (CodecError, KeyError) as error:
        raise HomeDamagedError(LEDGER_FILE) from error
    core = Core(
        home, database, pipeline, files, site_secret=site_secret, project=project, clock=clock
    )
    return core, seed
