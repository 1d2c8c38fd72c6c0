"""Every rule refuses with its code, and a refusal leaves nothing but its place in the feed."""

from dataclasses import dataclass, replace

import pytest

from ehr_desktop.node.contracts.statements import (
    KINDS,
    BookAppointment,
    ChangeAppointmentStatus,
    ChangeClinic,
    CommitRecords,
    DeactivateMember,
    EnrolMember,
    MoveAppointment,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    ReplaceAccount,
    ReplaceTeamKey,
    Statement,
    WelcomeMembers,
)
from ehr_desktop.node.ledger.transaction import sign
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    NURSE,
    Device,
    PaperLedger,
    Person,
    founding,
    seeded,
    staffed,
)

STRANGER = Person("stranger")
ANNA, BEN = seeded("anna"), seeded("ben")
NINE = 1_800_000_000_000 - 1_800_000_000_000 % 86_400_000 + 9 * 3_600_000
HOUR = 3_600_000
BOTH = (("clinical", 1, seeded("b1", 32)), ("front-desk", 1, seeded("b2", 32)))
CLINICAL = (("clinical", 1, seeded("b3", 32)),)


def epochs(patient: bytes, *rows: tuple) -> OpenEpochs:
    return OpenEpochs(patient, rows)


def row(category: str, epoch: int = 1, boxes: tuple = CLINICAL) -> tuple:
    return category, epoch, seeded(f"{category}{epoch}", 32), boxes


def booking(name: str, start: int = NINE, minutes: int = 60, **changes) -> BookAppointment:
    whole = BookAppointment(
        seeded(name), DOCTOR.id, ANNA, start, minutes, "2027-01-15T09:00", "Europe/London", "", 1
    )
    return replace(whole, **changes)


def moving(name: str, start: int, **changes) -> MoveAppointment:
    whole = MoveAppointment(
        seeded(name), DOCTOR.id, start, 60, "2027-01-15T09:00", "Europe/London", "", 0
    )
    return replace(whole, **changes)


def note(record: str, version: int = 1, category: str = "notes", **changes) -> CommitRecords:
    whole = CommitRecords(ANNA, ((seeded(record), version, category, 1),), "form")
    return replace(whole, **changes)


@pytest.fixture
def clinic() -> PaperLedger:
    """Anna and Ben are registered; Anna has open epochs, a note and two appointments."""
    ledger = staffed()
    for statement, person, containers in (
        (RegisterPatient(ANNA), DESK, 0),
        (RegisterPatient(BEN), DESK, 0),
        (epochs(ANNA, row("appointments", 1, BOTH), row("demographics", 1, BOTH)), DESK, 0),
        (epochs(ANNA, row("notes")), DOCTOR, 0),
        (epochs(BEN, row("notes")), DOCTOR, 0),
        (note("first note"), DOCTOR, 1),
        (booking("nine"), DESK, 1),
        (booking("eleven", NINE + 2 * HOUR), DESK, 1),
    ):
        verdict = ledger.say(statement, person, containers)
        assert verdict.accepted, verdict
    return ledger


@dataclass(frozen=True)
class Case:
    rule: str
    statement: Statement
    person: Person
    containers: int = 0

    def __str__(self) -> str:
        return f"{self.statement.KIND}: {self.rule}"


