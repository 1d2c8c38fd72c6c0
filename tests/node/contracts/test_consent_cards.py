"""Cards and PINs: who may make, lose, find and replace one, and how often a PIN is guessed."""

from dataclasses import replace

from ehr_desktop.node.contracts.consent_state import Card, card
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    FindCard,
    GuardCard,
    LoseCard,
    ReplaceCard,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import OrderErasure
from ehr_desktop.node.contracts.statements import RemoveDevice
from ehr_desktop.node.ledger.validators import quorum_of
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CUSTODIANS,
    DORA,
    FIRST,
    HOUR,
    KEPT,
    PCS,
    ConsentClinic,
    Patient,
    guards,
    new_key,
    read_key,
    ruling,
    taking,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NOW, NURSE, Device, seeded
from tests.support.paper_network import two_stories
from tests.support.paper_statements import LOW_ORDER

BENS = (BEN.key,)
GUARDED = GuardCard(ANNA.id, 1, 3, guards(what="again"))


def another_card(**changes) -> ReplaceCard:
    whole = ReplaceCard(
        ANNA.id, new_key("anna").public, read_key(ANNA, 2), new_key("card").public, 2, 3, guards()
    )  # fmt: skip
    return replace(whole, **changes)


def held(consent: ConsentClinic, patient: Patient) -> Card:
    return card(consent.get, patient.id)


def lost(card: Card) -> tuple[int, bytes]:
    return card.lost_ms, card.lost_by


REPLACING = (new_key("anna"), CUSTODIANS.key)


def test_a_card_moves_control_to_the_patient_with_the_team_keeping_what_the_patient_lets_it(
    consent,
):
    consent.accept(taking(BEN, "bens", KEPT), NURSE, 1, keys=BENS)
    taken = held(consent, BEN)
    assert (taken.consent_key, taken.read_key) == (BEN.key.public, read_key(BEN))
    assert taken.card_key == BEN.card.public
    assert (taken.generation, taken.threshold) == (1, 3)
    assert taken.guards == tuple((pc.id, place) for place, pc in enumerate(PCS, 1))
    assert taken.secrets == consent.said[-1][0].payload.containers[0].commitment
    assert lost(taken) == (0, b"")
    assert consent.get("grants", BEN.id) == (seeded("bens"),)
    grant = consent.get("grant", seeded("bens"))
    assert grant[:4] == (BEN.id, "team", b"clinical".ljust(16, b"\0"), KEPT)
    assert grant[5:] == (NOW, 0, 0, 0, "active", b"", BEN.id, NOW, 0)
    assert consent.get("decides-since", BEN.id) == NOW


def test_without_a_first_grant_nobody_keeps_anything(consent):
    consent.give_card(BEN)
    assert consent.get("grants", BEN.id) is None


def test_what_the_team_cannot_read_any_more_is_written_under_another_key(consent):
    consent.give_card(BEN, "bens", KEPT)
    assert consent.get("epoch", BEN.id, "labs")[3] == ()
    assert consent.get("epoch", BEN.id, "notes")[3] == (FIRST,)
    # the team still holds the old key, to hand it to the patient
    assert consent.get("key", BEN.id, "labs", FIRST)[2] == ("clinical",)


def test_a_card_is_taken_once_and_its_generations_count(consent):
    assert consent.refuse(taking(ANNA), DESK, 1, keys=(ANNA.key,)) == "card-taken"
    for generation in (2, 3):
        card = taking(BEN, generation=generation)
        assert consent.refuse(card, DESK, 1, keys=BENS) == "stale-generation"


def test_a_card_needs_its_own_key_the_members_and_the_workstations_and_no_other(consent):
    assert consent.refuse(taking(BEN), DESK, 1) == "signer"
    assert consent.refuse(taking(BEN), DESK, 1, keys=(ANNA.key,)) == "signer"
    assert consent.refuse(taking(BEN), DESK, 1, keys=(BEN.key, ANNA.key)) == "signer"
    assert consent.refuse(taking(BEN), BEN, 1) == "not-a-member"
    own = taking(BEN, consent_key=DESK.key.public)
    assert consent.refuse(own, DESK, 1) == "signer"


def test_a_card_is_for_a_patient_who_is_here(consent):
    def taken(**changes):
        return consent.refuse(replace(taking(BEN), **changes), DESK, 1, keys=BENS)

    assert taken(patient=seeded("nobody")) == "unknown-patient"
    assert taken(patient=seeded("directory")) == "unknown-patient"
    consent.accept(OrderErasure(BEN.id, 0, "asked"), DOCTOR)
    assert taken() == "erasing"


