"""The code a card bears: what every scanner types, and what people make of it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.domain.errors import CardUnknownError
from ehr_desktop.node.keys.cards import MOST_GENERATIONS, CardSecret, new_card, read_card

CARD = CardSecret(bytes(range(16)), 3, bytes(range(100, 116)))
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

cards = st.builds(
    CardSecret,
    st.binary(min_size=16, max_size=16),
    st.integers(1, MOST_GENERATIONS),
    st.binary(min_size=16, max_size=16),
)


@given(cards)
def test_a_code_reads_back_and_has_nothing_a_scanner_could_type_otherwise(card):
    assert read_card(card.code) == card
    assert set(card.code) <= set(ALPHABET) | {"-"}
    assert len(card.code) == len("EHR1") + 12 * len("-XXXXX")


def test_the_code_of_a_card_stays_what_is_printed_on_it():
    assert CARD.code == (
        "EHR1-000G4-0R40M-30E20-9185G-R38E1-W006S-35CSK-PGTBA-DDP6T-VKFE1-RQ4WT-XQTRG"
    )


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("-", "ß"),
        lambda code: code.replace("-", "'"),
        " ".join,
        lambda code: code + "\r\n",
        lambda code: code + "\t",
        lambda code: "\x02" + code + "\x03",
        lambda code: "]Q1" + code + "\n",
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: code.translate(str.maketrans("YZ", "ZY")),
    ],
)
@given(card=cards)
def test_a_code_is_read_however_it_was_typed(typed, card):
    assert read_card(typed(card.code)) == card


def test_every_single_wrong_letter_is_noticed():
    for at, letter in enumerate(CARD.code):
        for other in ALPHABET.replace(letter, ""):
            if letter != "-":
                with pytest.raises(CardUnknownError):
                    read_card(CARD.code[:at] + other + CARD.code[at + 1 :])


def test_letters_that_are_exchanged_left_out_or_doubled_are_noticed():
    letters = CARD.code.replace("-", "")
    for at in range(4, len(letters) - 1):
        if letters[at] != letters[at + 1]:
            swapped = letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]
            with pytest.raises(CardUnknownError):
                read_card(swapped)
            with pytest.raises(CardUnknownError):
                read_card(letters[:at] + letters[at] + letters[at:])
        with pytest.raises(CardUnknownError):
            read_card(letters[:at] + letters[at + 1 :])


@given(st.text(max_size=100))
def test_anything_else_is_no_card(text):
    for typed in (text, "EHR1" + text):
        with pytest.raises(CardUnknownError):
            read_card(typed)


def test_no_card_has_the_number_zero():
    with pytest.raises(CardUnknownError):
        read_card(CardSecret(CARD.patient, 0, CARD.secret).code)


def test_letters_that_stand_for_no_digit_are_none():
    for letter in "U!Ä٣０":
        with pytest.raises(CardUnknownError):
            read_card(CARD.code[:-1] + letter)


def test_two_cards_of_a_patient_have_different_secrets_and_neither_shows_it():
    patient = os.urandom(16)
    first, second = new_card(patient, 1), new_card(patient, 1)
    assert first.secret != second.secret
    assert len(first.secret) == 16
    assert repr(first.secret) not in repr(first)


@pytest.mark.parametrize("generation", [0, -1, MOST_GENERATIONS + 1])
def test_cards_are_counted_from_one(generation):
    with pytest.raises(ValueError, match="generation"):
        new_card(bytes(16), generation)
