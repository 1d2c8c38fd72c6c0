"""What is sealed, and for whom, after somebody has left."""

from dataclasses import replace

from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.consent_state import CategoryKey, entry, team_id
from ehr_desktop.node.contracts.consent_statements import AskClinic, BoxKeys
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CarryOver,
    CloseEpochs,
    HandByCustodians,
)
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    EnrolMember,
    MoveAppointment,
    WelcomeMembers,
)
from tests.node.contracts.test_consent_keys import resealing
from tests.node.contracts.test_consent_team_keys import (
    CLINICAL,
    FRONT_DESK,
    HASH,
    RENEWED,
    SEALED,
    THIRD,
    a_team,
    leaves,
    renewing,
    without,
)
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CUSTODIANS,
    DAY,
    DORA,
    FIRST,
    HOUR,
    LEFT,
    SECOND,
    SURGEON,
    dealing,
    granting,
    writing,
)
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NOW, NURSE, seeded


def test_no_key_from_before_seals_anything_after_somebody_has_left(consent):
    a_team(consent)
    midnight = NOW - NOW % DAY
    booked = BookAppointment(
        seeded("late"), DOCTOR.id, ANNA.id, midnight + 12 * HOUR, 30, "2027-01-15T12:00",
        "Etc/UTC", "", FIRST,
    )  # fmt: skip
    moved = MoveAppointment(
        seeded("visit"), DOCTOR.id, midnight + 14 * HOUR, 30, "2027-01-15T14:00", "Etc/UTC", "",
        FIRST,
    )  # fmt: skip
    arrived = ChangeAppointmentStatus(seeded("visit"), "arrived", FIRST)
    asked = AskClinic(seeded("question"), ANNA.id, HASH, FIRST)
    consent.accept(consent.epochs(ANNA, "notes", SECOND), DOCTOR)
    attempts = (
        (writing("late", BEN), DOCTOR), (writing("late", ANNA, epoch=SECOND), DOCTOR),
        (booked, DESK), (moved, DESK), (arrived, DESK), (asked, ANNA),
    )  # fmt: skip
    for said, by in attempts:
        consent.copy().accept(said, by, 1)
    consent.copy().accept(resealing(consent), DOCTOR, 1)
    leaves(consent)
    for said, by in attempts:
        assert consent.refuse(said, by, 1) == "stale-epoch"
    assert consent.refuse(resealing(consent), DOCTOR, 1) == "stale-epoch"
    # what is there already can be shared out to the workstations, and closed
    consent.accept(dealing("labs", SECOND), ANNA)
    assert consent.refuse(CloseEpochs(ANNA.id, "notes", SECOND), DOCTOR) == "still-sealed"


def test_who_writes_goes_on_under_a_renewed_key(consent):
    a_team(consent)
    leaves(consent)
    assert consent.refuse(consent.epochs(BEN, "notes", SECOND), NURSE) == "stale-generation"
    consent.accept(renewing(CLINICAL, DOCTOR, NURSE), DOCTOR)
    consent.accept(consent.epochs(BEN, "notes", SECOND), NURSE)
    consent.accept(writing("late", BEN, epoch=SECOND), NURSE, 1)
    key = entry(consent.get, CategoryKey, "key", BEN.id, "notes", SECOND)
    assert (key.departures, key.foreign, key.teams) == (1, 0, ("clinical",))
    leaves(consent, NURSE)
    assert consent.refuse(writing("later", BEN, epoch=SECOND), DOCTOR, 1) == "stale-epoch"


def test_the_front_desk_goes_on_while_the_clinical_key_waits_for_a_clinician(consent):
    a_team(consent)
    leaves(consent)
    consent.accept(renewing(FRONT_DESK), ADMIN)
    whole = consent.epochs(BEN, "demographics", SECOND)
    assert consent.refuse(whole, DESK) == "stale-generation"
    apart = without(whole, "clinical")
    assert consent.refuse(without(apart, "front-desk"), DESK) == "policy"
    consent.accept(apart, DESK)
    assert consent.get("apart", CLINICAL) == ((BEN.id, "demographics", SECOND),)
    assert consent.get("apart", FRONT_DESK) is None
    later = BoxKeys(BEN.id, (("demographics", SECOND, "clinical", b"", HASH),))
    assert consent.refuse(later, DOCTOR) == "stale-generation"
    # nothing is left that would be sealed for nobody
    notes = without(consent.epochs(BEN, "notes", SECOND), "clinical")
    assert consent.refuse(notes, DOCTOR) == "stale-generation"
    consent.accept(renewing(CLINICAL, DOCTOR, NURSE), DOCTOR)
    assert (
        consent.refuse(without(consent.epochs(BEN, "appointments", SECOND), "clinical"), DESK)
        == "policy"
    )
    consent.accept(later, DOCTOR)
    assert consent.get("apart", CLINICAL) == ()
    key = entry(consent.get, CategoryKey, "key", BEN.id, "demographics", SECOND)
    assert key.teams == ("clinical", "front-desk")