LOW_ORDER = bytes(32)
NEW = seeded("somebody new")
NEW_KEY = Person("somebody new").key.public
REFUSED = (
    Case("role", ChangeClinic("X", "Europe/London", ()), DESK),
    Case("role", ChangeClinic("X", "Europe/London", ()), DOCTOR),
    Case("already-founded", founding(Device("PC 1")), ADMIN, 1),
    Case("role", EnrolMember(NEW, "doctor", NEW_KEY, BOX), DOCTOR, 1),
    Case("containers", EnrolMember(NEW, "doctor", NEW_KEY, BOX), ADMIN, 0),
    Case("containers", EnrolMember(NEW, "doctor", NEW_KEY, BOX), ADMIN, 2),
    Case("weak-key", EnrolMember(NEW, "doctor", LOW_ORDER, BOX), ADMIN, 1),
    Case("weak-key", EnrolMember(NEW, "doctor", b"\x01" + bytes(31), BOX), ADMIN, 1),
    Case("weak-key", EnrolMember(NEW, "doctor", b"\xff" * 32, BOX), ADMIN, 1),
    Case("already-a-member", EnrolMember(DOCTOR.id, "doctor", NEW_KEY, BOX), ADMIN, 1),
    Case("not-your-account", ReplaceAccount(DOCTOR.id), ADMIN, 1),
    Case("containers", ReplaceAccount(DOCTOR.id), DOCTOR, 0),
    Case("role", DeactivateMember(NURSE.id), DOCTOR),
    Case("unknown-person", DeactivateMember(NEW), ADMIN),
    Case("last-administrator", DeactivateMember(ADMIN.id), ADMIN),
    Case("not-of-the-team", ReplaceTeamKey("clinical", 2, BOX, ()), DESK),
    Case("stale-generation", ReplaceTeamKey("clinical", 1, BOX, ()), DOCTOR),
    Case("stale-generation", ReplaceTeamKey("clinical", 3, BOX, ()), DOCTOR),
    Case("not-of-the-team", WelcomeMembers("clinical", 1, ()), ADMIN),
    Case("not-of-the-team", WelcomeMembers("clinical", 1, ((DESK.id, bytes(32)),)), DOCTOR),
    Case("unknown-person", WelcomeMembers("clinical", 1, ((NEW, bytes(32)),)), DOCTOR),
    Case("stale-generation", WelcomeMembers("clinical", 2, ((NURSE.id, bytes(32)),)), DOCTOR),
    Case("already-registered", RegisterPatient(ANNA), DESK),
    Case("unknown-patient", epochs(NEW, row("notes")), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes", 1)), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes", 3)), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes", 2), row("notes", 2)), DOCTOR),
    Case("policy", epochs(ANNA, row("labs", 1, BOTH)), DOCTOR),
    Case("policy", epochs(ANNA, row("labs", 1, ())), DOCTOR),
    Case("policy", epochs(ANNA, row("billing", 1, CLINICAL)), DOCTOR),
    Case("stale-generation", epochs(ANNA, row("labs", 1, (("clinical", 2, bytes(32)),))), DOCTOR),
    Case("unknown-patient", note("n", patient=NEW), DOCTOR, 1),
    Case("containers", note("n"), DOCTOR, 0),
    Case("containers", note("n"), DOCTOR, 2),
    Case("role", note("n"), DESK, 1),
    Case("role", note("n"), ADMIN, 1),
    Case("role", note("n", source="import"), DESK, 1),
    Case("stale-epoch", note("n", records=((NEW, 1, "notes", 2),)), DOCTOR, 1),
    Case("stale-epoch", note("n", category="labs"), DOCTOR, 1),
    Case("stale-version", note("first note", 1), DOCTOR, 1),
    Case("stale-version", note("first note", 3), DOCTOR, 1),
    Case("stale-version", note("unheard of", 2), DOCTOR, 1),
    Case("another-patient", note("first note", 2, patient=BEN), DOCTOR, 1),
    Case("unknown-patient", ReadRecords(NEW, "open", "treatment", ("notes",)), DOCTOR),
    Case("purpose", ReadRecords(ANNA, "open", "curiosity", ("notes",)), DOCTOR),
    Case("no-grant", ReadRecords(ANNA, "open", "treatment", ("notes",)), DESK),
    Case("no-grant", ReadRecords(ANNA, "open", "treatment", ("demographics", "labs")), ADMIN),
    Case("unknown-patient", booking("new", NINE + HOUR, patient=NEW), DESK, 1),
    Case("containers", booking("new", NINE + HOUR), DESK, 0),
    Case("stale-epoch", booking("new", NINE + HOUR, epoch=2), DESK, 1),
    Case("already-booked", booking("nine", NINE + HOUR), DESK, 1),
    Case("not-a-provider", booking("new", NINE + HOUR, provider=DESK.id), DESK, 1),
    Case("not-a-provider", booking("new", NINE + HOUR, provider=NEW), DESK, 1),
    Case("slot-taken", booking("new"), DESK, 1),
    Case("slot-taken", booking("new", NINE + HOUR, 61), DESK, 1),
    Case("slot-taken", booking("new", NINE - 24 * HOUR + 60_000, 24 * 60), DESK, 1),
    Case("unknown-appointment", moving("unheard of", NINE), DESK),
    Case("slot-taken", moving("nine", NINE + 2 * HOUR), DESK),
    Case("containers", moving("nine", NINE + HOUR), DESK, 1),
    Case("override-reason", moving("nine", NINE + 2 * HOUR, override="staff"), DESK),
    Case("not-a-provider", moving("nine", NINE + HOUR, provider=ADMIN.id), DESK),
    Case("unknown-appointment", ChangeAppointmentStatus(NEW, "arrived", 0), DESK),
    Case("status-order", ChangeAppointmentStatus(seeded("nine"), "fulfilled", 0), DESK),
    Case("status-order", ChangeAppointmentStatus(seeded("nine"), "booked", 0), DESK),
    Case("stale-epoch", ChangeAppointmentStatus(seeded("nine"), "arrived", 7), DESK, 1),
)  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_rule_refuses_with_its_code_and_the_state_stays_as_it_was(clinic, case):
    before = clinic.without_feed()
    sequence = clinic.device.sequence
    verdict = clinic.say(case.statement, case.person, case.containers)
    assert verdict.rule == case.rule
    assert clinic.without_feed() == before
    assert clinic.device.sequence == sequence + 1


