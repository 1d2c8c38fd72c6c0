"""Receipts: on what basis somebody reads, at the time it was signed; and patients' questions."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.consent_basis import basis_for
from ehr_desktop.node.contracts.consent_state import Question, entry
from ehr_desktop.node.contracts.consent_statements import (
    AskClinic,
    ReadOwn,
    RevokeAccess,
)
from ehr_desktop.node.contracts.custody_statements import (
    ClaimShares,
    ConfirmErasure,
    OrderErasure,
)
from ehr_desktop.node.contracts.statements import ReadRecords
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    DAY,
    FIRST,
    HOUR,
    MINUTE,
    SECOND,
    SURGEON,
    granting,
)
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NOW, NURSE, seeded


def reading(*categories, basis="patient", patient=ANNA, **changes) -> ReadRecords:
    whole = ReadRecords(patient.id, "open", "treatment", basis, categories)
    return replace(whole, **changes)


def test_who_was_let_in_reads_on_the_patients_word(consent):
    consent.accept(reading("notes", "labs"), DOCTOR)
    consent.accept(reading("notes", "general"), NURSE)
    consent.accept(reading("general"), DOCTOR)
    for person, category in ((NURSE, "labs"), (DOCTOR, "emergency"), (DESK, "notes")):
        assert consent.refuse(reading(category), person) == "no-grant"
    assert consent.refuse(reading("notes", "emergency"), DOCTOR) == "no-grant"
    assert consent.refuse(reading("notes", patient=CLARA), DOCTOR) == "no-grant"
    assert consent.refuse(reading("notes"), ANNA) == "not-a-member"


def test_the_policy_is_a_basis_only_where_the_patient_does_not_decide(consent):
    policy = {"basis": "policy"}
    assert consent.refuse(reading("notes", **policy), DOCTOR) == "no-grant"
    consent.accept(reading("demographics", "appointments", **policy), DESK)
    consent.accept(reading("notes", "labs", patient=BEN, **policy), NURSE)
    assert consent.refuse(reading("notes", patient=BEN, **policy), ADMIN) == "no-grant"
    assert consent.refuse(reading("notes", patient=BEN), NURSE) == "no-grant"
    assert consent.refuse(reading("demographics"), DESK) == "no-grant"


def test_a_receipt_says_of_whom_what_and_what_for(consent):
    assert consent.refuse(reading("notes", purpose="curiosity"), DOCTOR) == "purpose"
    assert consent.refuse(reading(), DOCTOR) == "categories"
    assert consent.refuse(replace(reading("notes"), patient=seeded("x")), DOCTOR) == (
        "unknown-patient"
    )


def test_a_grant_lets_in_from_its_start_to_its_end(consent):
    consent.now_ms = NOW + DAY - 10 * MINUTE - 1
    surgeon_only = granting("later", grantee=SURGEON.id, categories=("genetics",),
                            from_ms=NOW + DAY, until_ms=NOW + 2 * DAY)  # fmt: skip
    consent.accept(surgeon_only, ANNA)
    assert consent.refuse(reading("genetics"), SURGEON) == "no-grant"
    # the reader's clock may be slow
    consent.now_ms += 1
    consent.accept(reading("genetics"), SURGEON)
    consent.now_ms = NOW + 2 * DAY - 1
    consent.accept(reading("genetics"), SURGEON)
    consent.now_ms += 1
    assert consent.refuse(reading("genetics"), SURGEON) == "no-grant"


def test_a_receipt_is_judged_by_when_it_was_signed(consent):
    consent.now_ms = NOW + HOUR
    consent.accept(RevokeAccess(seeded("given")), ANNA)
    consent.now_ms += HOUR
    consent.accept(reading("labs"), DOCTOR, time_ms=NOW + HOUR - 1)
    assert consent.refuse(reading("labs"), DOCTOR, time_ms=NOW + HOUR) == "no-grant"
    assert consent.refuse(reading("labs"), DOCTOR) == "no-grant"
    # what claims to be from the future was signed now at the latest
    assert consent.refuse(reading("labs"), DOCTOR, time_ms=NOW + 900 * DAY) == "no-grant"
    consent.now_ms = NOW + HOUR + 3 * DAY - 1
    consent.accept(reading("labs"), DOCTOR, time_ms=NOW)
    consent.now_ms += 1
    assert consent.refuse(reading("labs"), DOCTOR, time_ms=NOW) == "no-grant"


def test_the_future_opens_no_grant(consent):
    consent.accept(granting("later", grantee=SURGEON.id, categories=("genetics",),
                            from_ms=NOW + DAY), ANNA)  # fmt: skip
    assert consent.refuse(reading("genetics"), SURGEON, time_ms=NOW + 2 * DAY) == "no-grant"


def test_what_the_policy_let_in_before_the_card_is_still_receipted_for_three_days(consent):
    consent.now_ms = NOW + HOUR
    consent.give_card(BEN)
    consent.now_ms += HOUR
    policy = reading("notes", basis="policy", patient=BEN)
    consent.accept(policy, DOCTOR, time_ms=NOW + HOUR - 1)
    assert consent.refuse(policy, DOCTOR, time_ms=NOW + HOUR) == "no-grant"
    consent.now_ms = NOW + HOUR + 3 * DAY - 1
    consent.accept(policy, DOCTOR, time_ms=NOW)
    consent.now_ms += 1
    assert consent.refuse(policy, DOCTOR, time_ms=NOW) == "no-grant"


def test_an_emergency_and_a_rule_are_bases_while_they_hold(consent):
    emergency = ClaimShares(
        seeded("claim"), ANNA.id, "emergency", ("emergency",), BOX, "unconscious", bytes(32), b""
    )
    said = reading("emergency", basis="emergency")
    assert consent.refuse(said, SURGEON) == "no-grant"
    consent.accept(emergency, SURGEON, 1)
    consent.accept(said, SURGEON)
    consent.accept(said, SURGEON, time_ms=NOW - 10 * MINUTE)
    assert consent.refuse(said, SURGEON, time_ms=NOW - 10 * MINUTE - 1) == "no-grant"
    assert consent.refuse(said, NURSE) == "no-grant"
    assert consent.refuse(reading("emergency", basis="rule"), SURGEON) == "no-grant"
    assert consent.refuse(reading("labs", basis="emergency"), SURGEON) == "no-grant"
    by_rule = replace(
        emergency, claim=seeded("rule claim"), claim_kind="rule", categories=("labs",),
        basis=seeded("rule"),
    )  # fmt: skip
    consent.accept(by_rule, DOCTOR)
    consent.accept(reading("labs", basis="rule"), DOCTOR)
    consent.now_ms += 30 * MINUTE - 1
    consent.accept(said, SURGEON)
    consent.now_ms += 1
    assert consent.refuse(said, SURGEON) == "no-grant"
    consent.accept(said, SURGEON, time_ms=NOW + 30 * MINUTE - 1)


def test_a_locked_record_is_not_read_but_by_those_who_read_before(consent):
    consent.now_ms = NOW + HOUR
    for patient in (ANNA, BEN):
        consent.accept(OrderErasure(patient.id, 0, "asked"), DOCTOR)
    consent.now_ms += HOUR
    policy = reading("notes", basis="policy", patient=BEN)
    for said in (reading("labs"), policy):
        consent.accept(said, DOCTOR, time_ms=NOW + HOUR - 1)
        assert consent.refuse(said, DOCTOR, time_ms=NOW + HOUR) == "no-grant"
    for category in ("notes", "demographics"):
        assert basis_for(consent.get, BEN.id, DOCTOR.id, "doctor", category, NOW) is None
    consent.accept(ConfirmErasure(BEN.id), ADMIN)
    assert consent.refuse(policy, DOCTOR, time_ms=NOW) == "erased"


def test_patients_and_who_speaks_for_them_read_with_a_receipt(consent):
    own = ReadOwn(ANNA.id, "open", ("notes", "billing"))
    consent.accept(own, ANNA)
    consent.accept(own, CLARA)
    assert consent.refuse(replace(own, categories=()), ANNA) == "categories"
    assert consent.refuse(replace(own, patient=CLARA.id), ANNA) == "not-a-speaker"
    assert consent.refuse(own, DOCTOR) == "not-a-speaker"
    assert consent.refuse(replace(own, manner="peek"), ANNA) == "malformed"
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    assert consent.refuse(own, ANNA) == "erasing"


QUESTION = AskClinic(seeded("why"), ANNA.id, seeded("reading", 32), FIRST)


def asked(consent) -> Question:
    found = entry(consent.get, Question, "question", QUESTION.question)
    assert found
    return found


def test_a_question_is_asked_and_answered_once(consent):
    assert consent.refuse(QUESTION, DESK, 1) == "unknown-question"
    consent.accept(QUESTION, ANNA, 1)
    assert asked(consent) == Question(ANNA.id, QUESTION.about)
    assert consent.get("questions", ANNA.id) == (QUESTION.question,)
    assert consent.get("sealed", ANNA.id, "demographics") == ((FIRST, 1),)
    assert consent.refuse(QUESTION, ANNA, 1) == "already-used"
    answer = consent.accept(QUESTION, DESK, 1)
    assert asked(consent).answer == answer.id
    assert consent.get("questions", ANNA.id) is None
    assert consent.refuse(QUESTION, DESK, 1) == "already-answered"


@pytest.mark.parametrize(
    ("changes", "by", "containers", "rule"),
    [
        ({}, ANNA, 0, "containers"),
        ({"epoch": FIRST + 1}, ANNA, 1, "stale-epoch"),
        ({"patient": CLARA.id}, ANNA, 1, "not-a-speaker"),
        ({"about": bytes(32)}, DESK, 1, "another-patient"),
        ({"patient": BEN.id}, DESK, 1, "another-patient"),
    ],
)
def test_a_question_is_about_ones_own_record_and_so_is_its_answer(
    consent, changes, by, containers, rule
):
    consent.accept(QUESTION, CLARA, 1)
    assert consent.refuse(replace(QUESTION, **changes), by, containers) == rule


def test_fifty_questions_wait_at_once(consent):
    for number in range(50):
        consent.accept(replace(QUESTION, question=seeded(f"{number}")), ANNA, 1)
    assert consent.refuse(QUESTION, ANNA, 1) == "too-many"
    consent.accept(replace(QUESTION, question=seeded("7")), NURSE, 1)
    consent.accept(QUESTION, ANNA, 1)


def test_nothing_is_asked_under_keys_of_an_earlier_round(consent):
    consent.accept(replace(QUESTION, question=seeded("before")), ANNA, 1)
    consent.accept(consent.epochs(ANNA, "demographics", SECOND), DESK)
    assert consent.refuse(QUESTION, ANNA, 1) == "stale-epoch"
    consent.accept(replace(QUESTION, epoch=SECOND), ANNA, 1)


def test_a_locked_patient_asks_nothing(consent):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    assert consent.refuse(QUESTION, ANNA, 1) == "erasing"
