"""Every rule refuses with its code, and a refusal leaves nothing but its place in the feed."""

from dataclasses import dataclass

import pytest

from ehr_desktop.node.contracts import statements
from ehr_desktop.node.contracts.rounds import ROUND_BITS
from ehr_desktop.node.contracts.statements import (
    KINDS,
    ChangeAppointmentStatus,
    ChangeClinic,
    CommitRecords,
    DeactivateMember,
    EnrolMember,
    OpenEpochs,
    ReadRecords,
    RenewTeamKey,
    ReplaceAccount,
    ReplaceTeamKey,
    ResealKeys,
    Statement,
    WelcomeMembers,
)
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    NURSE,
    Device,
    Person,
    founding,
    registration,
    seeded,
    staffed,
)
from tests.support.paper_statements import (
    ANNA,
    BEN,
    BOTH,
    CLINICAL,
    FIRST,
    HOUR,
    LOW_ORDER,
    NEW,
    NINE,
    booking,
    epochs,
    moving,
    note,
    numbered,
    row,
)


@dataclass(frozen=True)
class Case:
    rule: str
    statement: Statement
    person: Person
    containers: int = 0

    def __str__(self) -> str:
        return f"{self.statement.KIND}: {self.rule}"


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
    Case("nothing-owed", ReplaceTeamKey("front-desk", 2, BOX, ()), DESK),
    Case(
        "nothing-owed",
        RenewTeamKey("clinical", 1 << 20, BOX, ((DOCTOR.id, bytes(32)),), ()),
        DOCTOR,
    ),
    Case("not-of-the-team", ReplaceTeamKey("clinical", 2, BOX, ()), DESK),
    Case("stale-generation", ReplaceTeamKey("clinical", 1, BOX, ()), DOCTOR),
    Case("stale-generation", ReplaceTeamKey("clinical", 3, BOX, ()), DOCTOR),
    Case("not-of-the-team", ResealKeys("clinical", 2, (bytes(32),)), DESK),
    Case("stale-generation", ResealKeys("clinical", 1, (bytes(32),)), DOCTOR),
    Case("not-of-the-team", WelcomeMembers("clinical", 1, ()), ADMIN),
    Case("not-of-the-team", WelcomeMembers("clinical", 1, ((DESK.id, bytes(32)),)), DOCTOR),
    Case("unknown-person", WelcomeMembers("clinical", 1, ((NEW, bytes(32)),)), DOCTOR),
    Case("stale-generation", WelcomeMembers("clinical", 2, ((NURSE.id, bytes(32)),)), DOCTOR),
    Case("already-registered", registration(ANNA), DESK),
    Case("unknown-patient", epochs(NEW, row("notes")), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes")), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes", numbered(3))), DOCTOR),
    Case("stale-epoch", epochs(ANNA, row("notes", numbered(2)), row("notes", numbered(2))), DOCTOR),
    Case("policy", epochs(ANNA, row("labs", boxes=BOTH)), DOCTOR),
    Case("policy", epochs(ANNA, row("labs", boxes=())), DOCTOR),
    Case("policy", epochs(ANNA, row("billing", boxes=CLINICAL)), DOCTOR),
    Case("stale-generation", epochs(ANNA, row("labs", boxes=(("clinical", 2, bytes(32)),))), DOCTOR),
    Case("unknown-patient", note("n", patient=NEW), DOCTOR, 1),
    Case("containers", note("n"), DOCTOR, 0),
    Case("containers", note("n"), DOCTOR, 2),
    Case("role", note("n"), DESK, 1),
    Case("role", note("n"), ADMIN, 1),
    Case("role", note("n", source="import"), DESK, 1),
    Case("stale-epoch", note("n", records=((NEW, 1, "notes", numbered(2)),)), DOCTOR, 1),
    Case("stale-epoch", note("n", category="labs"), DOCTOR, 1),
    Case("stale-version", note("first note", 1), DOCTOR, 1),
    Case("stale-version", note("first note", 3), DOCTOR, 1),
    Case("stale-version", note("unheard of", 2), DOCTOR, 1),
    Case("another-patient", note("first note", 2, patient=BEN), DOCTOR, 1),
    Case("unknown-patient", ReadRecords(NEW, "open", "treatment", "policy", ("notes",)), DOCTOR),
    Case("purpose", ReadRecords(ANNA, "open", "curiosity", "policy", ("notes",)), DOCTOR),
    Case("no-grant", ReadRecords(ANNA, "open", "treatment", "policy", ("notes",)), DESK),
    Case("no-grant", ReadRecords(ANNA, "open", "treatment", "policy", ("demographics", "labs")), ADMIN),
    Case("unknown-patient", booking("new", NINE + HOUR, patient=NEW), DESK, 1),
    Case("containers", booking("new", NINE + HOUR), DESK, 0),
    Case("stale-epoch", booking("new", NINE + HOUR, epoch=numbered(2)), DESK, 1),
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


