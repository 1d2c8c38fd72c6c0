"""Who may say anything at all, in which shape and order, and who may found a clinic."""

from dataclasses import replace

import pytest

from ehr_desktop.node.contracts.statements import KINDS
from ehr_desktop.node.ledger.transaction import sign
from tests.support.paper_ledger import (
    ADMIN,
    DESK,
    DOCTOR,
    Device,
    PaperLedger,
    Person,
    founding,
    registration,
    seeded,
)
from tests.support.paper_statements import ANNA, HOUR, LOW_ORDER, NEW, NINE, booking, note

STRANGER = Person("stranger")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_body_of_another_shape_is_malformed_and_the_feed_goes_on(clinic, kind):
    before = clinic.without_feed()
    payload = clinic.payload(registration(NEW), DESK)
    bodies = ((), ("x",) * 40, (7,), ([],), tuple([b""] * len(KINDS[kind].SHAPES)))
    for body in bodies if KINDS[kind].SHAPES else bodies[1:-1]:
        payload = replace(clinic.payload(registration(NEW), DESK), kind=kind, body=body)
        verdict = clinic.run(sign(payload, [clinic.device.key, DESK.key]))
        assert verdict.rule == "malformed"
        assert clinic.device.sequence == payload.sequence
    assert clinic.without_feed() == before
    assert clinic.say(registration(NEW), DESK).accepted


def test_an_unknown_kind_is_malformed_and_the_workstation_goes_on_working(clinic):
    assert clinic.say(registration(NEW), DESK, kind="patient.erase").rule == "malformed"
    assert clinic.say(registration(NEW), DESK).accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"start_ms": -1},
        {"start_ms": 2**53},
        {"minutes": 0},
        {"minutes": 24 * 60 + 1},
        {"epoch": 0},
        {"wall_start": "nine o'clock"},
        {"override": "two words"},
        {"provider": b"short"},
        {"appointment": b""},
    ],
)
def test_a_booking_that_cannot_be_is_malformed(clinic, changes):
    assert clinic.say(booking("new", **changes), DESK, 1).rule == "malformed"
    assert clinic.say(booking("new", NINE + HOUR), DESK, 1).accepted


def test_a_transaction_is_good_up_to_the_height_it_names_and_no_further(clinic):
    late = clinic.say(registration(NEW), DESK, valid_until=clinic.height - 1)
    assert late.rule == "expired"
    assert clinic.say(registration(NEW), DESK, valid_until=clinic.height).accepted


def test_only_the_person_named_speaks_for_that_person(clinic):
    before = clinic.without_feed()
    payload = clinic.payload(note("n"), DOCTOR, 1)
    for keys in (
        [clinic.device.key],
        [clinic.device.key, DESK.key],
        [clinic.device.key, DOCTOR.key, DESK.key],
    ):
        payload = clinic.payload(note("n"), DOCTOR, 1)
        assert clinic.run(sign(payload, keys)).rule == "signer"
    assert clinic.say(note("n"), STRANGER, 1).rule == "not-a-member"
    assert clinic.without_feed() == before


def test_a_workstation_alone_says_nothing_in_a_persons_name(clinic):
    payload = replace(clinic.payload(note("n"), DOCTOR, 1), person=b"")
    assert clinic.run(sign(payload, [clinic.device.key])).rule == "not-a-member"


def test_nobody_moves_the_feed_of_a_workstation_whose_key_they_lack(clinic):
    before = dict(clinic.values)
    honest = sign(clinic.payload(note("n"), DOCTOR, 1), [clinic.device.key, DOCTOR.key])
    others = tuple(s for s in honest.signatures if s.key != clinic.device.key.public)
    forged = replace(honest, signatures=others)
    assert clinic.run(forged).rule == "signer"
    assert clinic.values == before
    assert clinic.say(note("n"), DOCTOR, 1).accepted


def test_an_unknown_workstation_leaves_no_trace_at_all(clinic):
    before = dict(clinic.values)
    other = Device("cupboard")
    for statement, containers in ((note("n"), 1), (founding(other, DOCTOR), 1)):
        payload = replace(
            clinic.payload(statement, DOCTOR, containers), device=other.id, sequence=1,
            previous=bytes(32),
        )  # fmt: skip
        verdict = clinic.run(sign(payload, [other.key, DOCTOR.key]))
        assert verdict.rule == "unknown-device"
    assert clinic.values == before


def test_a_transaction_enters_once_and_in_order(clinic):
    first = clinic.payload(registration(NEW), DESK)
    transaction = sign(first, [clinic.device.key, DESK.key])
    ahead = sign(replace(first, sequence=first.sequence + 1), [clinic.device.key, DESK.key])
    assert clinic.run(ahead).rule == "sequence"
    fork = sign(replace(first, previous=seeded("fork", 32)), [clinic.device.key, DESK.key])
    assert clinic.run(fork).rule == "sequence"
    assert clinic.run(transaction).accepted
    before = dict(clinic.values)
    assert clinic.run(transaction).rule == "sequence"
    assert clinic.values == before


@pytest.mark.parametrize("field", ["device_key", "administrator_key"])
def test_no_clinic_is_founded_on_a_key_that_proves_nothing(field):
    ledger = PaperLedger()
    statement = replace(founding(ledger.device), **{field: LOW_ORDER})
    verdict = ledger.say(statement, ADMIN, 1)
    assert not verdict.accepted
    assert ledger.without_feed() == {}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"device": seeded("another")}, "signer"),
        ({"administrator": seeded("another")}, "signer"),
        ({"proposers": "dice"}, "malformed"),
    ],
)
def test_a_clinic_is_founded_by_the_workstation_and_person_it_names(changes, rule):
    ledger = PaperLedger()
    statement = replace(founding(ledger.device), **changes)
    assert ledger.say(statement, ADMIN, 1).rule == rule
    assert ledger.without_feed() == {}


def test_before_the_founding_nobody_says_anything():
    ledger = PaperLedger()
    assert ledger.say(registration(ANNA), ADMIN).rule == "unknown-device"
    assert ledger.values == {}