def test_the_refusals_above_touch_every_kind_of_statement():
    assert {case.statement.KIND for case in REFUSED} == set(KINDS)


ACCEPTED = (
    Case("", ChangeClinic("New name", "Europe/Paris", ((1, "09:00", "12:00"),)), ADMIN),
    Case("", EnrolMember(NEW, "doctor", NEW_KEY, BOX), ADMIN, 1),
    Case("", ReplaceAccount(DOCTOR.id), DOCTOR, 1),
    Case("", DeactivateMember(NURSE.id), ADMIN),
    Case("", ReplaceTeamKey("clinical", 2, BOX, ()), ADMIN),
    Case("", ReplaceTeamKey("clinical", 2, BOX, ()), NURSE),
    Case("", WelcomeMembers("clinical", 1, ((NURSE.id, bytes(32)),)), DOCTOR),
    Case("", RegisterPatient(NEW), NURSE),
    Case("", epochs(ANNA, row("notes", 2), row("labs")), ADMIN),
    Case("", note("first note", 2), NURSE, 1),
    Case("", note("imported", source="import"), ADMIN, 1),
    Case("", note("address", category="demographics"), DESK, 1),
    Case("", ReadRecords(ANNA, "open", "treatment", ("notes",)), NURSE),
    Case("", ReadRecords(ANNA, "export", "export", ("demographics",)), DESK),
    Case("", booking("new", NINE + HOUR), DESK, 1),
    Case("", booking("new", override="staff"), DESK, 1),
    Case("", moving("nine", NINE + 30 * 60_000), DESK),
    Case("", ChangeAppointmentStatus(seeded("nine"), "arrived", 0), DESK),
)  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_what_is_allowed_changes_the_state(clinic, case):
    before = clinic.without_feed()
    verdict = clinic.say(case.statement, case.person, case.containers)
    assert verdict.accepted, verdict
    if not isinstance(case.statement, WelcomeMembers | ReadRecords):
        assert clinic.without_feed() != before


def test_a_person_who_left_says_nothing_more_and_comes_back_by_no_statement(clinic):
    assert clinic.say(DeactivateMember(NURSE.id), ADMIN).accepted
    assert clinic.say(note("n"), NURSE, 1).rule == "not-a-member"
    assert clinic.say(ReplaceAccount(NURSE.id), NURSE, 1).rule == "not-a-member"
    assert clinic.say(DeactivateMember(NURSE.id), ADMIN).rule == "not-active"
    statement = EnrolMember(NURSE.id, "nurse", NURSE.key.public, BOX)
    assert clinic.say(statement, ADMIN, 1).rule == "already-a-member"
    assert clinic.say(booking("n", NINE + HOUR, provider=NURSE.id), DESK, 1).rule == (
        "not-a-provider"
    )


