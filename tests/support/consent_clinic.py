"""A clinic on paper whose patients decide: four workstations, staff, cards, keys and grants.

Signatures are named, not made: the contracts only ask which keys signed, and whether signatures
hold was settled before. So thousands of statements run in a second.
"""

from dataclasses import dataclass, field, replace
from functools import cache

from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.consent_basis import recipients
from ehr_desktop.node.contracts.consent_state import team_id
from ehr_desktop.node.contracts.consent_statements import (
    ConfirmCard,
    Delegate,
    GrantAccess,
    NameGuardian,
    RejectCard,
    RequestAccess,
    SetRule,
    TakeCard,
)
from ehr_desktop.node.contracts.custody_statements import DealShares, SetCustody
from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.rounds import ROUND_BITS
from ehr_desktop.node.contracts.signers import SAID_BY_PATIENTS
from ehr_desktop.node.contracts.state import State, key
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    SAID_BY_DEVICES,
    BookAppointment,
    CommitRecords,
    EnrolMember,
    OpenEpochs,
    RegisterPatient,
    Statement,
)
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import Value, encode
from ehr_desktop.node.ledger.transaction import (
    NO_PREVIOUS,
    ContainerRef,
    Payload,
    Signature,
    Transaction,
    _write_payload,
)
from ehr_desktop.node.ledger.validators import quorum_of
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    NETWORK,
    NOW,
    NURSE,
    VAULT,
    Device,
    Person,
    founding,
    seeded,
)
from tests.support.paper_network import enrolment

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SURGEON, CLERK, LEFT = Person("surgeon"), Person("clerk"), Person("left")
STAFF = (ADMIN, DOCTOR, NURSE, DESK, SURGEON, CLERK)
PCS = tuple(Device(f"PC {number}") for number in range(1, 5))
CUSTODIANS = Person("custodians")


@dataclass
class Patient:
    """A patient with the consent key of a card, and the card's own, if there is one."""

    name: str
    id: bytes = b""
    key: SigningKey = field(init=False)
    card: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.id = seeded(self.name)
        self.key = SigningKey(seeded(f"card of {self.name}", 32))
        self.card = SigningKey(seeded(f"what {self.name}'s card bears", 32))


ANNA, BEN, CLARA, DORA = (Patient(name) for name in ("anna", "ben", "clara", "dora"))
PATIENTS = (ANNA, BEN, CLARA, DORA)
"""Anna has a card; Ben has none; Clara has one, speaks for Anna, and decides for her child Dora."""

KEPT = ("general", "notes")
FIRST = 1 << ROUND_BITS
SECOND = 2 << ROUND_BITS
TEAM = team_id(Team.CLINICAL)
READ_KEY = b"R" * 1216


def read_key(patient: Patient, generation: int = 1) -> bytes:
    return BoxKey(seeded(f"read key of {patient.name} {generation}", 32)).public


def new_key(name: str) -> SigningKey:
    return SigningKey(seeded(f"new key {name}", 32))


def guards(*pcs: Device, what: str = "share") -> tuple[tuple[bytes, int, bytes], ...]:
    """A share for each workstation, at places from 1."""
    return tuple(
        (pc.id, place, seeded(f"{what} {pc.name}", 32)) for place, pc in enumerate(pcs or PCS, 1)
    )


def taking(patient: Patient, grant: str = "", categories: tuple = (), **changes) -> TakeCard:
    whole = TakeCard(
        patient.id, patient.key.public, read_key(patient), patient.card.public, 1,
        quorum_of(len(PCS)), guards(), seeded(grant) if grant else b"", categories,
    )  # fmt: skip
    return replace(whole, **changes)


def confirming(patient: Patient, guardian: Patient | None = None, **changes) -> ConfirmCard:
    whole = ConfirmCard(patient.id, (guardian or patient).id, 1)
    return replace(whole, **changes)


def rejecting(patient: Patient, guardian: Patient | None = None, **changes) -> RejectCard:
    return replace(RejectCard(patient.id, (guardian or patient).id, 1), **changes)


def asking(name: str, patient: Patient = ANNA, **changes) -> RequestAccess:
    whole = RequestAccess(
        seeded(name), patient.id, ("notes", "labs"), "treatment", NOW, NOW + 30 * DAY, NOW + DAY
    )
    return replace(whole, **changes)


