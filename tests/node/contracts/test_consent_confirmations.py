"""A card made, or a guardian named, by whoever may not read counts once a clinician has vouched."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.consent_basis import (
    basis_for,
    is_confirmed,
    recipients,
    speakers,
)
from ehr_desktop.node.contracts.consent_state import Confirmation, entry
from ehr_desktop.node.contracts.consent_statements import (
    AskClinic,
    Delegate,
    FindCard,
    GuardCard,
    LoseCard,
    NameGuardian,
    ReadOwn,
    ReplaceCard,
    RevokeAccess,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CancelErasure,
    ConfirmErasure,
    OrderErasure,
)
from ehr_desktop.node.contracts.state import key
from ehr_desktop.node.contracts.statements import BookAppointment, ChangeAppointmentStatus
from ehr_desktop.node.ledger.codec import encode
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    CUSTODIANS,
    DAY,
    DORA,
    FIRST,
    HOUR,
    KEPT,
    SECOND,
    Patient,
    asking,
    confirming,
    dealing,
    granting,
    guards,
    new_key,
    read_key,
    ruling,
    taking,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, NURSE, seeded

BENS, CLARAS = (BEN.key,), (CLARA.key,)
LATER = NOW + HOUR


def naming(child: Patient = BEN, name: str = "named", **changes) -> NameGuardian:
    whole = NameGuardian(seeded(name), child.id, CLARA.id, NOW + DAY, seeded("bens"), KEPT)
    return replace(whole, **changes)


def made_by_the_desk(consent) -> None:
    """Ben gets a card from somebody who may not read; the team is to keep some categories."""
    consent.accept(taking(BEN, "bens", KEPT), DESK, 1, keys=BENS)


def named_by_the_desk(consent) -> None:
    consent.accept(naming(), DESK, keys=CLARAS)


MAKING = pytest.mark.parametrize(
    ("make", "speaker"), [(made_by_the_desk, BEN), (named_by_the_desk, CLARA)]
)


def basis(consent, person, role, category=Category.LABS):
    return basis_for(consent.get, BEN.id, person.id, role, category, consent.now_ms)


@MAKING
def test_until_a_clinician_vouches_the_clinics_policy_stays(consent, make, speaker):
    before = recipients(consent.get, BEN.id, Category.NOTES, NOW)
    make(consent)
    assert entry(consent.get, Confirmation, "confirmation", BEN.id, speaker.id) == Confirmation(
        DESK.id, NOW, seeded("bens")
    )
    assert consent.get("unconfirmed", BEN.id[0]) == ((BEN.id, speaker.id),)
    assert basis(consent, DOCTOR, Role.DOCTOR) is Basis.POLICY
    assert basis(consent, DESK, Role.RECEPTIONIST) is None
    assert before == (frozenset({Team.CLINICAL}), frozenset())
    assert recipients(consent.get, BEN.id, Category.NOTES, NOW) == before
    assert speakers(consent.get, BEN.id, NOW) == ()
    assert consent.get("decides-since", BEN.id) is None
    assert consent.get("grants", BEN.id) is None
    assert consent.get("epoch", BEN.id, "labs")[3] == (FIRST,)
    assert consent.refuse(asking("of nobody", BEN), DOCTOR) == "no-card"


@MAKING
def test_once_a_clinician_has_vouched_control_moves(consent, make, speaker):
    make(consent)
    consent.now_ms = LATER
    consent.accept(confirming(BEN, speaker), NURSE)
    assert entry(consent.get, Confirmation, "confirmation", BEN.id, speaker.id) == Confirmation(
        DESK.id, NOW, seeded("bens"), NURSE.id, LATER
    )
    assert consent.get("unconfirmed", BEN.id[0]) is None
    assert consent.get("decides-since", BEN.id) == LATER
    assert consent.get("grants", BEN.id) == (seeded("bens"),)
    kept = consent.get("grant", seeded("bens"))
    assert kept[:4] == (BEN.id, "team", b"clinical".ljust(16, b"\0"), KEPT)
    assert kept[5:] == (LATER, 0, 0, 0, "active", b"", speaker.id, LATER, 0)
    assert basis(consent, DOCTOR, Role.DOCTOR) is None
    assert basis(consent, DOCTOR, Role.DOCTOR, Category.NOTES) is Basis.PATIENT
    assert speakers(consent.get, BEN.id, LATER) == (speaker.id,)
    assert recipients(consent.get, BEN.id, Category.LABS, LATER) == (
        frozenset(), frozenset({speaker.id}),
    )  # fmt: skip
    # what the team reads no longer is written under another key, and the old one handed on
    assert consent.get("epoch", BEN.id, "labs")[3] == ()
    assert consent.get("key", BEN.id, "labs", FIRST)[2] == ("clinical",)
    consent.accept(granting("at last", BEN), speaker)


def test_what_a_clinician_makes_counts_at_once(consent):
    consent.accept(taking(BEN), DOCTOR, 1, keys=BENS)
    assert entry(consent.get, Confirmation, "confirmation", BEN.id, BEN.id) == Confirmation(
        DOCTOR.id, NOW, b"", DOCTOR.id, NOW
    )
    assert consent.get("unconfirmed", BEN.id[0]) is None
    consent.accept(granting("at once", BEN), BEN)


@pytest.mark.parametrize("maker", [DESK, ADMIN, CLERK])
def test_neither_reception_nor_administrators_make_cards_that_count(consent, maker):
    consent.accept(taking(BEN), maker, 1, keys=BENS)
    assert not is_confirmed(consent.get, BEN.id, BEN.id)
    assert consent.refuse(confirming(BEN), maker) == "role"


@MAKING
def test_who_vouches_is_a_clinician_and_not_who_made_it(consent, make, speaker):
    make(consent)
    said = confirming(BEN, speaker)
    for person in (DESK, ADMIN, CLERK):
        assert consent.refuse(said, person) == "role"
    assert consent.refuse(said) == "not-a-member"
    assert consent.refuse(said, speaker) == "not-a-member"
    assert consent.refuse(said, DOCTOR, keys=(speaker.key,)) == "signer"
    # nobody's role changes today; who made it must not vouch for it if that ever comes
    role, *others = consent.get("member", DOCTOR.id)
    member = consent.get("member", DESK.id)
    consent.values[key("member", DESK.id)] = encode([role, member[1], *others[1:]])
    assert consent.refuse(said, DESK) == "same-member"
    consent.accept(said, DOCTOR)


@MAKING
def test_one_vouches_once_for_the_card_that_was_shown(consent, make, speaker):
    make(consent)
    said = confirming(BEN, speaker)
    for generation in (2, 3):
        assert consent.refuse(replace(said, generation=generation), DOCTOR) == "stale-generation"
    assert consent.refuse(replace(said, speaker=DORA.id), DOCTOR) == "no-card"
    assert consent.refuse(replace(said, speaker=ANNA.id), DOCTOR) == "no-card"
    assert consent.refuse(replace(said, patient=ANNA.id), DOCTOR) == "no-card"
    assert consent.refuse(replace(said, patient=seeded("nobody")), DOCTOR) == "unknown-patient"
    consent.accept(said, DOCTOR)
    assert consent.refuse(said, DOCTOR) == "already-confirmed"
    assert consent.refuse(said, NURSE) == "already-confirmed"


@MAKING
def test_nobody_vouches_for_a_lost_card(consent, make, speaker):
    make(consent)
    consent.accept(LoseCard(speaker.id), DESK)
    assert consent.refuse(confirming(BEN, speaker), DOCTOR) == "card-lost"
    consent.accept(FindCard(speaker.id), speaker)
    consent.accept(confirming(BEN, speaker), DOCTOR)


@MAKING
def test_nobody_vouches_for_a_record_that_goes(consent, make, speaker):
    make(consent)
    consent.accept(OrderErasure(BEN.id, 0, "asked"), DOCTOR)
    assert consent.refuse(confirming(BEN, speaker), DOCTOR) == "erasing"
    consent.accept(CancelErasure(BEN.id), DOCTOR)
    consent.accept(confirming(BEN, speaker), NURSE)


def test_an_erased_patients_card_waits_no_longer(consent):
    made_by_the_desk(consent)
    other = Patient("another of the same first byte")
    place = key("unconfirmed", BEN.id[0])
    consent.values[place] = encode([[other.id, other.id], [BEN.id, BEN.id]])
    consent.accept(OrderErasure(BEN.id, 0, "asked"), DOCTOR)
    consent.accept(ConfirmErasure(BEN.id), ADMIN)
    assert consent.get("unconfirmed", BEN.id[0]) == ((other.id, other.id),)
    assert consent.get("confirmation", BEN.id, BEN.id) is None
    assert consent.refuse(confirming(BEN), DOCTOR) == "erased"


def test_several_wait_in_one_list(consent):
    other = Patient("another of the same first byte")
    consent.values[key("unconfirmed", BEN.id[0])] = encode([[other.id, other.id]])
    made_by_the_desk(consent)
    assert consent.get("unconfirmed", BEN.id[0]) == ((other.id, other.id), (BEN.id, BEN.id))
    consent.accept(confirming(BEN), DOCTOR)
    assert consent.get("unconfirmed", BEN.id[0]) == ((other.id, other.id),)


def test_an_unconfirmed_card_decides_and_reads_nothing(consent):
    made_by_the_desk(consent)
    for said in (
        granting("to a friend", BEN),
        granting("to herself", BEN, grantee=DESK.id),
        ruling("a rule", BEN),
        Delegate(seeded("delegated"), BEN.id, CLARA.id, NOW + DAY),
        ReadOwn(BEN.id, "open", ("labs",)),
        consent.epochs(BEN, "labs", SECOND),
        dealing("emergency", FIRST, BEN),
    ):
        assert consent.refuse(said, BEN) == "unconfirmed"
    asked = AskClinic(seeded("question"), BEN.id, seeded("about", 32), FIRST)
    assert consent.refuse(asked, BEN, 1) == "unconfirmed"
    # the team's first grant is the card's, and is not there to be revoked yet
    assert consent.refuse(RevokeAccess(seeded("bens")), BEN) == "unconfirmed"
    assert consent.refuse(granting("bens"), ANNA) == "already-used"


def test_an_unconfirmed_card_does_what_concerns_it_alone(consent):
    made_by_the_desk(consent)
    consent.accept(UseCard(BEN.id), BEN)
    consent.accept(GuardCard(BEN.id, 1, 3, guards(what="again")), BEN, 1)
    consent.accept(BoxForCustodians(1, (("read-key", BEN.id, seeded("box", 32)),)), BEN)
    midnight = NOW - NOW % DAY
    visit = BookAppointment(
        seeded("bens visit"), DOCTOR.id, BEN.id, midnight + 11 * HOUR, 30, "2027-01-15T11:00",
        "Etc/UTC", "", FIRST,
    )  # fmt: skip
    consent.accept(visit, DESK, 1)
    arrived = ChangeAppointmentStatus(seeded("bens visit"), "arrived", 0)
    assert consent.refuse(arrived, CLARA) == "not-a-speaker"
    consent.accept(arrived, BEN)


def test_whoever_shows_a_card_that_waits_speaks_for_nobody_else(consent):
    made_by_the_desk(consent)
    guardian = naming(child=Patient("dora"), delegate=BEN.id, grant=b"", categories=())
    assert consent.refuse(guardian, DOCTOR, keys=BENS) == "unconfirmed"
    said = Delegate(seeded("to ben"), ANNA.id, BEN.id, NOW + DAY)
    assert consent.refuse(said, ANNA) == "unconfirmed"


def test_a_card_that_waits_is_made_anew_and_one_that_counts_is_not(consent):
    made_by_the_desk(consent)
    consent.accept(TryPin(BEN.id, bytes(32)), keys=(BEN.card,))
    other = new_key("ben")
    again = taking(
        BEN, "others", ("labs",), generation=2, consent_key=other.public, read_key=read_key(BEN, 2)
    )
    for generation in (1, 3):
        wrong = replace(again, generation=generation)
        assert consent.refuse(wrong, CLERK, 1, keys=(other,)) == "stale-generation"
    before = consent.copy()
    consent.accept(again, CLERK, 1, keys=(other,))
    assert consent.get("unconfirmed", BEN.id[0]) == ((BEN.id, BEN.id),)
    assert consent.get("try", BEN.id) is None
    assert consent.refuse(UseCard(BEN.id), BEN) == "signer"
    assert consent.refuse(confirming(BEN), DOCTOR) == "stale-generation"
    consent.accept(confirming(BEN, generation=2), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("others"),)
    assert consent.refuse(taking(BEN, generation=3), DOCTOR, 1, keys=BENS) == "card-taken"
    # a clinician's counts at once, and nothing waits any more
    before.accept(again, DOCTOR, 1, keys=(other,))
    assert before.get("unconfirmed", BEN.id[0]) is None
    assert before.get("grants", BEN.id) == (seeded("others"),)


def test_custodians_vouch_for_the_card_that_takes_a_lost_ones_place(consent):
    made_by_the_desk(consent)
    consent.accept(LoseCard(BEN.id), DESK)
    consent.now_ms += 24 * HOUR
    other = new_key("ben")
    card = ReplaceCard(
        BEN.id, other.public, read_key(BEN, 2), new_key("card").public, 2, 3, guards()
    )
    consent.accept(card, CLERK, 1, keys=(other, CUSTODIANS.key))
    found = entry(consent.get, Confirmation, "confirmation", BEN.id, BEN.id)
    assert found == Confirmation(DESK.id, NOW, seeded("bens"), CLERK.id, consent.now_ms)
    assert consent.get("unconfirmed", BEN.id[0]) is None
    assert consent.get("decides-since", BEN.id) == consent.now_ms
    assert consent.get("grants", BEN.id) == (seeded("bens"),)


def test_a_card_that_counted_still_does_when_it_is_replaced(consent):
    before = consent.get("confirmation", ANNA.id, ANNA.id)
    given = consent.get("grants", ANNA.id)
    consent.accept(LoseCard(ANNA.id), DESK)
    consent.now_ms += 24 * HOUR
    other = new_key("anna")
    card = ReplaceCard(
        ANNA.id, other.public, read_key(ANNA, 2), new_key("card").public, 2, 3, guards()
    )
    consent.accept(card, NURSE, 1, keys=(other, CUSTODIANS.key))
    assert consent.get("confirmation", ANNA.id, ANNA.id) == before
    assert consent.get("grants", ANNA.id) == given


def test_a_first_grant_that_waits_is_one_of_a_hundred_once_it_begins(consent):
    consent.accept(naming(), DOCTOR, keys=CLARAS)
    made_late = taking(BEN, "late", KEPT)
    consent.accept(made_late, DESK, 1, keys=BENS)
    for number in range(99):
        consent.accept(granting(f"{number}", BEN), CLARA)
    # the guardian's end first, as they do when a card counts
    consent.accept(confirming(BEN), DOCTOR)
    assert consent.get("grants", BEN.id) == (seeded("late"),)
