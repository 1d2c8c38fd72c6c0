"""A real clinic on one PC in a temporary folder: founded and staffed once, copied for each test."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.config import resources_folder
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Role
from ehr_desktop.interchange.fhir.project import project
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.keys.device import load_device_secret
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.node import FLOOR, Node, system_clock
from ehr_desktop.node.store.engine import Database, open_database
from ehr_desktop.services import clinic as clinic_service
from ehr_desktop.services.founding import found
from ehr_desktop.services.values import Founding, NewAccount

ZONE = "Europe/London"
PASSWORDS = {
    "admin": "plum-tiger-otter-violin-admin",
    "lee": "plum-tiger-otter-violin-doctor",
    "nia": "plum-tiger-otter-violin-nurse",
    "rae": "plum-tiger-otter-violin-desk",
}
STAFF = (
    ("lee", "Dr Lee", Role.DOCTOR),
    ("nia", "Nia Nurse", Role.NURSE),
    ("rae", "Rae Reception", Role.RECEPTIONIST),
)
ANNA = Demographics("Smith", "Anna", "1980-05-01")

Work = Callable[["OnePc"], Awaitable[Any]]


@cache
def validator() -> Validator:
    """The table of HL7's definitions, read once."""
    return Validator.load(resources_folder() / "fhir_r4" / "table.json.gz")


def account(name: str, display: str, role: Role) -> NewAccount:
    """What a new account is made from."""
    return NewAccount(name, display, role, PASSWORDS.get(name, f"plum-tiger-otter-violin-{name}"))


@dataclass
class OnePc:
    """An open clinic: its use cases, the node below them, and who is signed in by account name."""

    home: Path
    node: Node
    clinic: clinic_service.Clinic
    actors: dict[str, Actor] = field(default_factory=dict)

    async def sign_in(self, name: str) -> Actor:
        """Sign somebody in, once."""
        if name not in self.actors:
            self.actors[name] = await self.clinic.session.sign_in(name, PASSWORDS[name])
        return self.actors[name]

    async def person(self, name: str) -> PersonId:
        """The id of an account."""
        return next(s.id for s in self.node.people.all() if s.account_name == name)

    def session(self, name: str) -> Session:
        """The keys of somebody signed in."""
        return self.node._core.session(self.actors[name])

    async def check(self, name: str | None = None) -> CheckReport:
        """Run a full check."""
        actor = self.actors[name] if name else None
        return await self.clinic.integrity.check(actor, lambda _d, _t: None, lambda: False)

    async def on_disk(self, query: Callable[[Connection], Any]) -> Any:
        """Read the ledger's database."""
        return await self.node._core.read(query)


@asynccontextmanager
async def opened(
    home: Path, *names: str, clock: Callable[[], int] = system_clock
) -> AsyncIterator[OnePc]:
    """Open the clinic in `home` and sign people in."""
    node = await Node.open(home, project, clock=clock, parameters=FLOOR)
    try:
        pc = OnePc(home, node, clinic_service.Clinic(node, validator()))
        for name in names:
            await pc.sign_in(name)
        yield pc
    finally:
        await node.close()


def story(
    home: Path, *names: str, clock: Callable[[], int] = system_clock
) -> Callable[[Work], Any]:
    """Run a coroutine function at once, with the clinic open: `@story(home, "lee")`."""

    def run(work: Work) -> Any:
        async def whole() -> Any:
            async with opened(home, *names, clock=clock) as pc:
                return await work(pc)

        return asyncio.run(whole())

    return run


async def make_clinic(
    home: Path,
    *,
    staffed: bool = True,
    name: str = "Test clinic",
    proposers: ProposerMode = ProposerMode.AUTHORITY,
) -> None:
    """Found a clinic, and enrol a doctor, a nurse and a receptionist."""
    founding = Founding(
        Clinic(name, ZONE, OpeningHours()),
        account("admin", "Ada Admin", Role.ADMINISTRATOR),
        "PC 1",
        proposers,
    )
    await found(home, founding, parameters=FLOOR)
    if staffed:
        async with opened(home, "admin") as pc:
            for member in STAFF:
                await pc.clinic.people.add(pc.actors["admin"], account(*member))
            # the first clinician to sign in hands the clinical key on
            await pc.sign_in("lee")


@contextmanager
def ledger_of(home: Path) -> Iterator[Database]:
    """Open a closed clinic's ledger as somebody who holds its key would."""
    secret = load_device_secret(home, None)
    database = open_database(home / "ledger.db", secret.database_key())
    try:
        yield database
    finally:
        database.close()


class Homes:
    """Copies of one staffed clinic (`staffed`) and of one just founded (`founded`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        asyncio.run(make_clinic(folder / "staffed"))
        asyncio.run(make_clinic(folder / "founded", staffed=False))

    def staffed(self) -> Path:
        """A clinic with an administrator, a doctor, a nurse and a receptionist."""
        return self.copy(self._folder / "staffed")

    def founded(self) -> Path:
        """A clinic with its administrator only."""
        return self.copy(self._folder / "founded")

    def copy(self, home: Path) -> Path:
        """A copy of any closed clinic."""
        return shutil.copytree(home, self._folder / f"copy-{next(self._numbers)}")
