"""Requests, grants, rules and delegations: who may say what, within what, and how it ends."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.node.contracts.consent_basis import basis_for, recipients
from ehr_desktop.node.contracts.consent_state import Grant, entry
from ehr_desktop.node.contracts.consent_statements import (
    Delegate,
    EndDelegation,
    LapseAccess,
    RefuseRequest,
    ReshareAccess,
    RevokeAccess,
    UseCard,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.custody_statements import OrderErasure
from ehr_desktop.node.contracts.statements import DeactivateMember, RegisterPatient
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    DAY,
    DORA,
    FIRST,
    PCS,
    SECOND,
    SURGEON,
    TEAM,
    Patient,
    asking,
    granting,
    ruling,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, NURSE, VAULT, seeded

ASKED, GIVEN, KEPT_GRANT = seeded("asked"), seeded("given"), seeded("kept")
DELEGATION, GUARDIAN = seeded("delegation"), seeded("guardian")
ANSWER = granting("answer", request=ASKED, grantee=SURGEON.id, from_ms=NOW, until_ms=NOW + 30 * DAY)
HANDED = ReshareAccess(seeded("handed"), GIVEN, NURSE.id, ("labs",), NOW + 60 * DAY)


def grant(consent, name) -> Grant:
    found = entry(consent.get, Grant, "grant", name)
    assert found
    return found


def test_whoever_asks_is_answered_once(consent):
    assert consent.get("requests", ANNA.id) == (ASKED,)
    consent.accept(RefuseRequest(ASKED), ANNA)
    assert consent.get("request", ASKED)[8] == "refused"
    assert consent.get("requests", ANNA.id) is None
    assert consent.refuse(RefuseRequest(ASKED), ANNA) == "already-answered"
    assert consent.refuse(WithdrawRequest(ASKED), SURGEON) == "already-answered"
    assert consent.refuse(ANSWER, ANNA) == "already-answered"


def test_only_whoever_asked_withdraws(consent):
    assert consent.refuse(WithdrawRequest(ASKED), DOCTOR) == "not-yours"
    assert consent.refuse(WithdrawRequest(seeded("never")), SURGEON) == "unknown-request"
    consent.accept(WithdrawRequest(ASKED), SURGEON)
    assert consent.get("request", ASKED)[8] == "withdrawn"


def test_a_request_says_what_for_and_until_when(consent):
    consent.accept(asking("more"), NURSE)
    assert consent.get("request", seeded("more")) == (
        ANNA.id, NURSE.id, ("notes", "labs"), "treatment", NOW, NOW + 30 * DAY, NOW + DAY, NOW,
        "open",
    )  # fmt: skip
    consent.accept(asking("without end", until_ms=0, keep_ms=0), NURSE)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"request": ASKED}, "already-used"),
        ({"categories": ()}, "categories"),
        ({"categories": ("notes", "notes")}, "categories"),
        ({"categories": ("notes", "billing")}, "categories"),
        ({"until_ms": NOW}, "period"),
        ({"until_ms": NOW - 1}, "period"),
        ({"from_ms": NOW + 5, "until_ms": NOW + 5}, "period"),
        ({"keep_ms": NOW}, "period"),
        ({"patient": BEN.id}, "no-card"),
        ({"patient": seeded("nobody")}, "unknown-patient"),
    ],
)
def test_a_request_that_cannot_be_granted_is_refused(consent, changes, rule):
    assert consent.refuse(replace(asking("more"), **changes), NURSE) == rule


def test_a_guardian_is_asked_for_a_child(consent):
    consent.accept(asking("child", DORA), SURGEON)
    consent.accept(RefuseRequest(seeded("child")), CLARA)


def test_ten_of_ones_requests_wait_at_once_and_fifty_of_all(consent):
    for number in range(10):
        consent.accept(asking(f"{number}"), DOCTOR)
    assert consent.refuse(asking("more"), DOCTOR) == "too-many"
    for person, count in ((NURSE, 10), (DESK, 10), (ADMIN, 10), (SURGEON, 9)):
        for number in range(count):
            consent.accept(asking(f"{person.name} {number}"), person)
    assert len(consent.get("requests", ANNA.id)) == 50
    from tests.support.consent_clinic import CLERK

    assert consent.refuse(asking("more"), CLERK) == "too-many"
    # those whose time is over make room
    consent.now_ms += 30 * DAY
    consent.accept(asking("later", until_ms=0, keep_ms=0), DOCTOR)
    assert consent.get("requests", ANNA.id) == (seeded("later"),)
    assert consent.get("request", ASKED)[8] == "expired"


def test_the_patient_grants_what_was_asked(consent):
    consent.accept(ANSWER, ANNA)
    assert consent.get("request", ASKED)[8] == "granted"
    assert consent.get("requests", ANNA.id) is None
    assert consent.get("grant", ANSWER.grant) == (
        ANNA.id, "person", SURGEON.id, ("notes",), "treatment", NOW, NOW + 30 * DAY, 0, 0,
        "active", b"", ANNA.id, NOW, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"categories": ("notes", "labs", "general")}, "over-scoped"),
        ({"until_ms": 0}, "over-scoped"),
        ({"until_ms": NOW + 30 * DAY + 1}, "over-scoped"),
        ({"from_ms": NOW - 1}, "over-scoped"),
        ({"keep_ms": NOW + DAY + 1}, "over-scoped"),
        ({"reshare": 1}, "over-scoped"),
        ({"purpose": "research"}, "over-scoped"),
        ({"grantee": DOCTOR.id}, "over-scoped"),
        ({"grantee_kind": "team", "grantee": TEAM}, "over-scoped"),
        ({"request": seeded("never")}, "unknown-request"),
        ({"grant": GIVEN}, "already-used"),
        ({"categories": ()}, "categories"),
        ({"categories": ("billing",)}, "categories"),
        ({"until_ms": NOW}, "period"),
        ({"keep_ms": NOW}, "period"),
        ({"grantee": BEN.id}, "unknown-grantee"),
        ({"grantee": seeded("nobody")}, "unknown-grantee"),
    ],
)
def test_a_grant_beyond_the_request_or_to_nobody_is_refused(consent, changes, rule):
    assert consent.refuse(replace(ANSWER, **changes), ANNA) == rule


def test_a_request_to_another_patient_is_not_answered(consent):
    consent.accept(asking("clara", CLARA), SURGEON)
    assert consent.refuse(replace(ANSWER, request=seeded("clara")), ANNA) == "another-patient"


def test_a_request_kept_open_is_granted_without_end(consent):
    consent.accept(asking("open", until_ms=0, keep_ms=0), SURGEON)
    endless = replace(ANSWER, request=seeded("open"), until_ms=0)
    assert consent.refuse(replace(endless, keep_ms=NOW + 1), ANNA) == "over-scoped"
    consent.accept(endless, ANNA)


def test_copies_kept_as_long_as_asked_are_within(consent):
    consent.accept(replace(ANSWER, keep_ms=NOW + DAY), ANNA)


def test_teams_are_granted_to_by_name(consent):
    team = granting("team", grantee_kind="team", grantee=TEAM)
    assert consent.refuse(replace(team, grantee=b"nobody".ljust(16, b"\0")), ANNA) == (
        "unknown-grantee"
    )
    consent.accept(team, ANNA)


def test_a_grant_is_the_patients_or_a_delegates_word_and_nobody_elses(consent):
    consent.accept(granting("by clara"), CLARA)
    assert grant(consent, seeded("by clara")).speaker == CLARA.id
    assert consent.refuse(granting("by clara", CLARA), ANNA) == "not-a-speaker"
    assert consent.refuse(granting("by dora", DORA), DORA) == "not-a-speaker"
    assert consent.refuse(granting("by ben", BEN), BEN) == "not-a-speaker"
    assert consent.refuse(granting("by staff"), DOCTOR) == "not-a-speaker"
    forged = consent.signed(granting("forged"), ANNA.id, PCS[0], (PCS[0].key, DOCTOR.key))
    assert consent.run(forged).rule == "signer"
    alone = consent.signed(granting("alone"), ANNA.id, PCS[0], (PCS[0].key,))
    assert consent.run(alone).rule == "signer"
    both = consent.signed(granting("both"), ANNA.id, PCS[0], (PCS[0].key, ANNA.key, DOCTOR.key))
    assert consent.run(both).rule == "signer"
    consent.accept(granting("by dora's guardian", DORA), CLARA)


def test_a_colleague_who_left_is_let_in_no_more(consent):
    consent.accept(granting("nurse", grantee=NURSE.id, categories=("labs",)), ANNA)
    consent.accept(HANDED, DOCTOR)
    consent.accept(DeactivateMember(NURSE.id), ADMIN)
    assert grant(consent, seeded("nurse")).state == "revoked"
    assert grant(consent, HANDED.grant).state == "revoked"
    assert grant(consent, GIVEN).state == "active"
    assert consent.refuse(granting("again", grantee=NURSE.id), ANNA) == "unknown-grantee"
    assert consent.get("granted", NURSE.id, ANNA.id[0]) is None


def test_a_hundred_grants_hold_at_once(consent):
    for number in range(98):
        consent.accept(granting(f"{number}"), ANNA)
    assert len(consent.get("grants", ANNA.id)) == 100
    assert consent.refuse(granting("more"), ANNA) == "too-many"
    consent.accept(RevokeAccess(seeded("7")), ANNA)
    consent.accept(granting("more"), ANNA)


def test_a_grantee_hands_on_what_may_be_handed_on(consent):
    consent.now_ms += DAY
    consent.accept(HANDED, DOCTOR)
    assert consent.get("grant", HANDED.grant) == (
        ANNA.id, "person", NURSE.id, ("labs",), "treatment", NOW + DAY, NOW + 60 * DAY, 0, 0,
        "active", GIVEN, DOCTOR.id, NOW + DAY, 0,
    )  # fmt: skip
    again = ReshareAccess(seeded("again"), HANDED.grant, SURGEON.id, ("labs",), NOW + 5 * DAY)
    assert consent.refuse(again, NURSE) == "over-scoped"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"categories": ("labs", "general")}, "over-scoped"),
        ({"categories": ()}, "categories"),
        ({"until_ms": 0}, "over-scoped"),
        ({"until_ms": NOW + 60 * DAY + 1}, "over-scoped"),
        ({"until_ms": NOW}, "period"),
        ({"grantee": DOCTOR.id}, "same-member"),
        ({"grantee": BEN.id}, "unknown-grantee"),
        ({"grantee": TEAM}, "unknown-grantee"),
        ({"grant": KEPT_GRANT}, "already-used"),
        ({"parent": seeded("never")}, "unknown-grant"),
        ({"parent": KEPT_GRANT}, "over-scoped"),
    ],
)
def test_what_is_handed_on_beyond_the_grant_is_refused(consent, changes, rule):
    assert consent.refuse(replace(HANDED, **changes), DOCTOR) == rule


def test_only_the_grantee_hands_on_and_only_while_the_grant_holds(consent):
    assert consent.refuse(HANDED, SURGEON) == "not-yours"
    assert consent.refuse(HANDED, ANNA) == "not-a-member"
    consent.now_ms += 60 * DAY
    late = replace(HANDED, until_ms=consent.now_ms + 1)
    assert consent.refuse(late, DOCTOR) == "grant-ended"
    later = granting("later", from_ms=consent.now_ms + DAY, reshare=1)
    consent.accept(later, ANNA)
    early = replace(HANDED, parent=later.grant, categories=("notes",), until_ms=0)
    assert consent.refuse(early, DOCTOR) == "grant-ended"


def test_a_member_of_a_team_hands_the_teams_grant_on_if_it_may_be(consent):
    team = granting("team", grantee_kind="team", grantee=TEAM, reshare=1)
    consent.accept(team, ANNA)
    handed = ReshareAccess(seeded("on"), team.grant, DESK.id, ("notes",), 0)
    assert consent.refuse(replace(handed, grantee=DOCTOR.id), DESK) == "not-yours"
    consent.accept(handed, NURSE)


def test_revoking_ends_what_was_handed_on_and_shuts_both_out(consent):
    consent.accept(HANDED, DOCTOR)
    key = "key", ANNA.id, "labs", SECOND
    assert DOCTOR.id in consent.get(*key)[1]
    consent.accept(RevokeAccess(GIVEN), ANNA)
    for name in (GIVEN, HANDED.grant):
        assert (grant(consent, name).state, grant(consent, name).ended_ms) == ("revoked", NOW)
    assert consent.get("grants", ANNA.id) == (KEPT_GRANT,)
    assert consent.get(*key)[1] == tuple(sorted((ANNA.id, CLARA.id)))
    assert consent.get("epoch", ANNA.id, "labs")[3] == ()
    for person, role in ((DOCTOR, "doctor"), (NURSE, "nurse")):
        assert basis_for(consent.get, ANNA.id, person.id, role, "labs", NOW) is None
    assert consent.get("epoch", ANNA.id, "notes")[3] == (FIRST,)
    assert consent.refuse(RevokeAccess(GIVEN), ANNA) == "grant-ended"
    assert consent.refuse(replace(HANDED, grant=seeded("x")), DOCTOR) == "grant-ended"


def test_revoking_leaves_in_whom_another_grant_lets_in(consent):
    consent.accept(granting("second", categories=("labs",)), ANNA)
    consent.accept(RevokeAccess(GIVEN), ANNA)
    assert DOCTOR.id in consent.get("key", ANNA.id, "labs", SECOND)[1]
    assert consent.get("epoch", ANNA.id, "labs")[3] == (SECOND,)


def test_a_teams_grant_ends_and_the_team_is_shut_out(consent):
    consent.accept(RevokeAccess(KEPT_GRANT), CLARA)
    assert consent.get("key", ANNA.id, "notes", FIRST)[2] == ()
    assert consent.get("epoch", ANNA.id, "notes")[3] == ()


def test_only_who_speaks_for_the_patient_revokes(consent):
    assert consent.refuse(RevokeAccess(seeded("dora's")), ANNA) == "not-a-speaker"
    assert consent.refuse(RevokeAccess(GIVEN), DOCTOR) == "not-a-speaker"
    assert consent.refuse(RevokeAccess(seeded("never")), ANNA) == "unknown-grant"
    consent.accept(RevokeAccess(seeded("dora's")), CLARA)


def test_a_workstation_notes_that_a_time_is_over_and_not_before(consent):
    consent.accept(HANDED, DOCTOR)
    consent.now_ms = NOW + 60 * DAY - 1
    assert consent.refuse(LapseAccess(GIVEN), pc=PCS[2]) == "not-over"
    assert consent.refuse(LapseAccess(KEPT_GRANT), pc=PCS[2]) == "not-over"
    consent.now_ms += 1
    assert consent.refuse(LapseAccess(GIVEN), DOCTOR) == "signer"
    consent.accept(LapseAccess(GIVEN), pc=PCS[2])
    assert (grant(consent, GIVEN).state, grant(consent, HANDED.grant).state) == (
        "expired", "expired",
    )  # fmt: skip
    assert consent.refuse(LapseAccess(GIVEN), pc=PCS[2]) == "grant-ended"
    assert consent.refuse(LapseAccess(seeded("never")), pc=PCS[2]) == "unknown-grant"


def test_a_locked_patient_says_and_is_asked_nothing(consent):
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    for said, by in (
        (asking("more"), NURSE), (granting("more"), ANNA), (ruling("more"), ANNA),
        (Delegate(seeded("more"), ANNA.id, CLARA.id, NOW + DAY), ANNA), (UseCard(ANNA.id), ANNA),
    ):  # fmt: skip
        assert consent.refuse(said, by) == "erasing"
    # what takes away counts all the same
    consent.accept(RevokeAccess(GIVEN), ANNA)
    consent.accept(EndDelegation(DELEGATION), CLARA)


def test_a_grant_of_all_that_was_asked_and_of_all_there_is_to_decide(consent):
    consent.accept(replace(ANSWER, categories=("notes", "labs")), ANNA)
    consent.accept(granting("all", categories=tuple(sorted(map(str, CONTROLLED)))), ANNA)


def test_requests_without_end_wait_on(consent):
    consent.accept(asking("endless", until_ms=0, keep_ms=0), NURSE)
    consent.now_ms += 900 * DAY
    consent.accept(asking("later", until_ms=0, keep_ms=0), NURSE)
    assert consent.get("requests", ANNA.id) == (seeded("endless"), seeded("later"))


def test_the_grants_to_a_member_are_listed_and_those_to_teams_are_not(consent):
    consent.accept(granting("second"), ANNA)
    place = "granted", DOCTOR.id, ANNA.id[0]
    assert consent.get(*place) == (GIVEN, seeded("second"))
    consent.accept(RevokeAccess(GIVEN), ANNA)
    assert consent.get(*place) == (seeded("second"),)
    consent.accept(granting("team", grantee_kind="team", grantee=TEAM), ANNA)
    assert consent.get("granted", TEAM, ANNA.id[0]) is None


def test_every_patients_grants_to_a_member_who_left_end(consent):
    last = Patient("last", b"")
    last.id = b"\xff" * 16
    consent.accept(RegisterPatient(last.id, VAULT), DESK)
    consent.give_card(last)
    consent.accept(granting("last's", last, grantee=NURSE.id), last)
    consent.accept(DeactivateMember(NURSE.id), ADMIN)
    assert grant(consent, seeded("last's")).state == "revoked"


def test_a_grant_lets_in_and_is_sealed_for_only_while_it_holds(consent):
    def basis(at_ms):
        return basis_for(consent.get, ANNA.id, DOCTOR.id, "doctor", "labs", at_ms)

    assert basis(NOW) == "patient"
    assert basis(NOW - 1) is basis(NOW + 60 * DAY) is None
    for at_ms, sealed in ((NOW, True), (NOW + 60 * DAY - 1, True), (NOW + 60 * DAY, False)):
        _, readers = recipients(consent.get, ANNA.id, "labs", at_ms)
        assert (DOCTOR.id in readers) == sealed
    assert not replace(grant(consent, GIVEN), state="revoked").holds_at(NOW)
