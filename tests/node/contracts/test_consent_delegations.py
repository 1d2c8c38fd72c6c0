"""Standing rules, delegations and guardians: who decides for whom, and until when."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.consent_state import (
    Grant,
    StandingRule,
    entry,
)
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    EndDelegation,
    EndRule,
    LapseDelegation,
    LapseRule,
    NameGuardian,
)
from ehr_desktop.node.contracts.custody_statements import ConfirmErasure, OrderErasure
from ehr_desktop.node.contracts.statements import RegisterPatient
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CUSTODIANS,
    DAY,
    DORA,
    KEPT,
    PCS,
    SECOND,
    Patient,
    granting,
    ruling,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, VAULT, seeded

ASKED, GIVEN = seeded("asked"), seeded("given")
DELEGATION, GUARDIAN = seeded("delegation"), seeded("guardian")


def grant(consent, name) -> Grant:
    found = entry(consent.get, Grant, "grant", name)
    assert found
    return found


def test_rules_are_set_and_ended_by_who_speaks_for_the_patient(consent):
    consent.accept(ruling("second", until_ms=NOW + DAY), CLARA)
    assert entry(consent.get, StandingRule, "rule", seeded("second")) == StandingRule(
        ANNA.id, "appointment-day", ("labs",), NOW + DAY, 1
    )
    assert consent.refuse(ruling("rule"), ANNA) == "already-used"
    assert consent.refuse(ruling("x", categories=()), ANNA) == "categories"
    assert consent.refuse(ruling("x", categories=("appointments",)), ANNA) == "categories"
    assert consent.refuse(ruling("x", until_ms=NOW), ANNA) == "period"
    assert consent.refuse(ruling("x", BEN), ANNA) == "not-a-speaker"
    assert consent.refuse(EndRule(seeded("rule")), BEN) == "not-a-speaker"
    assert consent.refuse(EndRule(seeded("never")), ANNA) == "unknown-rule"
    consent.accept(EndRule(seeded("rule")), CLARA)
    assert consent.get("rules", ANNA.id) == (seeded("second"),)
    assert consent.refuse(EndRule(seeded("rule")), ANNA) == "unknown-rule"
    assert consent.refuse(ruling("rule"), ANNA) == "already-used"


def test_twenty_rules_hold_at_once(consent):
    for number in range(19):
        consent.accept(ruling(f"{number}"), ANNA)
    assert consent.refuse(ruling("more"), ANNA) == "too-many"
    consent.accept(EndRule(seeded("rule")), ANNA)
    consent.accept(ruling("more"), ANNA)


def test_a_rule_lapses_when_its_time_is_over_as_any_workstation_notes(consent):
    consent.accept(ruling("short", until_ms=NOW + DAY), ANNA)
    short = LapseRule(seeded("short"))
    for rule in (short, LapseRule(seeded("rule"))):
        assert consent.refuse(rule, pc=PCS[2]) == "not-over"
    consent.now_ms += DAY - 1
    assert consent.refuse(short, pc=PCS[2]) == "not-over"
    consent.now_ms += 1
    assert consent.refuse(short, DOCTOR, pc=PCS[2]) == "signer"
    consent.accept(short, pc=PCS[2])
    assert consent.get("rules", ANNA.id) == (seeded("rule"),)
    assert consent.refuse(short, pc=PCS[1]) == "unknown-rule"
    assert consent.refuse(LapseRule(seeded("never")), pc=PCS[1]) == "unknown-rule"
    assert consent.refuse(LapseRule(seeded("rule")), pc=PCS[1]) == "not-over"


def delegating(**changes) -> Delegate:
    return replace(Delegate(seeded("new"), CLARA.id, ANNA.id, NOW + DAY), **changes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"delegation": DELEGATION}, "already-used"),
        ({"delegate": CLARA.id}, "same-patient"),
        ({"delegate": BEN.id}, "no-card"),
        ({"delegate": DOCTOR.id}, "unknown-patient"),
        ({"until_ms": 0}, "period"),
        ({"until_ms": NOW}, "period"),
        ({"patient": ANNA.id, "delegate": DORA.id}, "not-the-patient"),
        ({"patient": DORA.id}, "not-the-patient"),
    ],
)
def test_only_the_patient_delegates_to_another_with_a_card_until_a_date(consent, changes, rule):
    assert consent.refuse(replace(delegating(), **changes), CLARA) == rule


def test_a_delegate_speaks_until_the_date_and_no_longer(consent):
    consent.accept(delegating(), CLARA)
    assert consent.get("delegations", CLARA.id) == (seeded("new"),)
    assert consent.get("speaks-for", ANNA.id) == (seeded("new"),)
    assert consent.get("delegation", seeded("new")) == (CLARA.id, ANNA.id, NOW + DAY, 0, 1)
    consent.now_ms += DAY - 1
    consent.accept(granting("in time", CLARA), ANNA)
    consent.now_ms += 1
    assert consent.refuse(granting("too late", CLARA), ANNA) == "not-a-speaker"


def test_one_speaks_once_for_somebody_until_that_is_over(consent):
    consent.accept(delegating(), CLARA)
    again = delegating(delegation=seeded("again"), until_ms=NOW + 9 * DAY)
    assert consent.refuse(again, CLARA) == "already-delegated"
    consent.now_ms += DAY
    consent.accept(again, CLARA)
    assert consent.get("delegation", seeded("new"))[4] == 0
    assert consent.get("speaks-for", ANNA.id) == (seeded("again"),)


def test_a_delegation_is_ended_by_the_patient_or_the_delegate(consent):
    assert consent.refuse(EndDelegation(DELEGATION), BEN) == "not-a-speaker"
    assert consent.refuse(EndDelegation(seeded("never")), ANNA) == "unknown-delegation"
    consent.accept(delegating(patient=CLARA.id), CLARA)
    consent.accept(EndDelegation(DELEGATION), CLARA)
    assert consent.get("delegation", DELEGATION)[4] == 0
    assert consent.get("delegations", ANNA.id) is None
    assert consent.refuse(granting("late"), CLARA) == "not-a-speaker"
    assert CLARA.id not in consent.get("key", ANNA.id, "labs", SECOND)[1]
    assert consent.get("epoch", ANNA.id, "labs")[3] == ()
    assert consent.refuse(EndDelegation(DELEGATION), ANNA) == "unknown-delegation"
    consent.accept(EndDelegation(seeded("new")), CLARA)


def test_a_delegation_lapses_when_its_time_is_over_and_its_keys_are_of_no_use(consent):
    lapse = LapseDelegation(DELEGATION)
    assert CLARA.id in consent.get("key", ANNA.id, "labs", SECOND)[1]
    consent.now_ms += 90 * DAY - 1
    assert consent.refuse(lapse, pc=PCS[1]) == "not-over"
    consent.now_ms += 1
    assert consent.refuse(lapse, CLARA, pc=PCS[1]) == "signer"
    consent.accept(lapse, pc=PCS[1])
    assert consent.get("delegation", DELEGATION)[4] == 0
    assert consent.get("delegations", ANNA.id) is None
    assert consent.get("speaks-for", CLARA.id) == (GUARDIAN,)
    assert CLARA.id not in consent.get("key", ANNA.id, "labs", SECOND)[1]
    assert consent.get("epoch", ANNA.id, "labs")[3] == ()
    for again in (lapse, LapseDelegation(seeded("never"))):
        assert consent.refuse(again, pc=PCS[2]) == "unknown-delegation"


def test_a_delegation_lapses_also_for_whoever_was_erased(consent):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    consent.accept(ConfirmErasure(ANNA.id), ADMIN)
    consent.now_ms += 90 * DAY
    consent.accept(LapseDelegation(DELEGATION))
    assert consent.get("speaks-for", CLARA.id) == (GUARDIAN,)


def test_a_delegate_does_not_end_another_ones_delegation(consent):
    consent.give_card(BEN)
    consent.accept(Delegate(seeded("ben's"), ANNA.id, BEN.id, NOW + DAY), ANNA)
    assert consent.refuse(EndDelegation(seeded("ben's")), CLARA) == "not-the-patient"


def test_ten_speak_for_one_at_once(consent):
    for number in range(10):
        friend = Patient(f"friend {number}")
        consent.accept(RegisterPatient(friend.id, VAULT), DESK)
        consent.give_card(friend)
        said = Delegate(seeded(f"friendly {number}"), ANNA.id, friend.id, NOW + DAY)
        if number < 9:
            consent.accept(said, ANNA)
        else:
            assert consent.refuse(said, ANNA) == "too-many"


def guarding(**changes) -> NameGuardian:
    whole = NameGuardian(seeded("second"), BEN.id, CLARA.id, NOW + DAY, seeded("bens"), KEPT)
    return replace(whole, **changes)


CLARAS = (CLARA.key,)


def test_a_guardian_decides_for_a_patient_without_a_card(consent):
    consent.accept(guarding(), DOCTOR, keys=CLARAS)
    assert consent.get("decides-since", BEN.id) == NOW
    assert consent.get("delegation", seeded("second")) == (BEN.id, CLARA.id, NOW + DAY, 1, 1)
    assert grant(consent, seeded("bens")).speaker == CLARA.id
    assert consent.get("epoch", BEN.id, "labs")[3] == ()
    consent.accept(granting("by clara", BEN), CLARA)


def test_without_a_first_grant_a_guardian_begins_with_none(consent):
    consent.accept(guarding(grant=b"", categories=()), DOCTOR, keys=CLARAS)
    assert consent.get("grants", BEN.id) is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"patient": ANNA.id}, "card-taken"),
        ({"delegate": BEN.id}, "no-card"),
        ({"delegate": DORA.id}, "no-card"),
        ({"patient": seeded("nobody")}, "unknown-patient"),
        ({"patient": DORA.id}, "already-guarded"),
        ({"patient": DORA.id, "grant": b""}, "already-guarded"),
        ({"patient": DORA.id, "categories": ()}, "already-guarded"),
        ({"patient": DORA.id, "grant": b"", "categories": ()}, "already-delegated"),
        ({"until_ms": 0}, "period"),
        ({"until_ms": NOW}, "period"),
        ({"until_ms": NOW + 18 * 366 * DAY + 1}, "period"),
        ({"categories": ()}, "categories"),
        ({"categories": ("billing",)}, "categories"),
        ({"grant": GIVEN}, "already-used"),
        ({"delegation": GUARDIAN}, "already-used"),
    ],
)
def test_a_guardian_whom_nobody_may_name_is_refused(consent, changes, rule):
    assert consent.refuse(guarding(**changes), DESK, keys=CLARAS) == rule


def test_a_guardian_signs_and_the_member_and_nobody_else(consent):
    consent.accept(guarding(until_ms=NOW + 18 * 366 * DAY), DESK, keys=CLARAS)
    assert consent.refuse(guarding(), DESK) == "signer"
    assert consent.refuse(guarding(), DESK, keys=(ANNA.key,)) == "signer"
    assert consent.refuse(guarding(), DESK, keys=(CLARA.key, CUSTODIANS.key)) == "signer"
    from ehr_desktop.node.contracts.consent_statements import LoseCard

    consent.accept(LoseCard(CLARA.id), DESK)
    assert consent.refuse(guarding(), DESK, keys=CLARAS) == "card-lost"


def test_nobody_speaks_for_a_patient_who_was_erased(consent):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    consent.accept(ConfirmErasure(ANNA.id), ADMIN)
    assert consent.refuse(EndDelegation(DELEGATION), CLARA) == "erased"


def test_delegations_that_are_over_end_when_the_patient_delegates_again(consent):
    consent.give_card(BEN)
    consent.now_ms += 90 * DAY
    consent.accept(Delegate(seeded("ben's"), ANNA.id, BEN.id, consent.now_ms + DAY), ANNA)
    assert consent.get("delegations", ANNA.id) == (seeded("ben's"),)
    assert CLARA.id not in consent.get("key", ANNA.id, "labs", SECOND)[1]


def test_delegations_that_are_over_end_when_the_delegate_is_named_again(consent):
    consent.give_card(BEN)
    consent.now_ms += 90 * DAY
    consent.accept(Delegate(seeded("by ben"), BEN.id, CLARA.id, consent.now_ms + DAY), BEN)
    assert set(consent.get("speaks-for", CLARA.id)) == {GUARDIAN, seeded("by ben")}
    assert consent.get("delegations", ANNA.id) is None


def test_a_locked_child_gets_no_guardian(consent):
    consent.accept(OrderErasure(BEN.id, 0, "asked"), DOCTOR)
    assert consent.refuse(guarding(), DESK, keys=CLARAS) == "erasing"


def test_one_speaks_for_fifty_at_once(consent):
    for number in range(49):
        child = Patient(f"child {number}")
        consent.accept(RegisterPatient(child.id, VAULT), DESK)
        named = NameGuardian(seeded(f"guardian {number}"), child.id, CLARA.id, NOW + DAY, b"", ())
        if number < 48:
            consent.accept(named, DESK, keys=CLARAS)
        else:
            assert consent.refuse(named, DESK, keys=CLARAS) == "too-many"
