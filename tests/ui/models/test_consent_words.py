"""What staff are told of consent: every code has words, and no sentence says more than is true."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    CONTROLLED,
    Basis,
    CardStatus,
    Delegation,
    EndingProgress,
    Erasure,
    Finding,
    GranteeKind,
    GrantState,
    GuardRule,
    RequestState,
    Share,
)
from ehr_desktop.ui.models import consent_words as said
from ehr_desktop.ui.models.closed_categories import (
    SECTION_CATEGORIES,
    asked_first,
    closed_sections,
    closed_to,
)
from ehr_desktop.ui.models.consent_times import KEEP, UNTIL, end_of

NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)
QUORUMS = {1: 1, 2: 2, 3: 2, 4: 3, 7: 5}


def test_every_code_has_words_of_its_own():
    for kind, words in (
        (Category, said.category_words),
        (Basis, said.basis_words),
        (RequestState, said.request_words),
        (GrantState, said.grant_words),
        (Finding, said.finding_words),
    ):
        assert len({words(one) for one in kind}) == len(list(kind))
    assert set(said.CATEGORY_HOLDS) == set(Category)


def test_unknown_codes_are_still_readable():
    assert said.reason_words("power-cut") == "Power cut"
    assert said.purpose_words("school-report") == "School report"
    assert said.erasure_basis_words("heirs-asked") == "Heirs asked"
    assert said.manner_words("export") == "Exported"


def test_categories_are_always_listed_in_the_same_order():
    names = {Category.NOTES, Category.EMERGENCY, Category.MENTAL_HEALTH}
    assert said.listed(names) == "Allergies and medicines; notes; mental health"
    assert said.listed(()) == ""


def test_who_decides_is_said_from_the_card():
    assert said.decides(CardStatus(taken=False), UTC)[0] == "The clinic's policy decides"
    taken = CardStatus(taken=True, generation=1, since=NOON)
    assert said.decides(taken, UTC)[0] == "The patient decides since 14-Aug-2026 12:00"
    assert said.decides(replace(taken, since=None), UTC)[0] == "The patient decides"
    guardian = Delegation("d", "p", "g", "Ana Lima", NOON, guardian=True)
    title, text = said.decides(CardStatus(taken=False, guardians=(guardian,)), UTC)
    assert title == "Ana Lima decides for the patient"
    assert "Until 14-Aug-2026" in text
    title, text = said.decides(CardStatus(taken=False, since=NOON), UTC)
    assert title == "Nobody decides at the moment"
    assert "A guardian's time is over" in text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"lost_since": NOON, "replaceable_from": NOON + timedelta(days=1)}, "from 15-Aug-2026"),
        ({"guesses_left": 0}, "locked after too many"),
        ({"guesses_left": 3}, "3 of 10 tries"),
        ({"keys_reached": False}, "not complete yet"),
    ],
)
def test_what_is_amiss_with_a_card_is_told(change, text):
    card = replace(CardStatus(taken=True, generation=1), **change)
    assert text in said.decides(card, UTC)[1]


@pytest.mark.parametrize("workstations", QUORUMS)
def test_the_rules_say_how_many_and_what_is_weaker(workstations):
    rule = GuardRule(QUORUMS[workstations], workstations)
    pin, emergency = said.pin_rule_words(rule), said.emergency_rule_words(rule)
    assert said.is_weak(rule) is (workstations < 4)
    assert "10 wrong PINs" in pin
    if workstations == 1:
        assert "checks the PIN alone" in pin
        assert "it alone holds the emergency key" in emergency
    else:
        assert str(workstations) in pin
        assert str(workstations) in emergency
    # only with one PC may one stolen PC try PINs
    assert ("without limit" in pin) is (workstations == 1)


def test_a_grant_is_told_with_whom_and_how_far_its_end_has_come():
    share = Share(
        "s",
        GranteeKind.TEAM,
        "clinical",
        "",
        frozenset({Category.NOTES}),
        "treatment",
        NOON,
        None,
        GrantState.ACTIVE,
    )
    assert said.grantee_words(share) == "The care team"
    person = replace(share, grantee_kind=GranteeKind.PERSON, name="Dr Lima")
    assert said.grantee_words(person) == "Dr Lima"
    assert said.grantee_words(replace(person, name="")) == "Somebody no longer known here"
    ending = EndingProgress(("Desk", "Room 1", "Lab"), ("Room 2",), resealed=True)
    assert said.ending_words(ending) == "done on 3 of 4; waiting for Room 2"
    assert "encrypted anew" in said.ending_words(replace(ending, resealed=False))


def test_an_erasure_is_locked_first_and_then_gone():
    erasure = Erasure(
        "p", NOON, "Ana", date(2030, 1, 2), "patient-asked", None, "", (), ("Desk",), ()
    )
    title, text = said.locked_words(erasure, UTC)
    assert title == "Locked: this record is to be erased"
    assert "02-Jan-2030" in text
    done = replace(erasure, confirmed=NOON, acknowledged=(("Desk", NOON),), waiting=())
    assert said.locked_words(done, UTC)[0] == "This record was erased"


def test_the_time_left_for_a_review():
    assert said.overdue_words(NOON + timedelta(hours=72), NOON) == "72 hours left"
    assert said.overdue_words(NOON + timedelta(minutes=40), NOON) == "1 hour left"
    assert said.overdue_words(NOON - timedelta(hours=5), NOON) == "Overdue for 5 hours"


def test_lengths_end_at_midnight_in_the_clinics_zone():
    assert end_of(UNTIL, "today", NOON) == datetime(2026, 8, 15, tzinfo=UTC)
    assert end_of(UNTIL, "month", NOON) == datetime(2026, 9, 14, tzinfo=UTC)
    assert end_of(UNTIL, "open", NOON) is None
    assert end_of(KEEP, "none", NOON) is None


def test_what_is_closed_is_what_the_patient_decides_about_and_has_not_opened():
    assert closed_to(Category) == frozenset()
    assert closed_to({Category.DEMOGRAPHICS}) == CONTROLLED
    assert closed_sections(()) == frozenset()
    assert closed_sections(CONTROLLED) == frozenset(SECTION_CATEGORIES)
    assert Category.GENETICS not in asked_first(CONTROLLED)
    assert asked_first({Category.GENETICS}) == {Category.GENETICS}
