"""Several workstations' pipelines on real databases, with the wires between them in a test's hand.

Nothing is lost or reordered unless the test cuts the wires; a turn's messages go out only after
it has committed, as in the program. Timers fire when the test says so.
"""

import asyncio
import os
from collections import deque
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Clinic, OpeningHours, Role
from ehr_desktop.node.consensus.events import MessageReceived, PeerConnected
from ehr_desktop.node.consensus.work import mine
from ehr_desktop.node.contracts.acceptance import accept_enrolment
from ehr_desktop.node.contracts.statements import (
    EnrolDevice,
    EnrolMember,
    RegisterPatient,
    Statement,
)
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.sign import SigningKey, generate_seed
from ehr_desktop.node.keys.accounts import PersonKeys, new_person_keys
from ehr_desktop.node.keys.device import load_device_secret
from ehr_desktop.node.keys.new_home import NewHome
from ehr_desktop.node.keys.records import vault_commitment
from ehr_desktop.node.lan.saying import from_wire, to_wire
from ehr_desktop.node.ledger.transaction import device_id_of
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import secrets, transactions
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.engine import Database, open_database
from ehr_desktop.node.sync.effects import Told
from ehr_desktop.services.founding import found
from ehr_desktop.services.values import Founding
from tests.support.one_pc import ZONE, OnePc, account, opened

START_MS = 1_790_000_000_000


@dataclass
class Workstation:
    """One pipeline, its database, and what it has told nobody yet."""

    name: str
    database: Database
    pipeline: Pipeline
    timers: dict = field(default_factory=dict)
    mining: object = None
    told: list = field(default_factory=list)

    @property
    def id(self) -> bytes:
        return self.pipeline.device

    @property
    def height(self) -> int:
        return self.pipeline.standing.height


