"""What waits for a clinician's word, a card or a guardian, can be turned away instead."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Role
from ehr_desktop.node.contracts.consent_basis import basis_for, recipients, speakers
from ehr_desktop.node.contracts.consent_state import Rejection, entry, rejection
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    FindCard,
    GuardCard,
    LoseCard,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import CancelErasure, OrderErasure
from ehr_desktop.node.contracts.state import key
from ehr_desktop.node.ledger.codec import encode
from tests.node.contracts.test_consent_confirmations import (
    CLARAS,
    LATER,
    made_by_the_desk,
    named_by_the_desk,
    naming,
)
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    DAY,
    DORA,
    PCS,
    Patient,
    asking,
    confirming,
    granting,
    guards,
    new_key,
    read_key,
    rejecting,
    taking,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, NURSE, seeded

MAKING = pytest.mark.parametrize(
    ("make", "speaker", "generation"), [(made_by_the_desk, BEN, 1), (named_by_the_desk, CLARA, 0)]
)


@MAKING
def test_turned_away_nothing_is_left_of_it_but_who_did_so_and_policy_stays(
    consent, make, speaker, generation
):
    before = recipients(consent.get, BEN.id, Category.NOTES, NOW)
    make(consent)
    consent.now_ms = LATER
    consent.accept(rejecting(BEN, speaker), NURSE)
    found = rejection(consent.get, BEN.id)
    assert found == Rejection(generation, speaker.id, NURSE.id, LATER)
    assert consent.get("card", BEN.id) is None
    assert consent.get("confirmation", BEN.id, speaker.id) is None
    assert consent.get("unconfirmed", BEN.id[0]) is None
    assert consent.get("delegations", BEN.id) is None
    assert seeded("named") not in (consent.get("speaks-for", CLARA.id) or ())
    assert speakers(consent.get, BEN.id, LATER) == ()
    assert consent.get("decides-since", BEN.id) is None
    assert consent.get("grants", BEN.id) is None
    assert recipients(consent.get, BEN.id, Category.NOTES, LATER) == before
    assert basis_for(consent.get, BEN.id, DOCTOR.id, Role.DOCTOR, Category.LABS, LATER) == "policy"
    assert consent.refuse(confirming(BEN, speaker), DOCTOR) == "no-card"
    assert consent.refuse(rejecting(BEN, speaker), DOCTOR) == "no-card"
    assert consent.refuse(granting("too late", BEN), speaker) == "not-a-speaker"
    assert consent.refuse(asking("of nobody", BEN), DOCTOR) == "no-card"


@MAKING
def test_a_clinician_turns_it_away_or_who_has_made_it_and_nobody_else(
    consent, make, speaker, generation
):
    make(consent)
    said = rejecting(BEN, speaker)
    for person in (ADMIN, CLERK):
        assert consent.refuse(said, person) == "role"
    assert consent.refuse(said) == "not-a-member"
    assert consent.refuse(said, speaker) == "not-a-member"
    assert consent.refuse(said, DOCTOR, keys=(speaker.key,)) == "signer"
    by_the_desk = consent.copy()
    by_the_desk.accept(said, DESK)
    assert rejection(by_the_desk.get, BEN.id).rejected_by == DESK.id
    assert rejection(by_the_desk.get, BEN.id).generation == generation
    consent.accept(said, DOCTOR)


@MAKING
def test_it_has_to_be_the_one_that_waits(consent, make, speaker, generation):
    make(consent)
    said = rejecting(BEN, speaker)
    for other in (2, 3):
        assert consent.refuse(replace(said, generation=other), DOCTOR) == "stale-generation"
    for whom in (DORA, ANNA):
        assert consent.refuse(replace(said, speaker=whom.id), DOCTOR) == "no-card"
    assert consent.refuse(replace(said, patient=ANNA.id), DOCTOR) == "no-card"
    assert consent.refuse(replace(said, patient=seeded("nobody")), DOCTOR) == "unknown-patient"
    consent.accept(said, DOCTOR)


@MAKING
def test_what_was_confirmed_is_never_turned_away(consent, make, speaker, generation):
    make(consent)
    consent.accept(confirming(BEN, speaker), NURSE)
    for person in (DOCTOR, NURSE, DESK, ADMIN):
        assert consent.refuse(rejecting(BEN, speaker), person) == "already-confirmed"
    assert speakers(consent.get, BEN.id, NOW) == (speaker.id,)
    assert consent.refuse(rejecting(ANNA), DOCTOR) == "already-confirmed"
    assert consent.refuse(rejecting(DORA, CLARA), DOCTOR) == "already-confirmed"


@MAKING
def test_a_lost_card_is_turned_away_too(consent, make, speaker, generation):
    make(consent)
    consent.accept(LoseCard(speaker.id), DESK)
    consent.accept(rejecting(BEN, speaker), DOCTOR)
    if speaker is BEN:
        assert consent.refuse(FindCard(BEN.id), BEN) == "not-a-speaker"


@MAKING
def test_nothing_is_turned_away_from_a_record_that_goes(consent, make, speaker, generation):
    make(consent)
    consent.accept(OrderErasure(BEN.id, 0, "asked"), DOCTOR)
    assert consent.refuse(rejecting(BEN, speaker), DOCTOR) == "erasing"
    consent.accept(CancelErasure(BEN.id), DOCTOR)
    consent.accept(rejecting(BEN, speaker), DOCTOR)


def test_a_card_that_was_turned_away_says_nothing_and_its_pin_is_not_asked_for(consent):
    made_by_the_desk(consent)
    consent.accept(TryPin(BEN.id, bytes(32)), keys=(BEN.card,))
    asked = consent.get("try", BEN.id)[0]
    consent.accept(rejecting(BEN), DOCTOR)
    assert consent.get("try", BEN.id) is None
    assert consent.get("asked", asked) is None
    assert consent.refuse(AnswerPin(asked, bytes(32)), pc=PCS[1]) == "stale-try"
    assert consent.refuse(TryPin(BEN.id, bytes(32)), keys=(BEN.card,)) == "no-card"
    assert consent.refuse(UseCard(BEN.id), BEN) == "not-a-speaker"
    assert consent.refuse(GuardCard(BEN.id, 1, 3, guards()), BEN, 1) == "not-a-speaker"
    assert consent.refuse(LoseCard(BEN.id), DESK) == "no-card"


def test_the_next_card_has_the_next_number_and_none_is_used_twice(consent):
    made_by_the_desk(consent)
    consent.accept(rejecting(BEN), DOCTOR)
    other = new_key("ben")
    again = taking(
        BEN, "others", ("labs",), generation=2, consent_key=other.public, read_key=read_key(BEN, 2)
    )
    for generation in (1, 3):
        wrong = replace(again, generation=generation)
        assert consent.refuse(wrong, CLERK, 1, keys=(other,)) == "stale-generation"
    consent.accept(again, CLERK, 1, keys=(other,))
    # a guardian who is turned away meanwhile leaves the numbers of cards as they are
    consent.accept(naming(grant=b"", categories=()), DESK, keys=CLARAS)
    consent.accept(rejecting(BEN, CLARA), DOCTOR)
    assert rejection(consent.get, BEN.id) == Rejection(1, CLARA.id, DOCTOR.id, NOW)
    # of the desk's card nobody turns away but who made it, and clinicians
    assert consent.refuse(rejecting(BEN, generation=2), DESK) == "role"
    assert consent.refuse(rejecting(BEN), CLERK) == "stale-generation"
    consent.accept(rejecting(BEN, generation=2), CLERK)
    assert rejection(consent.get, BEN.id).generation == 2
    third = replace(again, generation=3, grant=seeded("third"))
    consent.accept(third, DESK, 1, keys=(other,))
    consent.accept(confirming(BEN, generation=3), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("third"),)


def test_others_that_wait_in_the_same_list_wait_on(consent):
    other = Patient("another of the same first byte")
    consent.values[key("unconfirmed", BEN.id[0])] = encode([[other.id, other.id]])
    made_by_the_desk(consent)
    consent.accept(rejecting(BEN), DOCTOR)
    assert consent.get("unconfirmed", BEN.id[0]) == ((other.id, other.id),)


def test_a_guardian_who_was_turned_away_is_not_remembered_and_may_be_named_again(consent):
    named_by_the_desk(consent)
    known = consent.get("guarded-once", CLARA.id)
    consent.accept(rejecting(BEN, CLARA), DOCTOR)
    assert consent.get("guarded-once", CLARA.id) == known
    assert consent.get("delegation", seeded("named"))[-1] == 0
    # she speaks on for all others
    assert speakers(consent.get, DORA.id, NOW) == (CLARA.id,)
    assert consent.refuse(naming(grant=seeded("x")), DESK, keys=CLARAS) == "already-used"
    consent.accept(naming(name="again", grant=seeded("again")), DESK, keys=CLARAS)
    consent.accept(confirming(BEN, CLARA), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("again"),)


def test_of_two_guardians_only_the_one_who_waits_is_turned_away(consent):
    consent.accept(naming(), DOCTOR, keys=CLARAS)
    second = naming(name="second", delegate=ANNA.id, grant=b"", categories=())
    consent.accept(second, DESK, keys=(ANNA.key,))
    assert consent.refuse(rejecting(BEN, CLARA), NURSE) == "already-confirmed"
    consent.accept(rejecting(BEN, ANNA), NURSE)
    assert speakers(consent.get, BEN.id, NOW) == (CLARA.id,)
    assert consent.get("delegations", BEN.id) == (seeded("named"),)
    consent.accept(granting("still", BEN), CLARA)


def test_a_childs_card_that_is_turned_away_leaves_the_guardian_deciding(consent):
    consent.accept(taking(DORA), DESK, 1, keys=(DORA.key,))
    consent.accept(rejecting(DORA), DOCTOR)
    assert speakers(consent.get, DORA.id, NOW) == (CLARA.id,)
    consent.accept(granting("still", DORA), CLARA)
    assert entry(consent.get, Rejection, "rejected", DORA.id).speaker == DORA.id


def test_a_guardian_whose_time_is_over_is_turned_away_as_well(consent):
    named_by_the_desk(consent)
    consent.now_ms += DAY
    consent.accept(rejecting(BEN, CLARA), DOCTOR)
    assert consent.get("delegations", BEN.id) is None
