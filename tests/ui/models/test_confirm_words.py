"""What waits for a clinician's word, in words."""

from datetime import UTC
from zoneinfo import ZoneInfo

from ehr_desktop.domain.consent import TurnedAway, UnconfirmedCard
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.ui.models.confirm_words import (
    confirm_words,
    confirmed_words,
    not_this_one,
    reject_words,
    rejected_words,
    turned_away_words,
    waiting_line,
    waiting_title,
    waiting_words,
)
from tests.support.memory_world import NOON

CHILD, MOTHER, RAE = PatientId("c"), PatientId("m"), PersonId("r")
CARD = UnconfirmedCard(CHILD, "Berg, Ann", CHILD, "Berg, Ann", 2, RAE, "Rae", NOON)
GUARDIAN = UnconfirmedCard(CHILD, "Berg, Ann", MOTHER, "Berg, Mo", 1, RAE, "Rae", NOON)
UNNAMED = UnconfirmedCard(CHILD, "", MOTHER, "", 1, RAE, "", NOON)


def test_a_guardian_is_named_with_whom_and_by_whom():
    title, text = waiting_words(GUARDIAN, UTC)
    assert title == "Berg, Mo waits to be confirmed as guardian"
    assert text.startswith("Named by Rae, 14-Aug-2026 09:40.")
    asked, told = confirm_words(GUARDIAN, UTC)
    assert asked == "Confirm Berg, Mo as guardian of Berg, Ann?"
    assert "is the patient's parent or carer and shows this card" in told
    assert waiting_line(GUARDIAN, UTC)[1] == "Guardian named by Rae, 14-Aug-2026 09:40"
    assert confirmed_words(GUARDIAN) != confirmed_words(CARD)


def test_a_card_is_told_apart_by_what_is_printed_on_it_in_the_clinics_time():
    _, told = confirm_words(CARD, ZoneInfo("Pacific/Auckland"))
    assert "“card\N{NO-BREAK SPACE}2 · 14-Aug-2026”" in told
    assert "the patient and shows this card" in told


def test_whoever_cannot_be_named_is_told_of_all_the_same():
    title, text = waiting_words(UNNAMED, UTC)
    assert title.startswith("A guardian waits")
    assert "somebody no longer known here" in text
    assert waiting_line(UNNAMED, UTC)[0] == "A patient"
    assert confirm_words(UNNAMED, UTC)[0] == "Confirm this person as guardian of this patient?"


def test_several_are_counted():
    assert waiting_title(1) == "1 card waits for a clinician"
    assert waiting_title(2) == "2 cards wait for a clinician"


def test_before_something_is_turned_away_one_reads_what_and_whose_it_is():
    asked, told = reject_words(CARD, UTC)
    assert asked == "Turn the card of Berg, Ann away?"
    assert told.startswith("Card 2, made by Rae, 14-Aug-2026 09:40, then opens nothing any more")
    asked, told = reject_words(GUARDIAN, UTC)
    assert asked == "Turn Berg, Mo away as guardian of Berg, Ann?"
    assert "never get a say" in told
    assert reject_words(UNNAMED, UTC)[0] == "Turn this person away as guardian of this patient?"
    assert not_this_one(CARD) == "This is not the patient…"
    assert not_this_one(GUARDIAN) == "This is not the guardian…"
    assert rejected_words(GUARDIAN) != rejected_words(CARD)


def test_who_turned_something_away_is_told_and_when():
    card = TurnedAway(CHILD, CHILD, "Berg, Ann", 2, RAE, "Dr Lee", NOON)
    assert turned_away_words(card, UTC) == ("Card 2 was turned away by Dr Lee, 14-Aug-2026 09:40.")
    guardian = TurnedAway(CHILD, MOTHER, "Berg, Mo", 0, RAE, "Dr Lee", NOON)
    assert turned_away_words(guardian, UTC).startswith("Berg, Mo was turned away as guardian by")
    unnamed = TurnedAway(CHILD, MOTHER, "", 0, RAE, "", NOON)
    assert turned_away_words(unnamed, UTC) == (
        "Somebody was turned away as guardian by somebody no longer known here, 14-Aug-2026 09:40."
    )