def test_an_administrator_replaces_the_founding_key_once_and_no_later_one(clinic):
    assert clinic.say(ReplaceTeamKey("clinical", 2, BOX, ()), ADMIN).accepted
    later = clinic.say(ReplaceTeamKey("clinical", 3, BOX, ()), ADMIN)
    assert later.rule == "not-of-the-team"


def test_one_administrator_is_always_left():
    ledger = staffed()
    second = Person("second")
    statement = EnrolMember(second.id, "administrator", second.key.public, BOX)
    assert ledger.say(statement, ADMIN, 1).accepted
    assert ledger.say(DeactivateMember(ADMIN.id), second).accepted
    assert ledger.say(DeactivateMember(second.id), second).rule == "last-administrator"
    assert ledger.say(DeactivateMember(second.id), ADMIN).rule == "not-a-member"
    active = [p for p in (ADMIN, second) if ledger.get("member", p.id)[3]]
    assert active == [second]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_body_of_another_shape_is_malformed_and_the_feed_goes_on(clinic, kind):
    before = clinic.without_feed()
    payload = clinic.payload(RegisterPatient(NEW), DESK)
    for body in ((), ("x",) * 40, (7,), ([],), tuple([b""] * len(KINDS[kind].SHAPES))):
        payload = replace(clinic.payload(RegisterPatient(NEW), DESK), kind=kind, body=body)
        verdict = clinic.run(sign(payload, [clinic.device.key, DESK.key]))
        assert verdict.rule == "malformed"
        assert clinic.device.sequence == payload.sequence
    assert clinic.without_feed() == before
    assert clinic.say(RegisterPatient(NEW), DESK).accepted


def test_an_unknown_kind_is_malformed_and_the_workstation_goes_on_working(clinic):
    assert clinic.say(RegisterPatient(NEW), DESK, kind="patient.erase").rule == "malformed"
    assert clinic.say(RegisterPatient(NEW), DESK).accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"start_ms": -1},
        {"start_ms": 2**53},
        {"minutes": 0},
        {"minutes": 24 * 60 + 1},
        {"epoch": 0},
        {"wall_start": "nine o'clock"},
        {"override": "two words"},
        {"provider": b"short"},
        {"appointment": b""},
    ],
)
def test_a_booking_that_cannot_be_is_malformed(clinic, changes):
    assert clinic.say(booking("new", **changes), DESK, 1).rule == "malformed"
    assert clinic.say(booking("new", NINE + HOUR), DESK, 1).accepted


def test_a_transaction_is_good_up_to_the_height_it_names_and_no_further(clinic):
    late = clinic.say(RegisterPatient(NEW), DESK, valid_until=clinic.height - 1)
    assert late.rule == "expired"
    assert clinic.say(RegisterPatient(NEW), DESK, valid_until=clinic.height).accepted


def test_only_the_person_named_speaks_for_that_person(clinic):
    before = clinic.without_feed()
    payload = clinic.payload(note("n"), DOCTOR, 1)
    for keys in (
        [clinic.device.key],
        [clinic.device.key, DESK.key],
        [clinic.device.key, DOCTOR.key, DESK.key],
    ):
        payload = clinic.payload(note("n"), DOCTOR, 1)
        assert clinic.run(sign(payload, keys)).rule == "signer"
    assert clinic.say(note("n"), STRANGER, 1).rule == "not-a-member"
    assert clinic.without_feed() == before


def test_a_workstation_alone_says_nothing_in_a_persons_name(clinic):
    payload = replace(clinic.payload(note("n"), DOCTOR, 1), person=b"")
    assert clinic.run(sign(payload, [clinic.device.key])).rule == "not-a-member"


def test_nobody_moves_the_feed_of_a_workstation_whose_key_they_lack(clinic):
    before = dict(clinic.values)
    forged = sign(clinic.payload(note("n"), DOCTOR, 1), [DOCTOR.key, STRANGER.key])
    assert clinic.run(forged).rule == "signer"
    assert clinic.values == before
    assert clinic.say(note("n"), DOCTOR, 1).accepted


