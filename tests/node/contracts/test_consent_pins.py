"""Guesses at a PIN: who may spend them, how many there are, and who answers."""

from ehr_desktop.domain.consent import MOST_GUESSES
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    FindCard,
    GuardCard,
    LoseCard,
    TryPin,
    UseCard,
)
from ehr_desktop.node.contracts.custody_statements import OrderErasure
from ehr_desktop.node.contracts.statements import RemoveDevice
from ehr_desktop.node.ledger.validators import quorum_of
from tests.node.contracts.test_consent_cards import BENS, GUARDED, REPLACING, another_card, held
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    HOUR,
    PCS,
    guards,
    new_key,
    taking,
)
from tests.support.paper_ledger import ADMIN, DESK, DOCTOR, NURSE, Device, seeded
from tests.support.paper_network import enrolment


def test_an_eleventh_guess_is_refused_until_the_card_was_opened(consent):
    for number in range(MOST_GUESSES):
        assert consent.get("try", ANNA.id) is None or consent.get("try", ANNA.id)[2] == number
        consent.accept(
            TryPin(ANNA.id, seeded(f"{number}", 32)), pc=PCS[number % 4], keys=(ANNA.card,)
        )
    assert consent.refuse(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)) == "pin-locked"
    consent.accept(UseCard(ANNA.id), ANNA)
    assert consent.get("try", ANNA.id) is None
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    assert consent.get("try", ANNA.id)[1:] == (bytes(32), 1, ())


def test_anything_said_with_the_card_starts_the_guesses_anew_and_nothing_said_by_others(consent):
    consent.accept(TryPin(CLARA.id, bytes(32)), keys=(CLARA.card,))
    consent.accept(UseCard(ANNA.id), ANNA)
    assert consent.get("try", CLARA.id)[2] == 1
    assert consent.refuse(UseCard(ANNA.id), CLARA) == "not-the-patient"
    assert consent.get("try", CLARA.id)[2] == 1
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    consent.accept(FindCard(CLARA.id), CLARA) if held(consent, CLARA).lost_ms else None
    consent.accept(UseCard(CLARA.id), CLARA)
    assert consent.get("try", CLARA.id) is None
    assert consent.get("try", ANNA.id)[2] == 1


def test_only_who_has_the_card_spends_guesses(consent):
    guess = TryPin(ANNA.id, bytes(32))
    for keys in ((), (CLARA.card,), (ANNA.key,), (ANNA.card, ANNA.key), (ANNA.card, PCS[1].key)):
        assert consent.refuse(guess, keys=keys) == "signer"
    assert consent.refuse(guess, ANNA) == "signer"
    assert consent.refuse(guess, DOCTOR, keys=(ANNA.card,)) == "signer"
    assert consent.get("try", ANNA.id) is None
    # the patient's keys say everything else, and the card alone says nothing else
    assert consent.refuse(UseCard(ANNA.id), keys=(ANNA.card,)) == "not-a-speaker"
    named = consent.signed(UseCard(ANNA.id), ANNA.id, PCS[0], (PCS[0].key, ANNA.card))
    assert consent.run(named).rule == "signer"
    consent.accept(guess, keys=(ANNA.card,))


def test_a_workstation_without_the_card_locks_no_pin(consent):
    rogue = PCS[3]
    for number in range(MOST_GUESSES + 1):
        guess = TryPin(ANNA.id, seeded(f"{number}", 32))
        assert consent.refuse(guess, pc=rogue) == "signer"
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    consent.accept(UseCard(ANNA.id), ANNA)


def test_another_pin_keeps_the_cards_key_and_another_card_has_another(consent):
    consent.accept(GUARDED, ANNA, 1)
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,))
    consent.accept(LoseCard(ANNA.id), DESK)
    consent.now_ms += 24 * HOUR
    consent.accept(another_card(), NURSE, 1, keys=REPLACING)
    assert consent.refuse(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)) == "signer"
    consent.accept(TryPin(ANNA.id, bytes(32)), keys=(new_key("card"),))


def test_guards_answer_once_to_the_newest_guess(consent):
    older = consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)).id
    newer = consent.accept(TryPin(ANNA.id, seeded("blind", 32)), keys=(ANNA.card,)).id
    assert consent.refuse(AnswerPin(older, bytes(32)), pc=PCS[1]) == "stale-try"
    assert consent.refuse(AnswerPin(bytes(32), bytes(32)), pc=PCS[1]) == "stale-try"
    for pc in (PCS[1], PCS[2]):
        consent.accept(AnswerPin(newer, bytes(32)), pc=pc)
        assert consent.refuse(AnswerPin(newer, bytes(32)), pc=pc) == "already-answered"
    assert consent.get("try", ANNA.id)[3] == (PCS[1].id, PCS[2].id)
    consent.accept(LoseCard(ANNA.id), DESK)
    consent.accept(AnswerPin(newer, bytes(32)), pc=PCS[3])
    consent.accept(FindCard(ANNA.id), ANNA)
    assert consent.refuse(AnswerPin(newer, bytes(32)), pc=PCS[3]) == "stale-try"


def test_only_guards_answer(consent):
    consent.accept(RemoveDevice(PCS[3].id), ADMIN)
    again = GuardCard(ANNA.id, 1, 2, guards(*PCS[:3]))
    consent.accept(again, ANNA, 1)
    asked = consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)).id
    assert consent.refuse(AnswerPin(asked, bytes(32)), pc=PCS[3]) == "device-removed"
    consent.accept(AnswerPin(asked, bytes(32)), pc=PCS[2])
    assert consent.refuse(AnswerPin(asked, bytes(32)), DESK) == "signer"


def test_a_workstation_that_joined_later_is_no_guard(consent):
    late = Device("late")
    consent.accept(enrolment(late, PCS[0]), ADMIN)
    asked = consent.accept(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)).id
    assert consent.say(AnswerPin(asked, bytes(32)), pc=late).rule == "not-a-guard"


def test_nobody_guesses_where_there_is_no_card(consent):
    assert consent.refuse(TryPin(BEN.id, bytes(32)), keys=(BEN.card,)) == "no-card"
    assert consent.refuse(TryPin(seeded("nobody"), bytes(32))) == "no-card"
    consent.accept(OrderErasure(ANNA.id, 0, "asked"), CLERK)
    assert consent.refuse(TryPin(ANNA.id, bytes(32)), keys=(ANNA.card,)) == "erasing"


def test_in_a_large_clinic_seven_workstations_are_guards_enough(consent):
    more = [Device(f"room {number}") for number in range(4)]
    for pc in more:
        consent.accept(enrolment(pc, PCS[0]), ADMIN)
    few = guards(*PCS, *more[:2])
    card = taking(BEN, guards=few, threshold=quorum_of(len(few)))
    assert consent.refuse(card, DESK, 1, keys=BENS) == "guards"
    enough = guards(*PCS, *more[:3])
    card = taking(BEN, guards=enough, threshold=quorum_of(len(enough)))
    consent.accept(card, DESK, 1, keys=BENS)
