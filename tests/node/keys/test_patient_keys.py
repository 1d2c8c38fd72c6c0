"""What a card and a PIN open together, and nothing else does."""

from dataclasses import replace

import pytest

from ehr_desktop.node.crypto import oprf
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.errors import OpenFailedError, UnusableSharesError
from ehr_desktop.node.crypto.hashes import sha256
from ehr_desktop.node.crypto.sharing import random_scalar
from ehr_desktop.node.keys.accounts import new_person_keys
from ehr_desktop.node.keys.boxes import box_hash
from ehr_desktop.node.keys.cards import (
    CARD_HEADER,
    CardSecret,
    new_card,
    open_secrets,
    pin_text,
    seal_secrets,
)
from ehr_desktop.node.keys.guarding import Guard, deal_guards, open_guard_share, threshold_of
from ehr_desktop.node.keys.records import commitment_of

PATIENT = bytes(range(16))
DEVICES = [BoxKey(bytes([number]) * 32) for number in range(4)]
GUARDS = [Guard(bytes([n]) * 16, n + 1, key.public) for n, key in enumerate(DEVICES)]
MADE = bytes(range(32))


def flipped(content):
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def made_of_pin(card, pin, key, threshold=3, guards=GUARDS):
    """Go the whole way: deal the key, ask, answer from the boxes, finish."""
    boxes = deal_guards(card.patient, card.generation, key, guards, threshold)
    text = pin_text(card, pin)
    blinded, blinding = oprf.blind(text)
    answers = [
        (box.generation, oprf.evaluate(open_guard_share(box, DEVICES[box.recipient[0]]), blinded))
        for box in boxes
    ]
    return oprf.finish(text, blinding, answers[-threshold:], threshold)


@pytest.mark.parametrize(
    ("count", "threshold"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7)]
)
def test_as_many_guards_have_to_agree_as_decide_in_the_ledger(count, threshold):
    assert threshold_of(count) == threshold


def test_card_and_pin_open_the_patients_keys_whoever_guards_the_pin():
    card, keys, key = new_card(PATIENT, 1), new_person_keys(), random_scalar()
    stored = seal_secrets(card, made_of_pin(card, "471902", key), keys)
    for guards in (GUARDS, GUARDS[:3]):
        opened = open_secrets(stored, card, made_of_pin(card, "471902", key, guards=guards))
        assert opened.seed == keys.seed
        assert opened.signing.public == keys.signing.public
        assert opened.box.public == keys.box.public


def test_another_pin_card_guard_key_patient_or_generation_opens_nothing():
    card, keys, key = new_card(PATIENT, 1), new_person_keys(), random_scalar()
    stored = seal_secrets(card, made_of_pin(card, "471902", key), keys)
    for other, pin, used in (
        (card, "471903", key),
        (card, "471902", random_scalar()),
        (new_card(PATIENT, 1), "471902", key),
        (replace(card, generation=2), "471902", key),
        (replace(card, patient=bytes(16)), "471902", key),
    ):
        with pytest.raises(OpenFailedError):
            open_secrets(stored, other, made_of_pin(other, pin, used))


def test_what_the_guards_make_of_a_pin_is_of_one_patient_and_one_card():
    key = random_scalar()
    card = new_card(PATIENT, 1)
    made = {
        made_of_pin(card, "471902", key),
        made_of_pin(replace(card, generation=2), "471902", key),
        made_of_pin(replace(card, patient=bytes(16)), "471902", key),
        made_of_pin(card, "4719020", key),
    }
    assert len(made) == 4


def test_the_right_answers_for_another_card_do_not_open_this_one():
    card, keys = new_card(PATIENT, 1), new_person_keys()
    stored = seal_secrets(card, MADE, keys)
    assert open_secrets(stored, card, MADE).seed == keys.seed
    for other in (
        new_card(PATIENT, 1),
        replace(card, generation=2),
        CardSecret(bytes(16), 1, card.secret),
    ):
        with pytest.raises(OpenFailedError):
            open_secrets(stored, other, MADE)


def test_every_bit_of_the_sealed_secrets_counts():
    card = new_card(PATIENT, 1)
    stored = seal_secrets(card, MADE, new_person_keys())
    for changed in (*flipped(stored.sealed), stored.sealed[:-1], b""):
        with pytest.raises(OpenFailedError):
            open_secrets(replace(stored, sealed=changed), card, MADE)


def test_another_container_is_no_cards_secrets():
    card = new_card(PATIENT, 1)
    stored = seal_secrets(card, MADE, new_person_keys())
    for wrong in (replace(stored, header=b"ehr/account/v1"), replace(stored, sealed=None)):
        with pytest.raises(OpenFailedError):
            open_secrets(wrong, card, MADE)


def test_the_sealed_secrets_are_committed_to_like_a_record():
    stored = seal_secrets(new_card(PATIENT, 1), MADE, new_person_keys())
    assert (stored.record, stored.version, stored.header) == (PATIENT, 0, CARD_HEADER)
    assert stored.size == len(stored.sealed)
    assert stored.commitment == commitment_of(
        stored.salt, CARD_HEADER, sha256(stored.sealed), b"", b""
    )


def test_a_share_opens_for_its_own_workstation_and_as_what_it_is_only():
    box = deal_guards(PATIENT, 1, random_scalar(), GUARDS, 3)[1]
    assert (box.subject, box.purpose, box.epoch) == (PATIENT, "pin", 1)
    assert (box.recipient, box.generation) == (GUARDS[1].device, 2)
    assert box.hash == box_hash(box.box, PATIENT, "pin", 1, GUARDS[1].device, 2)
    open_guard_share(box, DEVICES[1])
    with pytest.raises(OpenFailedError):
        open_guard_share(box, DEVICES[0])
    for wrong in (
        {"subject": bytes(16)},
        {"purpose": "share:notes"},
        {"epoch": 2},
        {"recipient": GUARDS[0].device},
        {"generation": 1},
        {"box": box.box[:-1]},
    ):
        with pytest.raises(OpenFailedError):
            open_guard_share(replace(box, **wrong), DEVICES[1])


def test_a_bit_changed_anywhere_in_a_share_is_noticed():
    box = deal_guards(PATIENT, 1, random_scalar(), GUARDS[:1], 1)[0]
    for at in range(len(box.box)):
        changed = bytearray(box.box)
        changed[at] ^= 1 << at % 8
        with pytest.raises(OpenFailedError):
            open_guard_share(replace(box, box=bytes(changed)), DEVICES[0])


@pytest.mark.parametrize(
    ("places", "threshold"), [((1, 1, 2), 2), ((0, 1, 2), 2), ((1, 2, 4), 2), ((1, 2, 3), 4)]
)
def test_shares_are_dealt_to_one_place_each_without_gaps(places, threshold):
    guards = [Guard(bytes(16), place, generate_box_public()) for place in places]
    with pytest.raises(UnusableSharesError):
        deal_guards(PATIENT, 1, random_scalar(), guards, threshold)


def generate_box_public():
    return BoxKey(generate_box_seed()).public
