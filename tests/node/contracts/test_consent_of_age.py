"""A child comes of age: the guardian decides no more, and what the guardian had gets to the adult."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.node.contracts.consent_basis import basis_for, recipients
from ehr_desktop.node.contracts.consent_state import team_id
from ehr_desktop.node.contracts.consent_statements import (
    BoxKeys,
    EndDelegation,
    LapseDelegation,
    LoseCard,
    NameGuardian,
    ReadOwn,
    RevokeAccess,
)
from ehr_desktop.node.contracts.custody_statements import ConfirmErasure, OrderErasure
from ehr_desktop.node.contracts.statements import RegisterPatient
from tests.support.consent_clinic import (
    ANNA,
    CLARA,
    DAY,
    DORA,
    FIRST,
    KEPT,
    SECOND,
    ConsentClinic,
    Patient,
    confirming,
    granting,
    writing,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, VAULT, seeded

OF_AGE = NOW + 900 * DAY
THIRD = SECOND + FIRST
LAPSE = LapseDelegation(seeded("guardian"))


def handing(*rows) -> BoxKeys:
    return BoxKeys(DORA.id, tuple((*row, bytes(32)) for row in rows))


def to_dora(category: str, epoch: int = FIRST) -> tuple:
    return category, epoch, "reader", DORA.id


def with_a_child(consent: ConsentClinic) -> ConsentClinic:
    """Clara decides for Dora: the team has her notes, and Clara alone her labs."""
    for category in ("notes", "labs"):
        consent.accept(consent.epochs(DORA, category), CLARA)
    consent.accept(writing("dora's", DORA), DOCTOR, 1)
    return consent


def of_age(clinic) -> None:
    clinic.now_ms = OF_AGE
    clinic.accept(LAPSE)


def test_a_guardian_decides_until_the_child_is_of_age_and_not_a_moment_longer(consent):
    child = with_a_child(consent)
    child.now_ms = OF_AGE - 1
    child.accept(ReadOwn(DORA.id, "open", ("notes",)), CLARA)
    assert child.refuse(LAPSE) == "not-over"
    child.now_ms = OF_AGE
    for said in (
        ReadOwn(DORA.id, "open", ("notes",)), granting("late", DORA),
        RevokeAccess(seeded("dora's")), EndDelegation(seeded("guardian")),
        handing(to_dora("labs")),
    ):  # fmt: skip
        assert child.refuse(said, CLARA) == "not-a-speaker"
    child.accept(LAPSE)
    assert CLARA.id not in child.get("key", DORA.id, "labs", FIRST)[1]
    assert child.get("epoch", DORA.id, "labs")[3] == child.get("epoch", DORA.id, "notes")[3] == ()


def test_an_adult_with_a_card_decides_alone_and_new_keys_are_not_for_the_guardian(consent):
    child = with_a_child(consent)
    of_age(child)
    child.give_card(DORA, "doras", KEPT)
    for category in ("notes", "labs"):
        _, readers = recipients(child.get, DORA.id, Category(category), child.now_ms)
        assert readers == {DORA.id}
        child.accept(child.epochs(DORA, category, SECOND), DORA)
    for said in (ReadOwn(DORA.id, "open", ("notes",)), granting("late", DORA)):
        assert child.refuse(said, CLARA) == "not-a-speaker"
    # what the guardian had granted has ended, and the adult's word holds
    assert child.get("grants", DORA.id) == (seeded("doras"),)
    child.accept(granting("by dora", DORA), DORA)


def test_a_card_before_the_eighteenth_birthday_ends_the_guardians_say_too(consent):
    child = with_a_child(consent)
    child.give_card(DORA)
    assert child.get("delegation", seeded("guardian"))[4] == 0
    assert child.refuse(LAPSE) == "unknown-delegation"
    child.accept(handing(to_dora("labs")), CLARA)


def test_while_nobody_decides_the_team_keeps_new_keys_and_reads_nothing_by_them(consent):
    child = with_a_child(consent)
    of_age(child)
    labs = Category.LABS
    assert recipients(child.get, DORA.id, labs, child.now_ms) == ({Team.CLINICAL}, frozenset())
    who = DORA.id, DOCTOR.id, Role.DOCTOR, labs, child.now_ms
    assert basis_for(child.get, *who) is None
    child.accept(child.epochs(DORA, "labs", SECOND), DOCTOR)
    child.accept(writing("lab", DORA, category="labs", epoch=SECOND), DOCTOR, 1)
    # what was closed to the team stays so
    assert child.refuse(handing(("labs", FIRST, "clinical", b"")), DOCTOR) == "no-grant"
    child.give_card(DORA)
    assert recipients(child.get, DORA.id, labs, child.now_ms) == (frozenset(), {DORA.id})
    child.accept(handing(to_dora("labs", SECOND)), DOCTOR)
    assert child.get("key", DORA.id, "labs", SECOND)[1:3] == ((DORA.id,), ())


def test_while_nobody_decides_what_was_allowed_stays_as_it_was(consent):
    child = with_a_child(consent)
    front = team_id(Team.FRONT_DESK)
    child.accept(granting("front", DORA, grantee_kind="team", grantee=front), CLARA)
    of_age(child)
    both = {Team.CLINICAL, Team.FRONT_DESK}
    assert recipients(child.get, DORA.id, Category.NOTES, child.now_ms) == (both, frozenset())


def test_a_former_guardian_hands_on_what_nobody_else_has_and_nothing_more(consent):
    child = with_a_child(consent)
    of_age(child)
    assert child.refuse(handing(to_dora("labs")), CLARA) == "not-a-speaker"
    child.give_card(DORA)
    assert child.refuse(handing(to_dora("notes")), CLARA) == "no-grant"
    assert child.refuse(handing(to_dora("labs"), to_dora("notes")), CLARA) == "no-grant"
    assert child.refuse(handing(("labs", FIRST, "reader", CLARA.id)), CLARA) == "policy"
    assert child.refuse(handing(to_dora("labs")), ANNA) == "not-a-speaker"
    assert child.refuse(child.epochs(DORA, "labs", SECOND), CLARA) == "not-a-speaker"
    child.accept(handing(to_dora("labs")), CLARA)
    assert child.get("key", DORA.id, "labs", FIRST)[1] == (DORA.id,)
    assert child.refuse(handing(to_dora("labs")), CLARA) == "no-grant"


def test_a_guardian_whose_card_is_lost_or_gone_hands_nothing_on(consent):
    child = with_a_child(consent)
    of_age(child)
    child.give_card(DORA)
    child.accept(LoseCard(CLARA.id), DESK)
    assert child.refuse(handing(to_dora("labs")), CLARA) == "card-lost"
    child.accept(OrderErasure(CLARA.id, 0, "asked"), DOCTOR)
    child.accept(ConfirmErasure(CLARA.id), ADMIN)
    assert child.refuse(handing(to_dora("labs")), CLARA) == "not-a-speaker"


def test_guardians_are_remembered_and_delegates_are_not(consent):
    child = with_a_child(consent)
    child.accept(EndDelegation(seeded("delegation")), CLARA)
    assert child.get("guarded-once", CLARA.id) is None
    of_age(child)
    assert child.get("guarded-once", CLARA.id) == (DORA.id,)


def test_a_guardian_is_remembered_for_the_last_fifty_each_once(consent):
    children = [Patient(f"child {number}") for number in range(51)]
    for number, one in enumerate((*children, children[5])):
        if number < len(children):
            consent.accept(RegisterPatient(one.id, VAULT), DESK)
        name = seeded(f"guardian {number}")
        named = NameGuardian(name, one.id, CLARA.id, NOW + DAY, b"", ())
        consent.accept(named, DESK, keys=(CLARA.key,))
        consent.accept(confirming(one, CLARA), DOCTOR)
        consent.accept(EndDelegation(name), CLARA)
    listed = [one.id for one in children[1:]]
    listed.remove(children[5].id)
    assert consent.get("guarded-once", CLARA.id) == (*listed, children[5].id)


def test_a_guardian_nobody_vouched_for_is_not_remembered(consent):
    child = Patient("a child")
    consent.accept(RegisterPatient(child.id, VAULT), DESK)
    name = seeded("guardian of a child")
    named = NameGuardian(name, child.id, CLARA.id, NOW + DAY, b"", ())
    consent.accept(named, DESK, keys=(CLARA.key,))
    consent.now_ms = NOW + DAY
    consent.accept(LapseDelegation(name))
    assert consent.get("guarded-once", CLARA.id) is None