def test_an_unknown_workstation_leaves_no_trace_at_all(clinic):
    before = dict(clinic.values)
    other = Device("cupboard")
    for statement, containers in ((note("n"), 1), (founding(other, DOCTOR), 1)):
        payload = replace(
            clinic.payload(statement, DOCTOR, containers), device=other.id, sequence=1,
            previous=bytes(32),
        )  # fmt: skip
        verdict = clinic.run(sign(payload, [other.key, DOCTOR.key]))
        assert verdict.rule == "unknown-device"
    assert clinic.values == before


def test_a_transaction_enters_once_and_in_order(clinic):
    first = clinic.payload(RegisterPatient(NEW), DESK)
    transaction = sign(first, [clinic.device.key, DESK.key])
    ahead = sign(replace(first, sequence=first.sequence + 1), [clinic.device.key, DESK.key])
    assert clinic.run(ahead).rule == "sequence"
    fork = sign(replace(first, previous=seeded("fork", 32)), [clinic.device.key, DESK.key])
    assert clinic.run(fork).rule == "sequence"
    assert clinic.run(transaction).accepted
    before = dict(clinic.values)
    assert clinic.run(transaction).rule == "sequence"
    assert clinic.values == before


@pytest.mark.parametrize("field", ["device_key", "administrator_key"])
def test_no_clinic_is_founded_on_a_key_that_proves_nothing(field):
    ledger = PaperLedger()
    statement = replace(founding(ledger.device), **{field: LOW_ORDER})
    verdict = ledger.say(statement, ADMIN, 1)
    assert not verdict.accepted
    assert ledger.without_feed() == {}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"device": seeded("another")}, "signer"),
        ({"administrator": seeded("another")}, "signer"),
        ({"proposers": "dice"}, "malformed"),
    ],
)
def test_a_clinic_is_founded_by_the_workstation_and_person_it_names(changes, rule):
    ledger = PaperLedger()
    statement = replace(founding(ledger.device), **changes)
    assert ledger.say(statement, ADMIN, 1).rule == rule
    assert ledger.without_feed() == {}


def test_before_the_founding_nobody_says_anything():
    ledger = PaperLedger()
    assert ledger.say(RegisterPatient(ANNA), ADMIN).rule == "unknown-device"
    assert ledger.values == {}


def test_a_refused_batch_of_records_keeps_none_of_them(clinic):
    good, bad = (seeded("good"), 1, "notes", 1), (seeded("first note"), 9, "notes", 1)
    assert clinic.say(CommitRecords(ANNA, (good, bad), "form"), DOCTOR, 2).rule == "stale-version"
    assert clinic.get("record", seeded("good")) is None


def test_the_ledger_names_the_container_of_the_newest_version(clinic):
    (reference,) = clinic.payload(note("first note", 2), NURSE, 1).containers
    assert clinic.say(note("first note", 2), NURSE, 1).accepted
    assert clinic.get("record", seeded("first note")) == (ANNA, "notes", 2, reference.commitment)


def test_a_freed_slot_is_anothers_and_does_not_come_back_by_itself(clinic):
    nine = seeded("nine")
    assert clinic.say(ChangeAppointmentStatus(nine, "cancelled", 0), DESK).accepted
    assert clinic.say(booking("instead"), DESK, 1).accepted
    assert clinic.say(ChangeAppointmentStatus(nine, "booked", 0), DESK).rule == "slot-taken"
    assert clinic.say(ChangeAppointmentStatus(seeded("instead"), "noshow", 0), DESK).accepted
    assert clinic.say(ChangeAppointmentStatus(nine, "booked", 0), DESK).accepted


def test_a_booking_that_is_over_is_not_moved(clinic):
    for status in ("arrived", "in-room", "fulfilled"):
        assert clinic.say(ChangeAppointmentStatus(seeded("nine"), status, 0), DESK).accepted
    assert clinic.say(moving("nine", NINE + HOUR), DESK).rule == "status-order"