def test_the_refusals_above_touch_every_kind_of_statement_on_people_records_and_bookings():
    kinds = {case.statement.KIND for case in REFUSED}
    of_this_file = {kind for kind, said in KINDS.items() if said.__module__ == statements.__name__}
    assert kinds == {kind for kind in of_this_file if not kind.startswith("device.")}


ACCEPTED = (
    Case("", ChangeClinic("New name", "Europe/Paris", ((1, "09:00", "12:00"),)), ADMIN),
    Case("", EnrolMember(NEW, "doctor", NEW_KEY, BOX), ADMIN, 1),
    Case("", ReplaceAccount(DOCTOR.id), DOCTOR, 1),
    Case("", DeactivateMember(NURSE.id), ADMIN),
    Case("", ReplaceTeamKey("clinical", 2, BOX, ()), ADMIN),
    Case("", ReplaceTeamKey("clinical", 2, BOX, ()), NURSE),
    Case("", ResealKeys("clinical", 2, (bytes(32),)), ADMIN),
    Case("", ResealKeys("clinical", 2, (bytes(32),)), DOCTOR),
    Case("", epochs(ANNA, row("notes", numbered(1, 7))), DOCTOR),
    Case("", WelcomeMembers("clinical", 1, ((NURSE.id, bytes(32)),)), DOCTOR),
    Case("", registration(NEW), NURSE),
    Case("", epochs(ANNA, row("notes", numbered(2)), row("labs")), ADMIN),
    Case("", note("first note", 2), NURSE, 1),
    Case("", note("imported", source="import"), ADMIN, 1),
    Case("", note("address", category="demographics"), DESK, 1),
    Case("", ReadRecords(ANNA, "open", "treatment", "policy", ("notes",)), NURSE),
    Case("", ReadRecords(ANNA, "export", "export", "policy", ("demographics",)), DESK),
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
    if not isinstance(case.statement, WelcomeMembers | ReadRecords | ResealKeys):
        assert clinic.without_feed() != before


def test_a_person_who_left_says_nothing_more_and_comes_back_by_no_statement(clinic):
    assert clinic.say(DeactivateMember(NURSE.id), ADMIN).accepted
    assert clinic.say(note("n"), NURSE, 1).rule == "not-a-member"
    assert clinic.say(ReplaceAccount(NURSE.id), NURSE, 1).rule == "not-a-member"
    assert clinic.say(DeactivateMember(NURSE.id), ADMIN).rule == "not-active"
    statement = EnrolMember(NURSE.id, "nurse", NURSE.key.public, BOX)
    assert clinic.say(statement, ADMIN, 1).rule == "already-a-member"
    late = booking("n", NINE + HOUR, provider=NURSE.id, epoch=renewed_epoch(clinic))
    assert clinic.say(late, DESK, 1).rule == "not-a-provider"


def renewed_epoch(clinic) -> int:
    """Renew the front desk's key, and open keys of appointments that nobody knows who has left."""
    generation, epoch = 1 << ROUND_BITS, 2 << ROUND_BITS
    boxes = ((DESK.id, bytes(32)),)
    assert clinic.say(RenewTeamKey("front-desk", generation, BOX, boxes, ()), DESK).accepted
    row = (
        "appointments",
        epoch,
        bytes(32),
        (("clinical", 1, bytes(32)), ("front-desk", generation, bytes(32))),
        (),
    )
    assert clinic.say(OpenEpochs(ANNA, (row,)), DESK).accepted
    return epoch


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


def test_a_refused_batch_of_records_keeps_none_of_them(clinic):
    good = seeded("good"), 1, "notes", FIRST
    bad = seeded("first note"), 9, "notes", FIRST
    assert clinic.say(CommitRecords(ANNA, (good, bad), "form"), DOCTOR, 2).rule == "stale-version"
    assert clinic.get("record", seeded("good")) is None


def test_the_ledger_names_the_container_of_the_newest_version(clinic):
    (reference,) = clinic.payload(note("first note", 2), NURSE, 1).containers
    assert clinic.say(note("first note", 2), NURSE, 1).accepted
    newest = clinic.get("record", seeded("first note"))
    assert newest[:5] == (ANNA, "notes", 2, reference.commitment, FIRST)


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


def test_keys_that_two_sides_of_a_split_made_both_stay_until_the_next_round(clinic):
    here, there, later = numbered(1), numbered(1, 5), numbered(2, 3)
    assert clinic.say(epochs(ANNA, row("notes", there)), DOCTOR).accepted
    for number, epoch in enumerate((here, there)):
        record = (seeded(f"side {number}"), 1, "notes", epoch)
        assert clinic.say(note("n", records=(record,)), DOCTOR, 1).accepted
    assert clinic.say(epochs(ANNA, row("notes", later)), DOCTOR).accepted
    for epoch, rule in ((here, "stale-epoch"), (there, "stale-epoch"), (later, "")):
        record = (seeded(f"late {epoch}"), 1, "notes", epoch)
        assert clinic.say(note("n", records=(record,)), DOCTOR, 1).rule == rule
    assert clinic.say(epochs(ANNA, row("notes", numbered(1, 9))), DOCTOR).rule == "stale-epoch"
