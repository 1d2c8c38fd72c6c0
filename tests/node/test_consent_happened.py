"""What statements of consent come to: events for screens, and about whom each is."""

import pytest

from ehr_desktop.domain.events import (
    ConsentChanged,
    EmergencyOpened,
    LedgerGrew,
    PatientErased,
    PeopleChanged,
    RequestAnswered,
)
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.node.contracts.consent_statements import (
    EndDelegation,
    EndRule,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    RefuseRequest,
    ReshareAccess,
    RevokeAccess,
    TryPin,
    UseCard,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.custody_statements import (
    BoxForCustodians,
    CancelErasure,
    ClaimShares,
    ConfirmErasure,
    OrderErasure,
    ReleaseShares,
    RenewMember,
    ReviewClaim,
)
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.signers import SAID_BY_BOTH, SAID_BY_PATIENTS
from ehr_desktop.node.contracts.statements import KINDS, SAID_BY_DEVICES
from ehr_desktop.node.happened import events_of
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.subjects import subject_of
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    PCS,
    SURGEON,
    TEAM,
    ConsentClinic,
    asking,
    consent_clinic,
    granting,
    new_key,
)
from tests.support.paper_ledger import ADMIN, BOX, DOCTOR, NOW, NURSE, seeded

ANNAS = PatientId(ANNA.id.hex())
EMERGENCY = ClaimShares(
    seeded("claim"), ANNA.id, "emergency", ("emergency",), BOX, "unconscious", bytes(32), b""
)


@pytest.fixture
def clinic() -> ConsentClinic:
    return consent_clinic()


def told(clinic, *args, verdict=Verdict(), **kwargs):  # noqa: B008 - it is frozen
    said = clinic.accept(*args, **kwargs)
    *events, grew = events_of([FinalTransaction(said, 3, 7, verdict)], clinic.get)
    assert grew == LedgerGrew(3)
    return events


def test_who_asked_is_told_the_answer(clinic):
    surgeon = PersonId(SURGEON.id.hex())
    answer = granting("answer", request=seeded("asked"), grantee=SURGEON.id, until_ms=NOW + 1000)
    assert told(clinic, answer, ANNA) == [
        ConsentChanged(ANNAS), RequestAnswered(ANNAS, surgeon, granted=True),
    ]  # fmt: skip
    assert told(clinic, asking("more"), SURGEON) == [ConsentChanged(ANNAS)]
    assert told(clinic, RefuseRequest(seeded("more")), CLARA) == [
        ConsentChanged(ANNAS), RequestAnswered(ANNAS, surgeon, granted=False),
    ]  # fmt: skip
    assert told(clinic, granting("by itself"), ANNA) == [ConsentChanged(ANNAS)]


def test_an_emergency_is_told_apart_from_a_rule(clinic):
    assert told(clinic, EMERGENCY, NURSE, 1) == [
        ConsentChanged(ANNAS), EmergencyOpened(ANNAS, PersonId(NURSE.id.hex())),
    ]  # fmt: skip
    rule = ClaimShares(
        seeded("r"), ANNA.id, "rule", ("labs",), BOX, "visit", bytes(32), seeded("rule")
    )
    assert told(clinic, rule, DOCTOR) == [ConsentChanged(ANNAS)]


def test_erasing_is_told_as_it_is_ordered_taken_back_and_done(clinic):
    both = [ConsentChanged(ANNAS), PatientErased(ANNAS)]
    order, cancel, confirm = OrderErasure(ANNA.id, 0, "asked"), CancelErasure, ConfirmErasure
    for said, by in (
        (order, DOCTOR), (cancel(ANNA.id), NURSE), (order, DOCTOR), (confirm(ANNA.id), ADMIN),
    ):  # fmt: skip
        assert told(clinic, said, by) == both


def test_opening_a_card_changes_no_screen_and_custody_those_on_people(clinic):
    assert told(clinic, UseCard(ANNA.id), ANNA) == []
    box = BoxForCustodians(1, (("team", TEAM, bytes(32)),))
    assert told(clinic, box, DOCTOR) == [PeopleChanged()]


def test_what_was_refused_is_told_to_nobody(clinic):
    assert told(clinic, granting("x"), ANNA, verdict=Verdict("erasing")) == []


def test_what_names_something_of_a_patient_is_about_that_patient(clinic):
    clinic.accept(EMERGENCY, SURGEON, 1)
    for said in (
        WithdrawRequest(seeded("asked")), RefuseRequest(seeded("asked")),
        RevokeAccess(seeded("given")), LapseAccess(seeded("given")),
        ReshareAccess(seeded("new"), seeded("given"), NURSE.id, ("labs",), 0),
        EndRule(seeded("rule")), EndDelegation(seeded("delegation")),
        LapseRule(seeded("rule")), LapseDelegation(seeded("delegation")),
        ReleaseShares(seeded("claim"), ()), ReviewClaim(seeded("claim"), "justified", bytes(32)),
        TryPin(ANNA.id, bytes(32)), granting("x"),
    ):  # fmt: skip
        signed = clinic.signed(said, ANNA.id, PCS[0], (PCS[0].key, ANNA.key))
        assert subject_of(signed, clinic.get) == ANNA.id, said
    renewed = RenewMember(DOCTOR.id, new_key("x").public, BOX)
    signed = clinic.signed(renewed, ADMIN.id, PCS[0], (PCS[0].key, ADMIN.key))
    assert subject_of(signed, clinic.get) == DOCTOR.id


def test_what_names_nothing_known_is_about_nobody_yet(clinic):
    signed = clinic.signed(RevokeAccess(seeded("x")), BEN.id, PCS[0], (PCS[0].key, BEN.key))
    assert subject_of(signed, clinic.get) == b""


def test_every_kind_is_said_by_devices_patients_both_or_members():
    assert not SAID_BY_DEVICES & SAID_BY_PATIENTS
    assert not (SAID_BY_DEVICES | SAID_BY_PATIENTS) & SAID_BY_BOTH
    assert set(KINDS) >= SAID_BY_DEVICES | SAID_BY_PATIENTS | SAID_BY_BOTH
