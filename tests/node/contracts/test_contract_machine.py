"""Random statements, honest and hostile: the rules hold whatever comes, and everywhere the same."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ehr_desktop.domain.people import Role
from ehr_desktop.domain.schedule import FREES_THE_SLOT, AppointmentStatus
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    CommitRecords,
    DeactivateMember,
    EnrolMember,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    ReplaceTeamKey,
)
from ehr_desktop.node.ledger.transaction import Transaction, sign
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    NURSE,
    PaperLedger,
    Person,
    header,
    registration,
    seeded,
    staffed,
)
from tests.support.paper_statements import numbered

PEOPLE = (ADMIN, DOCTOR, NURSE, DESK)
PATIENTS = tuple(seeded(f"patient {n}") for n in range(3))
NAMES = tuple(seeded(f"appointment {n}") for n in range(5))
RECORDS = tuple(seeded(f"record {n}") for n in range(4))
MIDNIGHT = 1_800_000_000_000 - 1_800_000_000_000 % 86_400_000
PLACE = ("2027-01-15T09:00", "Europe/London")

people = st.sampled_from(PEOPLE)
patients = st.sampled_from(PATIENTS)
names = st.sampled_from(NAMES)
providers = st.sampled_from((DOCTOR.id, NURSE.id, DESK.id))
starts = st.integers(-4, 8).map(lambda quarter: MIDNIGHT + quarter * 900_000)
minutes = st.sampled_from((1, 15, 30, 45, 24 * 60))
overrides = st.sampled_from(("", "", "", "staff"))
counts = st.integers(0, 2)
rounds = st.builds(numbered, st.integers(1, 3), st.integers(0, 1))


class Clinic(RuleBasedStateMachine):
    """`say` runs every statement twice over: here, and once more from genesis at the end."""

    @initialize()
    def found(self) -> None:
        self.ledger = staffed()
        self.written: dict[bytes, int] = {}
        self.overridden: set[bytes] = set()
        for patient in PATIENTS[:2]:
            self.say(registration(patient), DESK)
            both = (("clinical", 1, bytes(32)), ("front-desk", 1, bytes(32)))
            self.say(
                OpenEpochs(patient, (("appointments", numbered(1), bytes(32), both, ()),)), DESK
            )

    def say(self, statement, person: Person, containers: int = 0, **changes) -> bool:
        before = self.ledger.without_feed()
        verdict = self.ledger.say(statement, person, containers, **changes)
        if not verdict.accepted:
            assert self.ledger.without_feed() == before
        return verdict.accepted

    @rule(name=names, provider=providers, patient=patients, start=starts, minutes=minutes,
          person=people, override=overrides, epoch=rounds, containers=counts)  # fmt: skip
    def book(self, name, provider, patient, start, minutes, person, override, epoch, containers):
        statement = BookAppointment(
            name, provider, patient, start, minutes, *PLACE, override, epoch
        )
        if self.say(statement, person, containers) and override:
            self.overridden.add(name)

    @rule(name=names, provider=providers, start=starts, minutes=minutes, person=people,
          override=overrides)  # fmt: skip
    def move(self, name, provider, start, minutes, person, override):
        epoch = numbered(1) if override else 0
        statement = MoveAppointment(name, provider, start, minutes, *PLACE, override, epoch)
        if self.say(statement, person, int(bool(override))):
            (self.overridden.add if override else self.overridden.discard)(name)

    @rule(name=names, status=st.sampled_from(AppointmentStatus), person=people)
    def change_status(self, name, status, person):
        current = self.ledger.get("appointment", name)
        freed = current is not None and AppointmentStatus(current[4]) in FREES_THE_SLOT
        if self.say(ChangeAppointmentStatus(name, str(status), 0), person) and freed:
            self.overridden.discard(name)

    @rule(record=st.sampled_from(RECORDS), patient=patients, version=st.integers(1, 4),
          category=st.sampled_from(("notes", "labs", "demographics")), epoch=rounds,
          source=st.sampled_from(("form", "import")), person=people, containers=counts)  # fmt: skip
    def commit(self, record, patient, version, category, epoch, source, person, containers):
        statement = CommitRecords(patient, ((record, version, category, epoch),), source)
        if self.say(statement, person, containers):
            assert version == self.written.get(record, 0) + 1
            self.written[record] = version

    @rule(patient=patients, epoch=rounds, generation=st.integers(1, 3), person=people,
          category=st.sampled_from(("notes", "labs")))  # fmt: skip
    def open_epoch(self, patient, epoch, generation, person, category):
        rows = ((category, epoch, bytes(32), (("clinical", generation, bytes(32)),), ()),)
        self.say(OpenEpochs(patient, rows), person)

    @rule(patient=patients, person=people)
    def register(self, patient, person):
        self.say(registration(patient), person)

    @rule(patient=patients, person=people, category=st.sampled_from(("notes", "demographics")))
    def read(self, patient, person, category):
        accepted = self.say(
            ReadRecords(patient, "open", "treatment", "policy", (category,)), person
        )
        if category == "notes" and person in (ADMIN, DESK):
            assert not accepted

    @rule(person=people, leaver=people)
    def leave(self, person, leaver):
        self.say(DeactivateMember(leaver.id), person)

    @rule(person=people, name=st.integers(0, 3), role=st.sampled_from(Role))
    def enrol(self, person, name, role):
        newcomer = Person(f"newcomer {name}")
        self.say(EnrolMember(newcomer.id, str(role), newcomer.key.public, BOX), person, 1)

    @rule(person=people, generation=st.integers(1, 4))
    def replace_team_key(self, person, generation):
        self.say(ReplaceTeamKey("clinical", generation, BOX, ()), person)

    @rule(person=people, signer=people)
    def forge(self, person, signer):
        payload = self.ledger.payload(registration(seeded("forged")), person)
        if person is not signer:
            verdict = self.ledger.run(sign(payload, [self.ledger.device.key, signer.key]))
            assert verdict.rule in {"signer", "not-a-member"}

    @rule(place=st.integers(0, 1000))
    def replay(self, place):
        wire = self.ledger.wires[place % len(self.ledger.wires)]
        before = dict(self.ledger.values)
        assert self.ledger.run(Transaction.decode(wire)).rule == "sequence"
        assert self.ledger.values == before

    @rule(person=people)
    def say_nonsense(self, person):
        assert not self.say(registration(PATIENTS[0]), person, body=((),))

    @invariant()
    def nobody_is_booked_twice_unless_someone_said_why(self):
        spans = [
            (name, found[0], found[2], found[3])
            for name in NAMES
            if (found := self.ledger.get("appointment", name)) is not None
            and AppointmentStatus(found[4]) not in FREES_THE_SLOT
        ]
        for name, provider, start, end in spans:
            for other, other_provider, other_start, other_end in spans:
                if name < other and provider == other_provider:
                    apart = end <= other_start or other_end <= start
                    assert apart or {name, other} & self.overridden

    @invariant()
    def the_day_book_of_the_state_holds_just_what_is_booked(self):
        days: dict[tuple[bytes, int], list] = {}
        for name in NAMES:
            found = self.ledger.get("appointment", name)
            if found is None or AppointmentStatus(found[4]) in FREES_THE_SLOT:
                continue
            for day in range(found[2] // 86_400_000, (found[3] - 1) // 86_400_000 + 1):
                days.setdefault((found[0], day), []).append((found[2], found[3], name))
        stored = {
            (provider, day): rows
            for provider in (DOCTOR.id, NURSE.id)
            for day in range(MIDNIGHT // 86_400_000 - 2, MIDNIGHT // 86_400_000 + 4)
            if (rows := self.ledger.get("day", provider, day)) is not None
        }
        assert stored == {place: tuple(sorted(rows)) for place, rows in days.items()}

    @invariant()
    def an_administrator_is_left(self):
        assert any(
            member[0] == Role.ADMINISTRATOR and member[3]
            for person in (*PEOPLE, *(Person(f"newcomer {n}") for n in range(4)))
            if (member := self.ledger.get("member", person.id)) is not None
        )

    def teardown(self) -> None:
        """Another workstation runs the same transactions, in blocks, to the same state."""
        if not hasattr(self, "ledger"):
            return
        twin = PaperLedger()
        verdicts = [twin.run(Transaction.decode(wire)) for wire in self.ledger.wires]
        assert verdicts == self.ledger.verdicts
        assert twin.root() == self.ledger.root()


TestClinic = Clinic.TestCase
TestClinic.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


def test_a_block_run_as_a_whole_gives_what_its_transactions_give_one_by_one():
    ledger = staffed()
    for number in range(20):
        patient = PATIENTS[number % 3]
        ledger.say(registration(patient), (DESK, NURSE)[number % 2])
    whole = State({}.get)
    batch = [Transaction.decode(wire) for wire in ledger.wires]
    assert run_block(batch, whole, header(0)) == ledger.verdicts
    written = {key: value for key, value in whole.changes.items() if b"outcomes" not in key}
    assert written.keys() == ledger.values.keys()