def test_what_waits_for_a_team_is_forgotten_with_the_key(consent):
    a_team(consent)
    consent.accept(consent.epochs(BEN, "labs", SECOND), DOCTOR)
    consent.accept(CloseEpochs(BEN.id, "labs", SECOND), DOCTOR)
    assert consent.get("apart", CLINICAL) is None
    leaves(consent)
    consent.accept(renewing(FRONT_DESK), ADMIN)
    for patient in (BEN, ANNA):
        consent.accept(without(consent.epochs(patient, "demographics", SECOND), "clinical"), DESK)
    consent.accept(without(consent.epochs(BEN, "demographics", THIRD), "clinical"), DESK)
    assert len(consent.get("apart", CLINICAL)) == 3
    consent.accept(CloseEpochs(BEN.id, "demographics", THIRD), DESK)
    assert consent.get("apart", CLINICAL) == (
        (ANNA.id, "demographics", SECOND), (BEN.id, "demographics", THIRD),
    )  # fmt: skip


def test_where_nobody_may_read_no_team_is_waited_for(consent):
    a_team(consent)
    consent.now_ms = NOW + 901 * DAY
    consent.accept(consent.epochs(DORA, "labs"), DOCTOR)


def test_a_patient_who_decides_is_not_kept_waiting(consent):
    a_team(consent)
    leaves(consent)
    whole = consent.epochs(ANNA, "notes", SECOND)
    assert consent.refuse(whole, ANNA) == "stale-generation"
    consent.accept(without(whole, "clinical"), ANNA)
    assert consent.get("apart", CLINICAL) == ((ANNA.id, "notes", SECOND),)


def test_nobody_else_seals_under_what_an_administrator_drew_for_the_team(consent):
    a_team(consent)
    leaves(consent)
    consent.accept(replace(renewing(CLINICAL, DOCTOR, NURSE), links=()), ADMIN)
    said = consent.epochs(BEN, "notes", SECOND)
    assert consent.refuse(said, DOCTOR) == "stale-generation"
    consent.accept(said, ADMIN)
    key = entry(consent.get, CategoryKey, "key", BEN.id, "notes", SECOND)
    assert key.foreign == 1
    imported = replace(writing("imported", BEN, epoch=SECOND), source="import")
    assert consent.refuse(imported, DOCTOR, 1) == "foreign-key"
    consent.accept(imported, ADMIN, 1)


def test_a_key_is_handed_on_while_it_is_the_present_one(consent):
    a_team(consent)
    leaves(consent)
    consent.accept(renewing(CLINICAL, DOCTOR), DOCTOR)
    old = WelcomeMembers("clinical", SEALED, ((NURSE.id, HASH),))
    assert consent.refuse(old, DOCTOR) == "stale-generation"
    consent.accept(replace(old, generation=RENEWED), DOCTOR)
    gone = replace(old, generation=RENEWED, boxes=((SURGEON.id, HASH),))
    assert consent.refuse(gone, DOCTOR) == "not-of-the-team"


def test_custodians_hand_on_and_carry_what_generation_they_have(consent):
    a_team(consent)
    name = team_id(CLINICAL)
    consent.accept(BoxForCustodians(1, (("team", name, HASH),)), DOCTOR)
    leaves(consent)
    consent.accept(replace(renewing(CLINICAL, DOCTOR), links=()), DOCTOR)
    hand = HandByCustodians("clinical", SEALED, ((NURSE.id, HASH),))
    consent.accept(hand, ADMIN, keys=(CUSTODIANS.key,))
    consent.accept(replace(hand, generation=RENEWED), ADMIN, keys=(CUSTODIANS.key,))
    for generation in (1, RENEWED + 1):
        wrong = replace(hand, generation=generation)
        assert consent.refuse(wrong, ADMIN, keys=(CUSTODIANS.key,)) == "stale-generation"
    consent.accept(CarryOver(1, (("team", name, HASH),)), ADMIN, keys=(CUSTODIANS.key,))


def test_somebody_who_comes_back_is_somebody_else(consent):
    a_team(consent)
    leaves(consent)
    consent.accept(EnrolMember(LEFT.id, str(Role.DOCTOR), LEFT.key.public, BOX), ADMIN, 1)
    assert consent.refuse(renewing(CLINICAL, SURGEON), LEFT) == "not-of-the-team"
    consent.accept(renewing(CLINICAL, LEFT, links=()), LEFT)


def test_a_grant_of_who_left_ends_with_the_rest(consent):
    a_team(consent)
    consent.accept(granting("to her", grantee=SURGEON.id), ANNA)
    leaves(consent)
    assert consent.get("grant", seeded("to her"))[9] == "revoked"
