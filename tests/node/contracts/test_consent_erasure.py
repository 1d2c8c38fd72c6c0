"""Erasure, custody and new keys for a member: two people, a date, and everybody's word."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.consent_basis import basis_for
from ehr_desktop.node.contracts.consent_statements import (
    BoxKeys,
    GuardCard,
    LapseAccess,
    ReshareAccess,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeErased,
    BoxForCustodians,
    CancelErasure,
    ConfirmErasure,
    OrderErasure,
    RenewMember,
    SetCustody,
)
from ehr_desktop.node.contracts.state import key
from ehr_desktop.node.contracts.statements import (
    BookAppointment,
    ChangeAppointmentStatus,
    DeactivateMember,
    EnrolMember,
    ReadRecords,
    RegisterPatient,
    RemoveDevice,
    ReplaceTeamKey,
    WelcomeMembers,
)
from ehr_desktop.node.crypto.box import BoxKey
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    CUSTODIANS,
    DAY,
    DORA,
    FIRST,
    PCS,
    SECOND,
    SURGEON,
    TEAM,
    ConsentClinic,
    granting,
    guards,
    new_key,
    taking,
    writing,
)
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    DESK,
    DOCTOR,
    NOW,
    NURSE,
    VAULT,
    Device,
    Person,
    founding,
    seeded,
)
from tests.support.paper_network import enrolment
from tests.support.paper_statements import LOW_ORDER

ORDER = OrderErasure(ANNA.id, NOW + DAY, "patient-asked")
CONFIRM, CANCEL, DONE = ConfirmErasure(ANNA.id), CancelErasure(ANNA.id), AcknowledgeErased(ANNA.id)


def test_an_order_locks_the_record_and_ends_nothing_that_was_allowed(consent):
    before = dict(consent.values)
    consent.accept(ORDER, DOCTOR)
    assert consent.get("erasure", ANNA.id) == (
        NOW, DOCTOR.id, NOW + DAY, "patient-asked", 0, b"", (), (),
    )  # fmt: skip
    assert may_read(consent, "labs") is None
    assert consent.refuse(ORDER, NURSE) == "erasing"
    changed = {place for place in consent.values if consent.values[place] != before.get(place)}
    assert changed <= {key("erasure", ANNA.id), key("feed", PCS[0].id)}


def test_what_was_allowed_ends_as_a_second_member_confirms(consent):
    consent.accept(replace(ORDER, not_before_ms=0), DOCTOR)
    consent.accept(CONFIRM, ADMIN)
    for label in ("grants", "rules", "requests"):
        assert consent.get(label, ANNA.id) is None
    assert consent.get("grant", seeded("given"))[9] == "revoked"
    assert consent.get("rule", seeded("rule"))[4] == 0
    assert consent.get("request", seeded("asked"))[8] == "withdrawn"
    assert may_read(consent, "labs") is None


def may_read(consent, category):
    return basis_for(consent.get, ANNA.id, DOCTOR.id, "doctor", category, consent.now_ms)


def test_clinicians_and_administrators_erase(consent):
    assert consent.refuse(ORDER, DESK) == "role"
    assert consent.refuse(ORDER, ANNA) == "not-a-member"
    assert consent.refuse(replace(ORDER, patient=seeded("directory")), DOCTOR) == "unknown-patient"
    assert consent.refuse(replace(ORDER, patient=seeded("x")), DOCTOR) == "unknown-patient"
    consent.accept(ORDER, ADMIN)
    assert consent.refuse(CANCEL, DESK) == "role"
    consent.now_ms += DAY
    assert consent.refuse(CONFIRM, DESK) == "role"
    consent.accept(CONFIRM, NURSE)


def test_it_takes_a_second_member_of_another_role_at_the_date(consent):
    assert consent.refuse(CONFIRM, ADMIN) == "not-ordered"
    consent.accept(ORDER, DOCTOR)
    consent.now_ms += DAY - 1
    assert consent.refuse(CONFIRM, ADMIN) == "too-early"
    consent.now_ms += 1
    assert consent.refuse(CONFIRM, DOCTOR) == "same-member"
    assert consent.refuse(CONFIRM, SURGEON) == "same-role"
    consent.accept(CONFIRM, ADMIN)
    assert consent.get("erasure", ANNA.id)[4:] == (
        NOW + DAY, ADMIN.id, tuple(pc.id for pc in PCS), (),
    )  # fmt: skip
    for said, by in ((CONFIRM, NURSE), (CANCEL, DOCTOR), (ORDER, DOCTOR)):
        assert consent.refuse(said, by) == "erased"


def test_after_a_cancelled_erasure_what_was_allowed_goes_on_as_it_was(consent):
    assert consent.refuse(CANCEL, ADMIN) == "not-ordered"
    before = dict(consent.values)
    consent.accept(ORDER, DOCTOR)
    consent.accept(CANCEL, SURGEON)
    feed = key("feed", PCS[0].id)
    assert consent.values | {feed: b""} == before | {feed: b""}
    assert may_read(consent, "labs") == "patient"
    consent.accept(ReadRecords(ANNA.id, "open", "treatment", "patient", ("labs",)), DOCTOR)
    consent.accept(UseCard(ANNA.id), ANNA)
    assert consent.refuse(CANCEL, ADMIN) == "not-ordered"


def test_what_ran_out_or_was_ended_while_the_record_was_locked_stays_so(consent):
    consent.accept(granting("short", grantee=NURSE.id, until_ms=NOW + DAY), ANNA)
    consent.accept(ORDER, DOCTOR)
    consent.accept(DeactivateMember(DOCTOR.id), ADMIN)
    consent.now_ms += DAY
    consent.accept(LapseAccess(seeded("short")), pc=PCS[1])
    consent.accept(CANCEL, ADMIN)
    assert [consent.get("grant", seeded(name))[9] for name in ("short", "given", "kept")] == [
        "expired", "revoked", "active",
    ]  # fmt: skip
    assert may_read(consent, "labs") is None
    assert consent.get("epoch", ANNA.id, "labs")[3] == ()


def test_each_workstation_says_once_that_it_holds_nothing_any_more(consent):
    assert consent.refuse(DONE, pc=PCS[1]) == "nothing-owed"
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    consent.accept(replace(ORDER, not_before_ms=0), DOCTOR)
    assert consent.refuse(DONE, pc=PCS[1]) == "nothing-owed"
    consent.accept(CONFIRM, ADMIN)
    for pc in PCS[:3]:
        consent.accept(DONE, pc=pc)
        assert consent.refuse(DONE, pc=pc) == "already-done"
    assert consent.get("erasure", ANNA.id)[6:] == (
        tuple(pc.id for pc in PCS[:3]), tuple(pc.id for pc in PCS[:3]),
    )  # fmt: skip
    late = Device("late")
    consent.accept(enrolment(late, PCS[0]), ADMIN)
    assert consent.say(DONE, pc=late).rule == "nothing-owed"
    assert consent.refuse(DONE, DOCTOR) == "signer"


def test_an_erased_patient_speaks_for_nobody_and_never_comes_back(consent):
    consent.accept(TryPin(CLARA.id, bytes(32)), keys=(CLARA.card,))
    consent.accept(OrderErasure(CLARA.id, 0, "asked"), DOCTOR)
    consent.accept(ConfirmErasure(CLARA.id), ADMIN)
    assert consent.get("card", CLARA.id) is consent.get("try", CLARA.id) is None
    assert consent.refuse(UseCard(CLARA.id), CLARA) == "not-a-speaker"
    assert consent.refuse(UseCard(ANNA.id), CLARA) == "not-a-speaker"
    assert consent.refuse(taking(CLARA), DESK, 1, keys=(CLARA.key,)) == "erased"
    assert consent.refuse(RegisterPatient(CLARA.id, VAULT), DESK) == "already-registered"


def test_appointments_of_an_erased_patient_free_their_slot_without_words(consent):
    consent.accept(replace(ORDER, not_before_ms=0), DOCTOR)
    consent.accept(CONFIRM, ADMIN)
    visit = seeded("visit")
    cancelled = ChangeAppointmentStatus(visit, "cancelled", 0)
    assert consent.refuse(replace(cancelled, epoch=FIRST), DESK, 1) == "erased"
    consent.accept(cancelled, DESK)
    again = BookAppointment(
        seeded("again"), DOCTOR.id, ANNA.id, NOW + DAY, 30, "2027-01-16T08:00", "Etc/UTC", "", FIRST
    )
    assert consent.refuse(again, DESK, 1) == "erased"


def test_ids_are_one_persons(consent):
    assert consent.refuse(RegisterPatient(DOCTOR.id, VAULT), DESK) == "already-a-member"
    assert consent.refuse(RegisterPatient(bytes(16), VAULT), DESK) == "already-used"
    newcomer = EnrolMember(ANNA.id, "doctor", new_key("x").public, BOX)
    assert consent.refuse(newcomer, ADMIN, 1) == "already-registered"
    unusable = replace(newcomer, person=seeded("newcomer"), box_key=UNUSABLE)
    assert consent.refuse(unusable, ADMIN, 1) == "weak-key"
    team = ReplaceTeamKey("clinical", consent.get("team", "clinical")[0] + 1, UNUSABLE, ())
    assert consent.refuse(team, DOCTOR) == "weak-key"
    assert consent.refuse(replace(newcomer, person=bytes(16)), ADMIN, 1) == "already-used"


UNUSABLE = b"\xff" * 1216
"""Nothing can be sealed to it."""
SECOND_CUSTODY = SetCustody(2, new_key("custody").public, BOX, 3, 5)
OLD = (CUSTODIANS.key,)


def test_another_recovery_key_takes_the_one_before(consent):
    assert consent.refuse(SECOND_CUSTODY, ADMIN) == "signer"
    assert consent.refuse(SECOND_CUSTODY, DESK, keys=OLD) == "role"
    for generation in (1, 3):
        said = replace(SECOND_CUSTODY, generation=generation)
        assert consent.refuse(said, ADMIN, keys=OLD) == "stale-generation"
    assert consent.refuse(replace(SECOND_CUSTODY, threshold=6), ADMIN, keys=OLD) == "guards"
    same = replace(SECOND_CUSTODY, signing_key=CUSTODIANS.key.public)
    assert consent.refuse(same, ADMIN, keys=OLD) == "same-key"
    for weak in ({"signing_key": LOW_ORDER}, {"box_key": UNUSABLE}):
        assert consent.refuse(replace(SECOND_CUSTODY, **weak), ADMIN, keys=OLD) == "weak-key"
    consent.accept(replace(SECOND_CUSTODY, threshold=5), CLERK, keys=OLD)
    assert consent.get("custody") == (2, new_key("custody").public, BOX, 5, 5)


def test_the_first_recovery_key_is_an_administrators_word(consent):
    del consent.values[key("custody")]
    first = replace(SECOND_CUSTODY, generation=1)
    assert consent.refuse(SECOND_CUSTODY, ADMIN) == "stale-generation"
    assert consent.refuse(first, ADMIN, keys=OLD) == "signer"
    consent.accept(first, ADMIN)
    assert consent.get("custody") == (1, new_key("custody").public, BOX, 3, 5)


def test_a_recovery_key_says_how_many_shares_open_it(consent):
    assert consent.get("custody") == (1, CUSTODIANS.key.public, BOX, 2, 3)


def test_without_custodians_nothing_is_sealed_for_them_and_no_card_replaced():
    from ehr_desktop.node.contracts.consent_statements import LoseCard, ReplaceCard
    from tests.support.consent_clinic import consent_clinic, read_key

    clinic = consent_clinic()
    del clinic.values[key("custody")]
    team = BoxForCustodians(1, (("team", TEAM, bytes(32)),))
    assert clinic.refuse(team, DOCTOR) == "no-custody"
    clinic.accept(LoseCard(ANNA.id), DESK)
    clinic.now_ms += DAY
    card = ReplaceCard(
        ANNA.id, new_key("a").public, read_key(ANNA, 2), new_key("b").public, 2, 3, guards()
    )  # fmt: skip
    assert clinic.refuse(card, NURSE, 1, keys=(new_key("a"),)) == "no-custody"


def test_members_seal_their_teams_keys_for_custodians_and_patients_their_own(consent):
    team = ("team", TEAM, seeded("box", 32))
    consent.accept(BoxForCustodians(1, (team,)), DOCTOR)
    assert consent.get("custody-box", "team", TEAM) == (1, 1, seeded("box", 32))
    own = ("read-key", ANNA.id, seeded("own", 32))
    consent.accept(BoxForCustodians(1, (own,)), ANNA)
    assert consent.get("custody-box", "read-key", ANNA.id) == (1, 1, seeded("own", 32))
    assert consent.refuse(BoxForCustodians(1, (team,)), DESK) == "not-of-the-team"
    assert consent.refuse(BoxForCustodians(1, (team,)), ANNA) == "not-of-the-team"
    assert consent.refuse(BoxForCustodians(2, (team,)), DOCTOR) == "stale-generation"
    for wrong in (own, ("password", TEAM, bytes(32)), ("team", ANNA.id, bytes(32))):
        assert consent.refuse(BoxForCustodians(1, (wrong,)), DOCTOR) == "not-yours"
    assert consent.refuse(BoxForCustodians(1, (own,)), CLARA) == "not-yours"
    other = ("password", ANNA.id, bytes(32))
    assert consent.refuse(BoxForCustodians(1, (other,)), ANNA) == "not-yours"
    assert consent.refuse(BoxForCustodians(1, (own,)), BEN) == "not-a-speaker"


RENEWAL = RenewMember(DOCTOR.id, new_key("doctor").public, BoxKey(seeded("box key", 32)).public)


def test_an_administrator_gives_somebody_else_new_keys(consent):
    assert DOCTOR.id in consent.get("key", ANNA.id, "labs", SECOND)[1]
    consent.accept(RENEWAL, ADMIN, 1)
    account = consent.said[-1][0].payload.containers[0].commitment
    assert consent.get("member", DOCTOR.id) == (
        "doctor", RENEWAL.signing_key, RENEWAL.box_key, True, account,
    )  # fmt: skip
    # colleagues and the patient seal the keys again
    assert DOCTOR.id not in consent.get("key", ANNA.id, "labs", SECOND)[1]
    assert consent.refuse(writing("x"), DOCTOR, 1) == "signer"
    again = Person("doctor")
    again.key = new_key("doctor")
    consent.accept(writing("x"), again, 1)


@pytest.mark.parametrize(
    ("changes", "by", "rule"),
    [
        ({}, DOCTOR, "role"),
        ({"person": ADMIN.id}, ADMIN, "same-member"),
        ({"person": seeded("x")}, ADMIN, "unknown-person"),
        ({"signing_key": DOCTOR.key.public}, ADMIN, "same-key"),
        ({"box_key": BOX}, ADMIN, "same-key"),
        ({"signing_key": LOW_ORDER}, ADMIN, "weak-key"),
        ({"box_key": UNUSABLE}, ADMIN, "weak-key"),
        ({"person": NURSE.id}, ADMIN, "not-active"),
    ],
)
def test_nobody_else_renews_and_nobody_else_is_renewed(consent, changes, by, rule):
    consent.accept(DeactivateMember(NURSE.id), ADMIN)
    assert consent.refuse(replace(RENEWAL, **changes), by, 1) == rule
    assert consent.refuse(RENEWAL, ADMIN, 0) == "containers"


def test_a_locked_patients_card_is_left_as_it_is(consent):
    consent.accept(ORDER, DOCTOR)
    again = GuardCard(ANNA.id, 1, 3, guards())
    assert consent.refuse(again, ANNA, 1) == "erasing"


def test_who_left_is_handed_no_teams_key(consent):
    handed = WelcomeMembers("clinical", 1, ((NURSE.id, bytes(32)),))
    consent.accept(handed, DOCTOR)
    consent.accept(DeactivateMember(NURSE.id), ADMIN)
    assert consent.refuse(handed, DOCTOR) == "not-of-the-team"


def test_a_clinic_is_founded_by_its_first_administrator_and_workstation():
    clinic = ConsentClinic()
    for signers in ((PCS[0].key,), (PCS[0].key, DOCTOR.key)):
        said = clinic.signed(founding(PCS[0]), ADMIN.id, PCS[0], signers, 1)
        assert clinic.run(said).rule == "signer"
        clinic.values.clear()
        clinic.feeds.clear()


def test_while_a_record_is_locked_nobody_is_let_in_by_a_colleague(consent):
    handed = ReshareAccess(seeded("handed"), seeded("given"), NURSE.id, ("notes",), NOW + DAY)
    consent.accept(ORDER, DOCTOR)
    assert consent.refuse(handed, DOCTOR) == "erasing"
    consent.accept(CANCEL, ADMIN)
    consent.accept(handed, DOCTOR)


def test_what_only_a_guardians_card_opens_does_not_go_with_the_guardians_record(consent):
    order, confirm = OrderErasure(CLARA.id, 0, "asked"), ConfirmErasure(CLARA.id)
    lab = writing("dora's lab", DORA, category="labs", epoch=FIRST)
    consent.accept(consent.epochs(DORA, "labs"), CLARA)
    # nothing is written under that key yet; nor does Anna, who is spoken for, need Clara's card
    late = consent.copy()
    late.accept(order, DOCTOR)
    late.accept(lab, DOCTOR, 1)
    assert late.refuse(confirm, ADMIN) == "holds-for-another"
    consent.accept(lab, DOCTOR, 1)
    assert consent.refuse(order, DOCTOR) == "holds-for-another"
    gone_too = consent.copy()
    gone_too.accept(OrderErasure(DORA.id, 0, "asked"), DOCTOR)
    gone_too.accept(order, DOCTOR)
    gone_too.accept(confirm, ADMIN)
    # once the team has the key as well, nothing is lost
    consent.accept(granting("team", DORA, grantee_kind="team", grantee=TEAM,
                            categories=("labs",)), CLARA)  # fmt: skip
    assert consent.refuse(order, DOCTOR) == "holds-for-another"
    boxed = BoxKeys(DORA.id, (("labs", FIRST, "clinical", b"", bytes(32)),))
    consent.accept(boxed, CLARA)
    consent.accept(order, DOCTOR)
    consent.accept(confirm, ADMIN)
