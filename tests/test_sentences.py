"""Every transaction, refusal and fault has its plain sentence."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ehr_desktop.consent_sentences import DOINGS
from ehr_desktop.domain.ids import DeviceId, PersonId, TransactionId
from ehr_desktop.domain.ledger import FaultKind, TransactionState, TransactionSummary
from ehr_desktop.node import contracts
from ehr_desktop.node.contracts.execute import CONTRACTS
from ehr_desktop.node.contracts.statements import KINDS, SAID_BY_DEVICES
from ehr_desktop.sentences import (
    FAULTS,
    REFUSALS,
    SOMEBODY,
    TRANSACTIONS,
    moment,
    refusal,
    sentence,
    short_id,
)

LONDON = ZoneInfo("Europe/London")
PATIENT = ("patient", "7f3a" + "0" * 28)
BOOKING = (
    ("provider-name", "Dr Ana Lee"),
    ("when", "2026-08-14T10:40"),
    ("minutes", "20"),
    ("override", ""),
)
TAKEN = (("start_ms", "1786700400000"), ("end_ms", "1786701600000"))


def transaction(kind, *facts, rule="", person="Inês Duarte", state=TransactionState.FINAL):
    return TransactionSummary(
        id=TransactionId("ab" * 32),
        kind=kind,
        height=3,
        index=7,
        time=datetime(2026, 8, 14, 9, 40, tzinfo=UTC),
        device=DeviceId("cd" * 16),
        person=PersonId("" if kind in SAID_BY_DEVICES else "ef" * 16),
        person_name=person,
        sequence=8,
        state=TransactionState.REFUSED if rule else state,
        rule=rule,
        facts=facts,
    )


def rules_of_the_contracts():
    """Every code given to `Refusal(...)` or `Verdict(...)` in the contracts' source."""
    found = set()
    for file in Path(contracts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            named = called and node.func.id in {"Refusal", "Verdict"} and node.args
            if named and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_kind_of_transaction_has_a_sentence():
    assert set(TRANSACTIONS) == set(KINDS) == set(CONTRACTS)


def test_every_rule_of_the_contracts_has_a_sentence():
    found = rules_of_the_contracts()
    assert "slot-taken" in found
    assert set(REFUSALS) == found


def test_every_fault_has_words_of_its_own():
    assert set(FAULTS) == set(FaultKind)
    assert len({words.title for words in FAULTS.values()}) == len(FaultKind)
    assert all(
        words.means.endswith(".") and words.advice.endswith(".") for words in FAULTS.values()
    )


SENTENCES = [
    (
        transaction("access.read", PATIENT, ("manner", "open"), ("purpose", "treatment")),
        "Inês Duarte opened the record of patient 7f3a… for treatment",
    ),
    (
        transaction("access.read", PATIENT, ("manner", "export"), ("purpose", "patient-request")),
        "Inês Duarte exported the record of patient 7f3a… at the patient's request",
    ),
    (
        transaction("appointment.book", *BOOKING),
        "Inês Duarte booked 14-Aug-2026 10:40 with Dr Ana Lee",
    ),
    (
        transaction("appointment.book", *BOOKING, *TAKEN, rule="slot-taken"),
        (
            "Inês Duarte tried to book 14-Aug-2026 10:40 with Dr Ana Lee: "
            "refused, the time was already taken from 10:40 to 11:00"
        ),
    ),
    (
        transaction("appointment.move", *BOOKING[:3], ("override", "urgent")),
        (
            "Inês Duarte moved an appointment to 14-Aug-2026 10:40 with Dr Ana Lee, over another "
            "appointment"
        ),
    ),
    (
        transaction("appointment.status", ("status", "in-room")),
        "Inês Duarte marked an appointment as in the room",
    ),
    (
        transaction("appointment.status", ("status", "fulfilled"), rule="status-order"),
        (
            "Inês Duarte tried to mark an appointment as done: refused, the appointment had moved on "
            "by then"
        ),
    ),
    (
        transaction(
            "record.commit", PATIENT, ("records", "1"), ("amendments", "1"), ("source", "form")
        ),
        "Inês Duarte amended 1 record of patient 7f3a…",
    ),
    (
        transaction(
            "record.commit", PATIENT, ("records", "1200"), ("amendments", "0"), ("source", "import")
        ),
        "Inês Duarte imported 1,200 records of patient 7f3a…",
    ),
    (
        transaction(
            "record.commit", PATIENT, ("records", "3"), ("amendments", "1"), ("source", "form")
        ),
        "Inês Duarte wrote 3 records of patient 7f3a…, 1 of them amended",
    ),
    (
        transaction("clinic.found", ("clinic", "Harbour Street"), ("workstation", "Front desk")),
        "Inês Duarte founded Harbour Street on the workstation Front desk",
    ),
    (
        transaction("clinic.change"),
        "Inês Duarte changed the clinic's name, time zone or opening hours",
    ),
    (
        transaction("member.enrol", ("name", "Tom Hale"), ("role", "nurse")),
        "Inês Duarte added the account of Tom Hale, nurse",
    ),
    (
        transaction("member.account", ("name", "Inês Duarte")),
        "Inês Duarte renewed their own account",
    ),
    (
        transaction("member.deactivate", ("name", "Tom Hale")),
        "Inês Duarte ended the account of Tom Hale",
    ),
    (
        transaction("team.key", ("team", "clinical"), ("generation", "2")),
        "Inês Duarte replaced the key of the clinical team",
    ),
    (
        transaction("team.renew", ("team", "clinical"), ("names", "Tom Hale, Ana Lee")),
        "Inês Duarte renewed the key of the clinical team for Tom Hale, Ana Lee",
    ),
    (
        transaction("team.reseal", ("team", "clinical"), ("boxes", "12")),
        "Inês Duarte sealed 12 keys of records again for the clinical team",
    ),
    (
        transaction("team.box", ("team", "front-desk"), ("names", "Tom Hale, Ana Lee")),
        "Inês Duarte handed the key of the front desk team to Tom Hale, Ana Lee",
    ),
    (
        transaction("device.enrol", ("workstation", "Cupboard")),
        "Inês Duarte let the workstation Cupboard into the clinic",
    ),
    (
        transaction("device.remove", ("workstation", "Cupboard")),
        "Inês Duarte removed the workstation Cupboard from the clinic",
    ),
    (
        transaction("device.weights", ("weights", "Front desk 1, Cupboard 3"), rule="not-stake"),
        (
            "Inês Duarte tried to set the voting weights of workstations: Front desk 1, Cupboard 3: "
            "refused, voting weights are not what chooses who proposes in this clinic"
        ),
    ),
    (
        transaction("device.leave", ("workstation", "Cupboard"), person=""),
        "The workstation Cupboard signed off until it is back",
    ),
    (
        transaction("device.return", ("workstation", "Cupboard"), person=""),
        "The workstation Cupboard came back to take part again",
    ),
    (
        transaction(
            "device.evidence", ("workstation", "Cupboard"), ("accused", "Front desk"), person=""
        ),
        ("The workstation Cupboard proved that Front desk told the others two different stories"),
    ),
    (
        transaction("device.evidence", ("workstation", "Cupboard"), rule="no-evidence", person=""),
        (
            "The workstation Cupboard tried to prove that another one told the others two "
            "different stories: refused, the two votes prove nothing against a workstation"
        ),
    ),
    (
        transaction("card.use", PATIENT, ("speaker", "0b1c" + "0" * 28), person=""),
        "Patient 0b1c… opened the card of patient 7f3a…",
    ),
    (
        transaction("escrow.claim", PATIENT, ("ground", "emergency")),
        "Inês Duarte opened the record of patient 7f3a… in an emergency",
    ),
    (
        transaction("escrow.claim", PATIENT, ("ground", "rule"), rule="no-appointment"),
        (
            "Inês Duarte tried to open the record of patient 7f3a… under a standing rule: refused, "
            "they have no appointment with the patient today"
        ),
    ),
    (transaction("patient.register", PATIENT), "Inês Duarte registered patient 7f3a…"),
    (
        transaction("epoch.open", PATIENT, ("categories", "notes, labs")),
        "Inês Duarte made new keys for 2 categories in the record of patient 7f3a…",
    ),
]


@pytest.mark.parametrize(
    ("said", "expected"), SENTENCES, ids=lambda value: getattr(value, "kind", "")
)
def test_a_transaction_is_told_in_one_sentence(said, expected):
    assert sentence(said, LONDON) == expected


def test_the_sentences_above_cover_every_kind_but_those_with_words_of_one_form():
    assert {said.kind for said, _ in SENTENCES} | set(DOINGS) == set(TRANSACTIONS)


@pytest.mark.parametrize("kind", sorted(DOINGS))
def test_what_is_said_of_consent_names_who_and_about_whom(kind):
    facts = (PATIENT, ("name", "Tom Hale"), ("workstation", "Cupboard"))
    said = sentence(transaction(kind, *facts))
    who = "The workstation Cupboard" if kind in SAID_BY_DEVICES else "Inês Duarte"
    assert said.startswith(f"{who} {DOINGS[kind][0]} ")
    assert "{" not in said
    assert ("7f3a…" in said) == ("{patient}" in DOINGS[kind][2])


@pytest.mark.parametrize("rule", sorted(REFUSALS))
def test_a_refused_transaction_says_tried_and_why(rule):
    said = sentence(transaction("patient.register", PATIENT, rule=rule))
    assert said == f"Inês Duarte tried to register patient 7f3a…: refused, {REFUSALS[rule]}"


def test_what_a_newer_version_wrote_is_named_by_its_code():
    assert sentence(transaction("kiosk.wave")) == "Inês Duarte wrote “kiosk.wave”"
    assert refusal(transaction("kiosk.wave", rule="too-far")) == "the rule “too-far” does not hold"


def test_a_person_without_a_name_here_is_somebody():
    said = sentence(transaction("member.enrol", ("name", ""), ("role", "nurse"), person=""))
    assert said == f"{SOMEBODY} added the account of {SOMEBODY.lower()}, nurse"


def test_ids_are_shortened_and_words_are_not():
    assert short_id("7f3a" + "0" * 28) == "7f3a…"
    assert short_id("notes") == "notes"


def test_a_moment_is_given_in_the_clinics_zone():
    assert moment(datetime(2026, 8, 14, 9, 40, tzinfo=UTC), LONDON) == "14-Aug-2026 10:40"
