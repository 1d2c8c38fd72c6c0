"""A clinic that is only contract state: statements signed for real, run one at a time."""

import hashlib
from dataclasses import dataclass, field, replace

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    EnrolMember,
    FoundClinic,
    RegisterPatient,
    Statement,
)
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import Header
from ehr_desktop.node.ledger.state import StateTree
from ehr_desktop.node.ledger.transaction import (
    NO_PREVIOUS,
    ContainerRef,
    Payload,
    Transaction,
    device_id_of,
    sign,
)

NETWORK = b"N" * 32
NOW = 1_800_000_000_000
BOX = b"B" * 1216
VAULT = b"V" * 32


def seeded(name: str, size: int = 16) -> bytes:
    """Bytes that are the same for the same name."""
    return hashlib.shake_256(name.encode()).digest(size)


@dataclass
class Person:
    name: str
    id: bytes = b""
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.id = seeded(f"person {self.name}")
        self.key = SigningKey(seeded(f"key {self.name}", 32))


@dataclass
class Device:
    name: str
    sequence: int = 0
    previous: bytes = NO_PREVIOUS

    def __post_init__(self) -> None:
        self.key = SigningKey(seeded(f"device {self.name}", 32))
        self.id = device_id_of(self.key.public)


ADMIN, DOCTOR, NURSE, DESK = (Person(n) for n in ("admin", "doctor", "nurse", "desk"))


def founding(
    device: Device, person: Person = ADMIN, mode: ProposerMode = ProposerMode.AUTHORITY
) -> FoundClinic:
    """The statement a clinic begins with."""
    return FoundClinic(
        "Test", "Europe/London", ((0, "08:00", "18:00"),), mode,
        device.id, device.key.public, BOX, "PC 1",
        person.id, person.key.public, BOX, BOX, BOX, seeded("directory"), VAULT, (),
    )  # fmt: skip


def header(height: int, epoch: int = 0, time_ms: int = NOW, **changes) -> Header:
    """A header that says no more than where it stands and when."""
    blank = bytes(32)
    whole = Header(
        NETWORK, height, height, epoch, blank, 0, blank, 0, blank, blank, time_ms, bytes(16)
    )
    return replace(whole, **changes)


def registration(patient: bytes) -> RegisterPatient:
    """The statement a patient begins with."""
    return RegisterPatient(patient, VAULT)


class PaperLedger:
    """One device's feed into one contract state; `say` gives the verdict."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.device = Device("PC 1")
        self.height = 0
        self.now_ms = NOW
        self.wires: list[bytes] = []
        self.verdicts: list[Verdict] = []

    def payload(self, statement: Statement, person: Person, containers: int = 0) -> Payload:
        """What the device would sign next."""
        return Payload(
            NETWORK, statement.KIND, self.device.id, person.id, self.device.sequence + 1,
            self.device.previous, 0, self.now_ms, statement.body(),
            tuple(ContainerRef(seeded(f"c{self.device.sequence}.{n}", 32), 9)
                  for n in range(containers)),
        )  # fmt: skip

    def say(self, statement: Statement, person: Person, containers: int = 0, **changes) -> Verdict:
        """Sign as the person says it, with some fields changed, and run it."""
        payload = replace(self.payload(statement, person, containers), **changes)
        return self.run(sign(payload, [self.device.key, person.key]))

    def run(self, transaction: Transaction) -> Verdict:
        """Run a transaction at the next height and keep what it wrote."""
        state = State(self.values.get)
        verdict = execute(transaction, state, self.height, self.now_ms)
        self.keep(state)
        feed = self.get("feed", self.device.id)
        if feed is not None:
            self.device.sequence, self.device.previous = feed
        self.height += 1
        self.wires.append(transaction.wire)
        self.verdicts.append(verdict)
        return verdict

    def keep(self, state: State) -> None:
        """Take over what was written."""
        for key, value in state.changes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value

    def get(self, *parts):
        """A decoded value of the state."""
        return State(self.values.get).get(*parts)

    def without_feed(self) -> dict[bytes, bytes]:
        """The state, but for where each device's feed stands."""
        return {key: value for key, value in self.values.items() if b"dfeed" not in key}

    def root(self) -> bytes:
        """The root over the whole state."""
        return StateTree().update(self.values, lambda _number: {}).root


def staffed() -> PaperLedger:
    """A founded clinic with a doctor, a nurse and a receptionist."""
    ledger = PaperLedger()
    assert ledger.say(founding(ledger.device), ADMIN, 1).accepted
    for person, role in ((DOCTOR, Role.DOCTOR), (NURSE, Role.NURSE), (DESK, Role.RECEPTIONIST)):
        statement = EnrolMember(person.id, str(role), person.key.public, BOX)
        assert ledger.say(statement, ADMIN, 1).accepted
    return ledger