class SeveralPipelines:
    """A clinic of `count` workstations that are all linked, with its administrator's keys."""

    def __init__(
        self, folder: Path, count: int, mode: ProposerMode = ProposerMode.AUTHORITY
    ) -> None:
        self.folder = folder
        self.now = START_MS
        self.queue: deque[tuple[bytes, bytes, object]] = deque()
        self.cuts: set[frozenset[bytes]] = set()
        self.by_id: dict[bytes, Workstation] = {}
        self._found(mode)
        for number in range(2, count + 1):
            self.join(f"Room {number}")

    # --- making ------------------------------------------------------------------------------

    def _found(self, mode: ProposerMode) -> None:
        home = self.folder / "PC 1"
        founding = Founding(
            Clinic("Clinic", ZONE, OpeningHours()),
            account("admin", "Ada Admin", Role.ADMINISTRATOR),
            "PC 1",
            proposers=mode,
        )

        async def make() -> tuple[bytes, PersonKeys]:
            await found(home, founding, parameters=_floor())
            async with opened(home, "admin") as pc:
                return _administrator(pc)

        self.admin, self.keys = asyncio.run(make())
        self.open("PC 1")

    def join(self, name: str) -> Workstation:
        """Let one more workstation in, and wait until all agree on it."""
        first = next(iter(self.by_id.values()))
        seeds = generate_seed(), generate_box_seed()
        key, box = SigningKey(seeds[0]), BoxKey(seeds[1])
        self.make_home(name, seeds, first)
        acceptance = accept_enrolment(
            key, box.public, network=first.pipeline.network, author=first.id,
            administrator=self.admin,
        )  # fmt: skip
        statement = EnrolDevice(device_id_of(key.public), key.public, box.public, name, acceptance)
        self.say(first, statement)
        self.settle()
        workstation = self.open(name)
        self.catch_up(workstation)
        return workstation

    def make_home(self, name: str, seeds: tuple[bytes, bytes], first: Workstation) -> None:
        """Write what a workstation knows before it has a ledger."""
        with first.database.reading() as connection:
            site = secrets.secret(connection, "site-secret")
            genesis = connection.exec_driver_sql("SELECT id FROM blocks WHERE height = 0").scalar()
        unfinished = NewHome(self.folder / name, None)
        with unfinished.database.writing() as connection:
            for label, secret in (
                ("network", first.pipeline.network), ("genesis", genesis), ("site-secret", site),
                ("device-signing-seed", seeds[0]), ("device-box-seed", seeds[1]),
            ):  # fmt: skip
                secrets.put_secret(connection, label, secret)
        unfinished.keep()

    def open(self, name: str) -> Workstation:
        """Start a workstation from its disk, and link it to all others."""
        home = self.folder / name
        database = open_database(
            home / "ledger.db", load_device_secret(home, None).database_key(), readers=2
        )
        with database.reading() as connection:
            network, seed, genesis = (
                secrets.secret(connection, label)
                for label in ("network", "device-signing-seed", "genesis")
            )
        pipeline = Pipeline(
            database, network, SigningKey(seed), lambda: self.now,
            files=ContainerFiles(home / "containers"), genesis=genesis,
        )  # fmt: skip
        workstation = self.by_id[pipeline.device] = Workstation(name, database, pipeline)
        self.take(workstation, pipeline.order())
        for other in list(self.by_id.values()):
            if other is not workstation:
                self.link(workstation, other)
        return workstation

    def close(self, workstation: Workstation) -> None:
        """Stop a workstation as a power cut does: what it has not stored is gone."""
        del self.by_id[workstation.id]
        for other in self.by_id.values():
            self._unlink(other, workstation.id)
        self.queue = deque(m for m in self.queue if workstation.id not in m[:2])
        workstation.database.close()

    def close_all(self) -> None:
        """Stop every workstation."""
        for workstation in list(self.by_id.values()):
            self.close(workstation)

    # --- wires -------------------------------------------------------------------------------

    def link(self, one: Workstation, other: Workstation) -> None:
        """Let two workstations greet each other."""
        for here, there in ((one, other), (other, one)):
            standing = there.pipeline.standing
            name = there.id

            def greet(pipeline, name=name, standing=standing):
                pipeline.tell_sync(
                    lambda sync: sync.linked(name, max(standing.height, 0), standing.feeds)
                )
                pipeline.tell(PeerConnected(name))

            self.run(here, greet)

    def _unlink(self, workstation: Workstation, gone: bytes) -> None:
        self.run(workstation, lambda p: p.tell_sync(lambda sync: sync.unlinked(gone)))

    def cut(self, *sides: set[str]) -> None:
        """Let only workstations of one side hear each other, by name."""
        side_of = {w.id: n for w in self.by_id.values() for n, s in enumerate(sides) if w.name in s}
        pairs = [(a, b) for a in side_of for b in side_of if a < b and side_of[a] != side_of[b]]
        self.cuts = {frozenset(pair) for pair in pairs}
        for a, b in pairs:
            self._unlink(self.by_id[a], b)
            self._unlink(self.by_id[b], a)

    def heal(self) -> None:
        """Let everybody hear everybody again, those who joined first before others."""
        cuts, self.cuts = self.cuts, set()
        for a, b in combinations(self.by_id, 2):
            if frozenset((a, b)) in cuts:
                self.link(self.by_id[a], self.by_id[b])

    def run(self, workstation: Workstation, *steps) -> Turn:
        """Run one turn and put what it tells on the wires."""
        turn = workstation.pipeline.run(steps)
        self.take(workstation, turn)
        return turn

    def take(self, workstation: Workstation, turn: Turn) -> None:
        """Carry out what a committed turn left to do."""
        told = [(peer, to_wire(message)) for peer, message in turn.ballots]
        told += [(e.peer, e.message) for e in turn.effects if isinstance(e, Told)]
        for peer, message in told:
            workstation.told.append(message)
            for other in [peer] if peer is not None else list(self.by_id):
                if other != workstation.id:
                    self.queue.append((workstation.id, other, message))
        for timer, order in turn.timers.items():
            workstation.timers.pop(timer, None)
            if order.delay_ms is not None:
                workstation.timers[timer] = self.now + order.delay_ms, order
        if turn.mining_changed:
            workstation.mining = turn.mining

    def deliver(self, most: int = 100_000) -> None:
        """Deliver what is on the wires until they are silent."""
        while self.queue and most:
            most -= 1
            sender, receiver, message = self.queue.popleft()
            workstation = self.by_id.get(receiver)
            if workstation is None or frozenset((sender, receiver)) in self.cuts:
                continue
            agreed = from_wire(message)
            if agreed is not None:
                event = MessageReceived(sender, agreed)
                self.run(workstation, lambda p, event=event: p.tell(event))
            else:
                self.run(
                    workstation,
                    lambda p, m=message, s=sender: p.tell_sync(lambda sync: sync.received(s, m)),
                )

    def settle(self, rounds: int = 12) -> None:
        """Deliver everything and let timers run out, until nothing waits any more."""
        self.deliver()
        for _ in range(rounds):
            if not any(w.pipeline.pending_count for w in self.by_id.values()) and self.is_level:
                return
            self.pass_time()

    def pass_time(self) -> None:
        """Let a second pass, timers run out, and whoever mines find a proof."""
        self.now += 1_000
        for workstation in list(self.by_id.values()):
            for timer, (due, order) in list(workstation.timers.items()):
                if due <= self.now:
                    workstation.timers.pop(timer, None)
                    self.run(workstation, lambda p, t=timer, o=order: p.fire(t, o.number))
            self.run(workstation, lambda p: p.tell_sync(lambda sync: sync.tick(self.now)))
            if workstation.mining is not None:
                mining, workstation.mining = workstation.mining, None
                found = mine(mining.header.encode(), mining.target, 0, 1 << 26)
                self.run(workstation, lambda p, m=mining, f=found: p.mined(m, f.nonce))
                # somebody is first: the others hear of it before they find one of their own
                self.deliver()
        self.deliver()

    @property
    def is_level(self) -> bool:
        """Whether all workstations stand on the same block."""
        return len({w.pipeline.chain.head_id for w in self.by_id.values()}) == 1

    def catch_up(self, workstation: Workstation) -> None:
        """Wait until a workstation has what the others have."""
        for _ in range(20):
            self.deliver()
            if self.is_level:
                return
            self.pass_time()
        raise AssertionError(f"{workstation.name} does not catch up")

    # --- speaking ----------------------------------------------------------------------------

    def unsigned(self, statement: Statement, keys: PersonKeys | None = None, person: bytes = b""):
        """A statement of the administrator's, or of somebody else's."""
        signing = (keys or self.keys).signing
        return Unsigned(
            statement, person or self.admin, signing, getattr(statement, "patient", b"")
        )

    def say(self, workstation: Workstation, *statements: Statement) -> Turn:
        """Have the administrator say something at a workstation."""
        return self.write(workstation, *(self.unsigned(s) for s in statements))

    def write(self, workstation: Workstation, *unsigned: Unsigned) -> Turn:
        """Sign and store statements at a workstation, and tell the others."""
        turn = workstation.pipeline.write(unsigned)
        self.take(workstation, turn)
        return turn

    def registers(self, workstation: Workstation) -> bytes:
        """Register somebody at a workstation; gives the pseudonym."""
        patient, key = os.urandom(16), os.urandom(32)
        statement = RegisterPatient(patient, vault_commitment(patient, key))
        self.write(
            workstation,
            Unsigned(statement, self.admin, self.keys.signing, patient, vault_key=key),
        )
        return patient

    def enrols(self, role: Role) -> tuple[bytes, PersonKeys]:
        """Give somebody an account; its container says nothing here."""
        person, keys = os.urandom(16), new_person_keys()
        statement = EnrolMember(person, str(role), keys.signing.public, keys.box.public)
        container = StoredContainer(
            os.urandom(32), b"", person, 0, b"header", b"salt", b"", b"", 6, b"sealed"
        )
        first = next(iter(self.by_id.values()))
        self.write(
            first,
            Unsigned(statement, self.admin, self.keys.signing, person, containers=(container,)),
        )
        self.settle()
        return person, keys

    def __getitem__(self, number: int) -> Workstation:
        """A workstation by its number, from 1, in order of joining."""
        name = "PC 1" if number == 1 else f"Room {number}"
        return next(w for w in self.by_id.values() if w.name == name)


def order_of(workstation) -> list[tuple[bytes, str]]:
    """Every final transaction with what became of it, in ledger order."""
    with workstation.database.reading() as connection:
        rows = transactions.final_from(connection, 0, 10_000)
    return [(row.id, row.rule) for row in rows]


def assert_one_ledger(clinic) -> None:
    """All stand on one block, with the same order, outcomes and state."""
    ledgers = [order_of(w) for w in clinic.by_id.values()]
    assert all(ledger == ledgers[0] for ledger in ledgers)
    assert len({w.pipeline.state_root for w in clinic.by_id.values()}) == 1
    assert clinic.is_level


def _administrator(pc: OnePc) -> tuple[bytes, PersonKeys]:
    session = pc.session("admin")
    return session.person, session.keys


def _floor():
    from ehr_desktop.node.node import FLOOR

    return FLOOR