def granting(name: str, patient: Patient = ANNA, **changes) -> GrantAccess:
    whole = GrantAccess(
        seeded(name), patient.id, b"", "person", DOCTOR.id, ("notes",), "treatment", NOW, 0, 0, 0
    )
    return replace(whole, **changes)


def ruling(name: str, patient: Patient = ANNA, **changes) -> SetRule:
    whole = SetRule(seeded(name), patient.id, "appointment-day", ("labs",), 0)
    return replace(whole, **changes)


def dealing(category: str, epoch: int = FIRST, patient: Patient = ANNA, **changes) -> DealShares:
    row = (category, epoch, seeded("sealed", 32), quorum_of(len(PCS)), guards())
    return replace(DealShares(patient.id, (row,)), **changes)


def writing(record: str, patient: Patient = ANNA, version: int = 1, category: str = "notes",
            epoch: int = FIRST) -> CommitRecords:  # fmt: skip
    return CommitRecords(patient.id, ((seeded(record), version, category, epoch),), "form")


class ConsentClinic:
    """What several workstations say, run one at a time."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.feeds: dict[bytes, tuple[int, bytes]] = {}
        self.height = 0
        self.now_ms = NOW
        self.said: list[tuple[Transaction, int]] = []
        self.written: frozenset[bytes] = frozenset()

    def copy(self) -> "ConsentClinic":
        other = ConsentClinic()
        other.values, other.feeds, other.said = dict(self.values), dict(self.feeds), [*self.said]
        other.height, other.now_ms = self.height, self.now_ms
        return other

    def say(
        self,
        statement: Statement,
        by: Person | Patient | None = None,
        containers: int = 0,
        *,
        pc: Device = PCS[0],
        keys: tuple[SigningKey, ...] = (),
        **changes,
    ) -> Verdict:
        """Say it at a workstation; `by` signs, and so do `keys` besides."""
        signers = (pc.key, *((by.key,) if by else ()), *keys)
        return self.run(
            self.signed(statement, by.id if by else NOBODY, pc, signers, containers, **changes)
        )

    def accept(self, *args, **kwargs) -> Transaction:
        """Say what is accepted; give the transaction."""
        verdict = self.say(*args, **kwargs)
        assert verdict.accepted, verdict
        return self.said[-1][0]

    def give_card(self, patient: Patient, grant: str = "", categories: tuple = ()) -> None:
        """The desk makes a card, and a doctor confirms it."""
        self.accept(taking(patient, grant, categories), DESK, 1, keys=(patient.key,))
        self.accept(confirming(patient), DOCTOR)

    def refuse(self, *args, **kwargs) -> str:
        """Say what is refused and leaves nothing in the state but its place in the feed."""
        verdict = self.say(*args, **kwargs)
        assert not verdict.accepted, "it was accepted"
        assert self.written <= {key("feed", pc.id) for pc in PCS}, "it left something"
        return verdict.rule

    def signed(
        self, statement: Statement, person: bytes, pc: Device, signers: tuple[SigningKey, ...],
        containers: int = 0, **changes,
    ) -> Transaction:  # fmt: skip
        sequence, previous = self.feeds.get(pc.id, (0, NO_PREVIOUS))
        names = tuple(
            ContainerRef(seeded(f"container {pc.name} {sequence} {number}", 32), 9)
            for number in range(containers)
        )
        payload = Payload(
            NETWORK, statement.KIND, pc.id, person, sequence + 1, previous, 0, self.now_ms,
            statement.body(), names,
        )  # fmt: skip
        return unsigned(replace(payload, **changes), signers)

    def run(self, transaction: Transaction) -> Verdict:
        """Run a transaction, and keep what it wrote."""
        state = State(self.values.get)
        verdict = execute(transaction, state, self.height, self.now_ms)
        self.written = frozenset(
            place for place, value in state.changes.items() if self.values.get(place) != value
        )
        for place, value in state.changes.items():
            if value is None:
                self.values.pop(place, None)
            else:
                self.values[place] = value
        feed = self.get("feed", transaction.payload.device)
        if feed is not None:
            self.feeds[transaction.payload.device] = feed[0], feed[1]
        self.height += 1
        self.said.append((transaction, self.now_ms))
        return verdict

    def get(self, *parts) -> Value:
        return State(self.values.get).get(*parts)

    def epochs(self, patient: Patient, category: str, epoch: int = FIRST) -> OpenEpochs:
        """New keys for exactly those who may read."""
        from ehr_desktop.domain.categories import Category

        teams, readers = recipients(self.get, patient.id, Category(category), self.now_ms)
        row = (
            category, epoch, seeded(f"key {patient.name} {category} {epoch}", 32),
            tuple((str(team), self.get("team", team)[0], seeded(f"box {team}", 32))
                  for team in sorted(teams)),
            tuple((name, seeded("box", 32)) for name in sorted(readers)),
        )  # fmt: skip
        return OpenEpochs(patient.id, (row,))


def unsigned(payload: Payload, signers: tuple[SigningKey, ...]) -> Transaction:
    """A transaction that names its signers; their signatures are blank."""
    publics = sorted({signer.public for signer in signers})
    blank = tuple(Signature(public, bytes(64)) for public in publics)
    return Transaction(payload, encode(_write_payload(payload)), blank)


@cache
def _founded() -> ConsentClinic:
    clinic = ConsentClinic()
    clinic.accept(founding(PCS[0]), ADMIN, 1)
    for pc in PCS[1:]:
        clinic.accept(enrolment(pc, PCS[0]), ADMIN)
    for person, role in (
        (DOCTOR, Role.DOCTOR), (NURSE, Role.NURSE), (DESK, Role.RECEPTIONIST),
        (SURGEON, Role.DOCTOR), (CLERK, Role.ADMINISTRATOR),
    ):  # fmt: skip
        clinic.accept(EnrolMember(person.id, str(role), person.key.public, BOX), ADMIN, 1)
    for patient in PATIENTS:
        clinic.accept(RegisterPatient(patient.id, VAULT), DESK)
    for category in ("emergency", "notes", "labs", "demographics", "appointments"):
        for patient in (ANNA, BEN):
            clinic.accept(clinic.epochs(patient, category), DOCTOR)
    clinic.accept(writing("anna's note"), DOCTOR, 1)
    clinic.accept(writing("ben's note", BEN), DOCTOR, 1)
    midnight = NOW - NOW % DAY
    clinic.accept(
        BookAppointment(
            seeded("visit"), DOCTOR.id, ANNA.id, midnight + 10 * HOUR, 30, "2027-01-15T10:00",
            "Etc/UTC", "", FIRST,
        ),
        DESK, 1,
    )  # fmt: skip
    clinic.give_card(ANNA, "kept", KEPT)
    clinic.give_card(CLARA)
    clinic.accept(Delegate(seeded("delegation"), ANNA.id, CLARA.id, NOW + 90 * DAY), ANNA)
    guardian = NameGuardian(
        seeded("guardian"), DORA.id, CLARA.id, NOW + 900 * DAY, seeded("dora's"), KEPT
    )
    clinic.accept(guardian, NURSE, keys=(CLARA.key,))
    clinic.accept(SetCustody(1, CUSTODIANS.key.public, BOX, 2, 3), ADMIN)
    clinic.accept(asking("asked"), SURGEON)
    clinic.accept(
        granting("given", grantee=DOCTOR.id, categories=("notes", "labs"), until_ms=NOW + 60 * DAY,
                 reshare=1),
        ANNA,
    )  # fmt: skip
    clinic.accept(ruling("rule"), ANNA)
    for category in ("emergency", "labs"):
        clinic.accept(clinic.epochs(ANNA, category, SECOND), ANNA)
        clinic.accept(dealing(category, SECOND), ANNA)
    return clinic


def consent_clinic() -> ConsentClinic:
    """Anna shares notes and general with the team, notes and labs with the doctor until a date, and
    labs with whom she has an appointment with that day, which is the doctor. The surgeon has asked
    for notes and labs. Her emergency set and labs are shared out.
    """
    return _founded().copy()


def said_by(kind: str) -> str:
    """Who says it: `device`, `patient` or `member`."""
    if kind in SAID_BY_DEVICES:
        return "device"
    return "patient" if kind in SAID_BY_PATIENTS else "member"


def recomputed(clinic: ConsentClinic) -> dict[bytes, bytes]:
    """The state that the same transactions give from the beginning, somewhere else."""
    state = State({}.get)
    for height, (transaction, now_ms) in enumerate(clinic.said):
        execute(Transaction.decode(transaction.wire), state, height, now_ms)
    return {place: value for place, value in state.changes.items() if value is not None}