def test_a_card_brings_its_sealed_secrets_and_a_key_that_proves_something(consent):
    for count in (0, 2):
        assert consent.refuse(taking(BEN), DESK, count, keys=BENS) == "containers"
    assert consent.refuse(taking(BEN, card_key=LOW_ORDER), DESK, 1, keys=BENS) == "weak-key"
    weak = taking(BEN, consent_key=LOW_ORDER)
    signed = consent.signed(weak, DESK.id, PCS[0], (PCS[0].key, DESK.key), 1)
    # no key pair has such a public key; whoever names it proves nothing
    forged = replace(
        signed,
        signatures=tuple(
            sorted(
                (*signed.signatures, signed.signatures[0]._replace(key=LOW_ORDER)),
                key=lambda one: one.key,
            )
        ),
    )
    assert consent.run(forged).rule == "weak-key"


def test_the_first_grant_covers_what_patients_decide_about_and_its_id_is_new(consent):
    for categories in ((), ("billing",), ("notes", "notes"), ("notes", "demographics")):
        card = taking(BEN, "bens", categories)
        assert consent.refuse(card, DESK, 1, keys=BENS) == "categories"
    assert consent.refuse(taking(BEN, "", KEPT), DESK, 1, keys=BENS) == "categories"
    assert consent.refuse(taking(BEN, "kept", KEPT), DESK, 1, keys=BENS) == "already-used"


def test_guards_are_enough_different_honest_workstations(consent):
    stranger = Device("stranger")
    twice = (*guards(*PCS[:3]), (PCS[0].id, 4, bytes(32)))
    same_place = (*guards(*PCS[:3]), (PCS[3].id, 3, bytes(32)))
    for chosen in (guards(*PCS[:3]), guards(*PCS[:3], stranger), twice, same_place):
        card = taking(BEN, guards=chosen, threshold=quorum_of(len(chosen)))
        assert consent.refuse(card, DESK, 1, keys=BENS) == "guards"
    for threshold in (1, 2, 4):
        card = taking(BEN, threshold=threshold)
        assert consent.refuse(card, DESK, 1, keys=BENS) == "guards"


def test_a_workstation_that_was_removed_guards_nothing(consent):
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    assert consent.refuse(taking(BEN), DESK, 1, keys=BENS) == "guards"
    consent.accept(taking(BEN, guards=guards(*PCS[:3]), threshold=2), DESK, 1, keys=BENS)


def test_a_guardians_say_ends_when_the_child_takes_up_a_card(consent):
    consent.give_card(DORA)
    assert consent.get("delegations", DORA.id) is None
    assert consent.get("delegation", seeded("guardian"))[4] == 0
    assert consent.get("speaks-for", CLARA.id) == (seeded("delegation"),)
    assert consent.get("grant", seeded("dora's"))[9] == "revoked"
    assert consent.refuse(UseCard(DORA.id), CLARA) == "not-a-speaker"


def test_a_guardians_rules_end_with_the_guardians_say_but_not_since_when_somebody_decides(consent):
    consent.accept(ruling("dora's rule", DORA), CLARA)
    consent.now_ms += HOUR
    consent.give_card(DORA)
    assert consent.get("rules", DORA.id) is None
    assert consent.get("decides-since", DORA.id) == NOW


def test_a_workstation_that_told_two_stories_guards_nothing(consent):
    consent.accept(two_stories(PCS[3]))
    assert consent.refuse(taking(BEN), DESK, 1, keys=BENS) == "guards"
    consent.accept(taking(BEN, guards=guards(*PCS[:3]), threshold=2), DESK, 1, keys=BENS)


def test_a_locked_patients_card_is_neither_lost_nor_found_nor_replaced(consent):
    asked = consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)).id
    consent.accept(LoseCard(CLARA.id), DESK)
    for patient in (ANNA, CLARA):
        consent.accept(OrderErasure(patient.id, 0, "asked"), DOCTOR)
    assert consent.refuse(LoseCard(ANNA.id), DESK) == "erasing"
    assert consent.refuse(FindCard(CLARA.id), CLARA) == "erasing"
    consent.now_ms += 24 * HOUR
    card = another_card(patient=CLARA.id)
    assert consent.refuse(card, NURSE, 1, keys=REPLACING) == "erasing"
    assert consent.refuse(AnswerPin(asked, bytes(32)), pc=PCS[1]) == "erasing"


def test_what_a_workstation_says_by_itself_names_nobody_and_is_signed_by_it_alone(consent):
    said = TryPin(ANNA.id, bytes(32))
    named = consent.signed(said, ANNA.id, PCS[0], (PCS[0].key, ANNA.card))
    assert consent.run(named).rule == "signer"
    assert consent.refuse(said, keys=(DOCTOR.key,)) == "signer"


def test_only_the_patient_puts_the_card_under_another_pin(consent):
    consent.accept(GUARDED, ANNA, 1)
    assert held(consent, ANNA).secrets == consent.said[-1][0].payload.containers[0].commitment
    assert held(consent, ANNA).consent_key == ANNA.key.public
    assert consent.refuse(GUARDED, CLARA, 1) == "not-the-patient"
    assert consent.refuse(GUARDED, DESK, 1) == "not-a-speaker"
    assert consent.refuse(GUARDED, ANNA, 0) == "containers"
    assert consent.refuse(replace(GUARDED, generation=2), ANNA, 1) == "stale-generation"
    assert consent.refuse(replace(GUARDED, threshold=1), ANNA, 1) == "guards"
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), DOCTOR)
    assert consent.refuse(GUARDED, ANNA, 1) == "erasing"


