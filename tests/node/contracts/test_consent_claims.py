"""Shared-out keys: dealing, claiming in an emergency or under a rule, releasing and reviewing."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.consent_basis import basis_for
from ehr_desktop.node.contracts.consent_state import Claim, entry
from ehr_desktop.node.contracts.consent_statements import EndRule
from ehr_desktop.node.contracts.custody_statements import (
    CancelErasure,
    ClaimShares,
    CloseEpochs,
    ConfirmErasure,
    OrderErasure,
    ReleaseShares,
    ReviewClaim,
)
from ehr_desktop.node.contracts.statements import (
    RemoveDevice,
)
from ehr_desktop.node.ledger.validators import quorum_of
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    DAY,
    DORA,
    FIRST,
    HOUR,
    MINUTE,
    PCS,
    SECOND,
    SURGEON,
    dealing,
    guards,
    ruling,
)
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NOW, NURSE, Device, seeded
from tests.support.paper_network import enrolment

THIRD = SECOND + FIRST
MIDNIGHT = NOW - NOW % DAY
CLAIM = seeded("claim")


def claiming(name="claim", **changes) -> ClaimShares:
    whole = ClaimShares(
        seeded(name), ANNA.id, "emergency", ("emergency",), BOX, "unconscious", bytes(32), b""
    )
    return replace(whole, **changes)


def by_rule(name="claim", **changes) -> ClaimShares:
    whole = claiming(name, claim_kind="rule", categories=("labs",), basis=seeded("rule"))
    return replace(whole, **changes)


def claim(consent, name="claim") -> Claim:
    found = entry(consent.get, Claim, "claim", seeded(name))
    assert found
    return found


def test_an_emergency_opens_the_emergency_set_for_half_an_hour(consent):
    consent.accept(claiming(), SURGEON, 1)
    assert claim(consent) == Claim(
        ANNA.id, SURGEON.id, "emergency", ("emergency",), BOX, b"", NOW, NOW + 30 * MINUTE
    )
    assert consent.get("claims", ANNA.id) == (CLAIM,)

    def basis(person, at):
        return basis_for(consent.get, ANNA.id, person.id, "doctor", "emergency", at)

    assert basis(SURGEON, NOW) == basis(SURGEON, NOW + 30 * MINUTE - 1) == "emergency"
    assert basis_for(consent.get, ANNA.id, SURGEON.id, "doctor", "labs", NOW) is None
    assert basis(SURGEON, NOW + 30 * MINUTE) is basis(DOCTOR, NOW) is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"categories": ("notes",)}, "emergency-set"),
        ({"categories": ("emergency", "notes")}, "emergency-set"),
        ({"categories": ("notes", "emergency")}, "emergency-set"),
        ({"categories": ()}, "categories"),
        ({"categories": ("emergency", "emergency")}, "categories"),
        ({"categories": ("billing",)}, "categories"),
        ({"basis": seeded("rule")}, "emergency-set"),
        ({"patient": seeded("x")}, "unknown-patient"),
        ({"patient": seeded("directory")}, "unknown-patient"),
        ({"patient": BEN.id}, "not-shared-out"),
        ({"patient": CLARA.id}, "nothing-written"),
        ({"key": b"\xff" * 1216}, "weak-key"),
    ],
)
def test_an_emergency_opens_nothing_else(consent, changes, rule):
    assert consent.refuse(claiming(**changes), SURGEON, 1) == rule


def test_only_clinicians_claim_and_say_why_and_once_under_an_id(consent):
    for person in (ADMIN, DESK):
        assert consent.refuse(claiming(), person, 1) == "role"
    assert consent.refuse(claiming(), ANNA, 1) == "not-a-member"
    for count in (0, 2):
        assert consent.refuse(claiming(), SURGEON, count) == "containers"
    consent.accept(claiming(), NURSE, 1)
    assert consent.refuse(claiming(), NURSE, 1) == "already-used"


def test_five_emergencies_an_hour_are_one_clinicians(consent):
    for number in range(5):
        consent.accept(claiming(f"{number}"), SURGEON, 1)
        consent.now_ms += MINUTE
    assert consent.refuse(claiming("more"), SURGEON, 1) == "too-many"
    consent.accept(claiming("nurse"), NURSE, 1)
    consent.now_ms = NOW + HOUR - 1
    assert consent.refuse(claiming("more"), SURGEON, 1) == "too-many"
    consent.now_ms += 1
    consent.accept(claiming("more"), SURGEON, 1)
    assert len(consent.get("claimed", SURGEON.id, "emergency")) == 5


def test_a_locked_or_erased_record_opens_in_no_emergency(consent):
    consent.accept(claiming("before"), SURGEON, 1)
    consent.now_ms += 1
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    assert emergency_basis(consent) is None
    assert consent.refuse(claiming(), SURGEON, 1) == "erasing"
    assert consent.refuse(ReleaseShares(seeded("before"), (bytes(32),)), pc=PCS[1]) == "erasing"
    consent.accept(ConfirmErasure(ANNA.id), ADMIN)
    assert claim(consent, "before").until_ms == NOW + 1
    assert consent.refuse(claiming(), SURGEON, 1) == "erased"
    assert consent.refuse(ReviewClaim(seeded("before"), "justified", bytes(32)), NURSE, 1) == (
        "erased"
    )


def test_an_emergency_goes_on_for_what_is_left_of_it_once_the_lock_is_lifted(consent):
    consent.accept(claiming(), SURGEON, 1)
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    consent.now_ms += 30 * MINUTE - 1
    consent.accept(CancelErasure(ANNA.id), ADMIN)
    assert emergency_basis(consent) == "emergency"
    consent.now_ms += 1
    assert emergency_basis(consent) is None


def emergency_basis(consent):
    return basis_for(consent.get, ANNA.id, SURGEON.id, "doctor", "emergency", consent.now_ms)


def test_what_ended_before_a_record_was_erased_ended_then(consent):
    consent.accept(claiming(), SURGEON, 1)
    consent.now_ms += HOUR
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    consent.accept(ConfirmErasure(ANNA.id), ADMIN)
    assert claim(consent).until_ms == NOW + 30 * MINUTE


def test_shares_of_a_key_that_was_closed_are_released_no_more(consent):
    consent.accept(claiming(), SURGEON, 1)
    consent.accept(consent.epochs(ANNA, "emergency", THIRD), ANNA)
    consent.accept(CloseEpochs(ANNA.id, "emergency", THIRD), ANNA)
    assert consent.refuse(releasing(), pc=PCS[1]) == "not-a-guard"


def test_several_categories_are_dealt_at_once(consent):
    rows = tuple((category, SECOND, bytes(32), 3, guards()) for category in ("emergency", "labs"))
    consent.accept(replace(dealing("x"), escrows=rows), ANNA)


def test_a_rule_opens_its_categories_on_the_day_of_an_appointment(consent):
    consent.accept(by_rule(), DOCTOR)
    assert claim(consent) == Claim(
        ANNA.id, DOCTOR.id, "rule", ("labs",), BOX, seeded("rule"), NOW, MIDNIGHT + DAY
    )
    assert consent.refuse(by_rule("surgeon"), SURGEON) == "no-appointment"
    assert consent.refuse(by_rule("desk"), DESK) == "role"
    assert consent.refuse(by_rule("words"), DOCTOR, 1) == "containers"
    consent.now_ms = MIDNIGHT + DAY - 1
    consent.accept(by_rule("late"), DOCTOR)
    consent.now_ms += 1
    assert consent.refuse(by_rule("tomorrow"), DOCTOR) == "no-appointment"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"basis": seeded("never")}, "unknown-rule"),
        ({"basis": b""}, "unknown-rule"),
        ({"basis": seeded("clara's")}, "another-patient"),
        ({"basis": seeded("over")}, "rule-ended"),
        ({"categories": ("labs", "notes")}, "over-scoped"),
        ({"categories": ("notes",)}, "over-scoped"),
        ({"basis": seeded("general"), "categories": ("general",)}, "nothing-written"),
    ],
)
def test_a_rule_opens_nothing_beyond_it(consent, changes, rule):
    consent.accept(ruling("over", until_ms=NOW + 1), ANNA)
    consent.accept(ruling("general", categories=("general",)), ANNA)
    consent.accept(ruling("clara's", CLARA), CLARA)
    consent.now_ms += 1
    assert consent.refuse(by_rule(**changes), DOCTOR) == rule


def test_a_rules_own_end_ends_the_access_too(consent):
    consent.accept(ruling("short", until_ms=NOW + HOUR), ANNA)
    consent.accept(by_rule(basis=seeded("short")), DOCTOR)
    assert claim(consent).until_ms == NOW + HOUR


def test_a_rule_that_was_ended_opens_nothing(consent):
    consent.accept(EndRule(seeded("rule")), ANNA)
    assert consent.refuse(by_rule(), DOCTOR) == "unknown-rule"


def test_sixty_claims_an_hour_under_rules_are_one_clinicians(consent):
    for number in range(60):
        consent.accept(by_rule(f"{number}"), DOCTOR)
    assert consent.refuse(by_rule("more"), DOCTOR) == "too-many"
    consent.accept(claiming(), DOCTOR, 1)


def releasing(name="claim", boxes=1) -> ReleaseShares:
    return ReleaseShares(seeded(name), tuple(seeded(f"{n}", 32) for n in range(boxes)))


def test_guards_release_their_shares_once_while_the_claim_holds(consent):
    assert consent.refuse(releasing(), pc=PCS[1]) == "unknown-claim"
    consent.accept(claiming(), SURGEON, 1)
    for count in (0, 2):
        assert consent.refuse(releasing(boxes=count), pc=PCS[1]) == "boxes"
    for pc in PCS[:3]:
        consent.accept(releasing(), pc=pc)
        assert consent.refuse(releasing(), pc=pc) == "already-answered"
    assert claim(consent).released == tuple(pc.id for pc in PCS[:3])
    assert consent.refuse(releasing(), DOCTOR) == "signer"
    consent.now_ms += 30 * MINUTE
    assert consent.refuse(releasing(), pc=PCS[3]) == "claim-ended"


def test_a_workstation_without_a_share_releases_none(consent):
    late = Device("late")
    consent.accept(enrolment(late, PCS[0]), ADMIN)
    consent.accept(claiming(), SURGEON, 1)
    assert consent.say(releasing(), pc=late).rule == "not-a-guard"
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    assert consent.refuse(releasing(), pc=PCS[3]) == "device-removed"


REVIEW = ReviewClaim(CLAIM, "justified", bytes(32))


def test_somebody_else_reviews_an_emergency_once_and_ends_it(consent):
    assert consent.refuse(REVIEW, NURSE, 1) == "unknown-claim"
    consent.accept(claiming(), SURGEON, 1)
    consent.now_ms += MINUTE
    assert consent.refuse(REVIEW, SURGEON, 1) == "same-member"
    assert consent.refuse(REVIEW, DESK, 1) == "role"
    assert consent.refuse(REVIEW, NURSE, 0) == "containers"
    assert consent.refuse(REVIEW, ANNA, 1) == "not-a-member"
    consent.accept(REVIEW, CLERK, 1)
    found = claim(consent)
    assert (found.finding, found.reviewer, found.until_ms) == ("justified", CLERK.id, NOW + MINUTE)
    assert consent.refuse(REVIEW, NURSE, 1) == "already-reviewed"
    assert consent.get("epoch", ANNA.id, "emergency")[3] == ()


def test_a_review_later_leaves_when_it_ended(consent):
    consent.accept(claiming(), SURGEON, 1)
    consent.now_ms += HOUR
    consent.accept(replace(REVIEW, finding="questioned"), NURSE, 1)
    assert claim(consent).until_ms == NOW + 30 * MINUTE


def test_access_under_a_rule_needs_no_review(consent):
    consent.accept(by_rule(), DOCTOR)
    assert consent.refuse(REVIEW, NURSE, 1) == "unknown-claim"


def test_claims_are_listed_for_three_days_and_until_they_are_reviewed(consent):
    consent.accept(claiming("unreviewed"), SURGEON, 1)
    consent.accept(claiming(), SURGEON, 1)
    consent.accept(by_rule("rule claim"), DOCTOR)
    consent.accept(REVIEW, NURSE, 1)
    consent.now_ms += 3 * DAY - 1
    consent.accept(claiming("later"), SURGEON, 1)
    assert len(consent.get("claims", ANNA.id)) == 4
    consent.now_ms += 1
    consent.accept(claiming("last"), SURGEON, 1)
    assert consent.get("claims", ANNA.id) == tuple(map(seeded, ("unreviewed", "later", "last")))
    consent.accept(ReviewClaim(seeded("unreviewed"), "justified", bytes(32)), NURSE, 1)
    assert consent.get("claims", ANNA.id) == (seeded("later"), seeded("last"))
    consent.now_ms += 4 * DAY
    for name in ("later", "last"):
        consent.accept(ReviewClaim(seeded(name), "justified", bytes(32)), NURSE, 1)
    assert consent.get("claims", ANNA.id) is None


def test_keys_are_shared_out_by_those_who_may_keep_them(consent):
    consent.accept(consent.epochs(ANNA, "emergency", THIRD), ANNA)
    assert consent.refuse(dealing("emergency", THIRD), SURGEON) == "no-grant"
    assert consent.refuse(dealing("emergency", THIRD), BEN) == "not-a-speaker"
    consent.accept(dealing("emergency", THIRD), ANNA)
    assert consent.get("escrow", ANNA.id, "emergency") == (
        THIRD, seeded("sealed", 32), 3, guards(),
    )  # fmt: skip
    consent.accept(consent.epochs(ANNA, "labs", THIRD), DOCTOR)
    consent.accept(dealing("labs", THIRD), DOCTOR)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("emergency", SECOND, bytes(32), 2, guards()), "guards"),
        (("emergency", SECOND, bytes(32), 2, guards(*PCS[:3])), "guards"),
        (("emergency", FIRST, bytes(32), 3, guards()), "stale-epoch"),
        (("notes", FIRST, bytes(32), 3, guards()), "categories"),
        (("billing", FIRST, bytes(32), 3, guards()), "categories"),
    ],
)
def test_shares_are_dealt_of_current_keys_that_are_to_be_claimed(consent, row, rule):
    assert consent.refuse(replace(dealing("x"), escrows=(row,)), ANNA) == rule


def test_each_category_is_dealt_once_in_a_statement(consent):
    row = ("emergency", SECOND, bytes(32), 3, guards())
    assert consent.refuse(replace(dealing("x"), escrows=(row, row)), ANNA) == "categories"


def test_without_a_card_whoever_drew_a_key_deals_it_first_and_the_policys_team_after(consent):
    drawn = consent.epochs(BEN, "emergency", SECOND)
    consent.accept(drawn, ADMIN)
    deal = dealing("emergency", SECOND, BEN)
    assert consent.refuse(deal, CLERK) == "no-grant"
    consent.accept(deal, ADMIN)
    assert consent.refuse(deal, ADMIN) == "no-grant"
    consent.accept(deal, NURSE)
    consent.accept(consent.epochs(BEN, "emergency", THIRD), ADMIN)
    consent.accept(dealing("emergency", THIRD, BEN), ADMIN)


def test_where_the_patient_decides_whoever_drew_a_key_does_not_deal_it_for_that(consent):
    consent.accept(consent.epochs(BEN, "emergency", SECOND), ADMIN)
    consent.give_card(BEN, "bens", ("emergency",))
    assert consent.refuse(dealing("emergency", SECOND, BEN), ADMIN) == "no-grant"
    consent.accept(dealing("emergency", SECOND, BEN), DOCTOR)


def test_a_childs_keys_are_dealt_by_the_guardian(consent):
    consent.accept(consent.epochs(DORA, "emergency", FIRST), CLARA)
    consent.accept(dealing("emergency", FIRST, DORA), CLARA)
    consent.accept(claiming(patient=DORA.id), SURGEON, 1)


def test_a_locked_record_is_not_shared_out(consent):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    assert consent.refuse(dealing("emergency", SECOND), ANNA) == "erasing"


def test_so_many_answer_as_decide_on_a_block():
    assert [quorum_of(count) for count in range(1, 8)] == [1, 2, 2, 3, 4, 4, 5]