def test_a_lost_card_says_nothing_but_that_it_was_found(consent):
    consent.accept(LoseCard(ANNA.id), DESK)
    assert lost(held(consent, ANNA)) == (NOW, DESK.id)
    assert consent.refuse(UseCard(ANNA.id), ANNA) == "card-lost"
    assert consent.refuse(GUARDED, ANNA, 1) == "card-lost"
    # whoever finds it can open it, to say so
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    assert consent.refuse(LoseCard(ANNA.id), DOCTOR) == "card-lost"
    # a delegate speaks on
    consent.accept(FindCard(ANNA.id), ANNA)
    assert lost(held(consent, ANNA)) == (0, b"")
    consent.accept(UseCard(ANNA.id), ANNA)


def test_only_a_lost_card_is_found_and_only_by_its_patient(consent):
    assert consent.refuse(FindCard(ANNA.id), ANNA) == "not-lost"
    consent.accept(LoseCard(ANNA.id), DESK)
    assert consent.refuse(FindCard(ANNA.id), CLARA) == "not-the-patient"
    consent.accept(LoseCard(CLARA.id), DESK)
    assert consent.refuse(UseCard(CLARA.id), CLARA) == "card-lost"
    assert consent.refuse(LoseCard(BEN.id), DESK) == "no-card"


def test_a_new_card_takes_a_day_the_custodians_and_a_second_member(consent):
    assert consent.refuse(another_card(), NURSE, 1, keys=REPLACING) == "not-lost"
    consent.accept(LoseCard(ANNA.id), DESK)
    consent.now_ms += 24 * HOUR - 1
    assert consent.refuse(another_card(), NURSE, 1, keys=REPLACING) == "recovery-delay"
    consent.now_ms += 1
    assert consent.refuse(another_card(), DESK, 1, keys=REPLACING) == "same-member"
    assert consent.refuse(another_card(), NURSE, 1, keys=REPLACING[:1]) == "signer"
    assert consent.refuse(another_card(), NURSE, 1, keys=REPLACING[1:]) == "signer"
    assert consent.refuse(another_card(), NURSE, 0, keys=REPLACING) == "containers"
    for generation in (1, 3):
        card = another_card(generation=generation)
        assert consent.refuse(card, NURSE, 1, keys=REPLACING) == "stale-generation"
    same = another_card(consent_key=ANNA.key.public)
    assert consent.refuse(same, NURSE, 1, keys=(ANNA.key, CUSTODIANS.key)) == "same-key"
    same = another_card(read_key=read_key(ANNA))
    assert consent.refuse(same, NURSE, 1, keys=REPLACING) == "same-key"
    # whoever found the old card would go on guessing at the new one's PIN
    same = another_card(card_key=ANNA.card.public)
    assert consent.refuse(same, NURSE, 1, keys=REPLACING) == "same-key"
    consent.accept(another_card(), NURSE, 1, keys=REPLACING)
    assert held(consent, ANNA).generation == 2
    assert lost(held(consent, ANNA)) == (0, b"")


def test_a_replaced_card_keeps_the_grants_and_needs_its_keys_sealed_anew(consent):
    before = consent.get("grants", ANNA.id)
    assert ANNA.id in consent.get("key", ANNA.id, "labs", 2 * FIRST)[1]
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    consent.accept(LoseCard(ANNA.id), DESK)
    consent.now_ms += 24 * HOUR
    consent.accept(another_card(), NURSE, 1, keys=REPLACING)
    assert consent.get("grants", ANNA.id) == before
    assert consent.get("key", ANNA.id, "labs", 2 * FIRST)[1] == tuple(sorted((DOCTOR.id, CLARA.id)))
    assert consent.get("try", ANNA.id) is None
    assert consent.refuse(UseCard(ANNA.id), ANNA) == "signer"


def test_a_delegates_new_card_needs_the_keys_of_those_they_speak_for_sealed_anew(consent):
    consent.accept(LoseCard(CLARA.id), DESK)
    consent.now_ms += 24 * HOUR
    card = another_card(patient=CLARA.id)
    consent.accept(card, NURSE, 1, keys=REPLACING)
    assert CLARA.id not in consent.get("key", ANNA.id, "labs", 2 * FIRST)[1]
    assert ANNA.id in consent.get("key", ANNA.id, "labs", 2 * FIRST)[1]


def test_a_card_to_whose_keys_nothing_can_be_sealed_is_none(consent):
    # whoever seals for several would stop at it, and nobody behind it got a key
    for unusable in (b"\xff" * 1216, bytes(1216)):
        assert consent.refuse(taking(BEN, read_key=unusable), DESK, 1, keys=BENS) == "weak-key"
