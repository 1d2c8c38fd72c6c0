"""Who is here: the card by scanner or by hand, the PIN, and every way it can go wrong."""

import pytest

from ehr_desktop.domain.consent import GuardRule
from ehr_desktop.domain.errors import ErasedError, GuardsAwayError
from ehr_desktop.ui.kiosk.parts import KioskSettings
from ehr_desktop.ui.kiosk.touch.pin_pad import PinPad
from tests.support.memory_kiosk import CODE, LOST_CODE, PIN


def show_card(finger, code=CODE):
    """Choose English and hold a card under the scanner."""
    finger.touch("English")
    finger.scan(code)
    finger.read(finger.say("pin.title"))


def test_a_card_is_taken_before_a_language_was_chosen(finger):
    finger.scan(CODE)
    finger.read(finger.say("pin.title"))


def test_a_scanner_may_type_small_letters(finger):
    finger.touch("English")
    finger.scan(CODE.lower())
    finger.read(finger.say("pin.title"))
    finger.enter_pin(PIN)
    finger.read(finger.say("home.title"))


def test_the_code_can_be_typed_by_hand(finger):
    finger.touch("English")
    finger.touch(finger.say("card.type"))
    for letter in CODE:
        finger.touch(letter)
    assert "K7QM 2XW4" in finger.shown()
    finger.touch(finger.say("common.ok"))
    finger.enter_pin(PIN)
    finger.read(finger.say("home.title"))


def test_without_a_card_the_desk_helps(finger):
    finger.touch("English")
    finger.touch(finger.say("card.none"))
    finger.read(finger.say("staff.no-card"))


def test_a_wrong_pin_says_how_many_tries_are_left(finger, clinic):
    show_card(finger)
    clinic.kiosk.guesses = 3
    finger.enter_pin("111222")
    finger.read("You have 2 tries left.")
    finger.enter_pin("111222")
    finger.read("You have 1 try left.")
    finger.enter_pin(PIN)
    finger.read(finger.say("home.title"))


def test_a_locked_card_takes_no_more_pins(finger, clinic):
    show_card(finger)
    clinic.kiosk.guesses = 0
    finger.enter_pin(PIN)
    finger.read(finger.say("sorry.pin-locked"))
    assert not finger.window.page.pad.isEnabled()


@pytest.mark.parametrize(
    ("code", "sentence"), [(LOST_CODE, "sorry.card-lost"), ("ANOTHERCARD", "sorry.card-unknown")]
)
def test_a_card_that_is_lost_or_unknown_leads_back_to_the_card(finger, code, sentence):
    show_card(finger, code)
    finger.enter_pin(PIN)
    finger.read(finger.say(sentence))
    finger.read(finger.say("card.title"))


@pytest.mark.parametrize(
    ("failure", "sentence", "values"),
    [
        (GuardsAwayError(3, 1), "sorry.guards-away", {"answered": 1, "needed": 3}),
        (ErasedError(), "sorry.erased", {}),
        (RuntimeError("Ashworth"), "sorry.other", {}),
    ],
)
def test_what_goes_wrong_becomes_a_sentence(finger, clinic, caplog, failure, sentence, values):
    show_card(finger)
    clinic.kiosk.failure = failure
    finger.enter_pin(PIN)
    finger.read(finger.say(sentence, **values))
    assert "Ashworth" not in caplog.text


def test_a_clinic_with_one_computer_says_what_that_means(finger, clinic):
    clinic.kiosk.rule = GuardRule(1, 1)
    show_card(finger)
    finger.read(finger.say("pin.one-computer"))


def test_several_computers_are_counted(finger):
    show_card(finger)
    finger.read(finger.say("pin.several", threshold=3, total=4))


def test_a_scan_on_the_page_for_the_pin_is_no_guess(finger, clinic):
    show_card(finger)
    finger.scan(f"234567{CODE}")
    assert not finger.window.page.pad.enter.isEnabled()
    finger.scan("22334455")
    assert clinic.kiosk.guesses == 10
    finger.read(finger.say("pin.title"))


def test_digits_of_a_keyboard_count_and_can_be_taken_back(finger):
    show_card(finger)
    finger.type(PIN[:5] + "9\b" + PIN[5])
    finger.touch(finger.say("common.ok"))
    finger.read(finger.say("home.title"))


def test_no_widget_ever_holds_the_digits(finger):
    show_card(finger)
    for digit in PIN:
        finger.touch(digit)
    assert PIN not in finger.shown()
    assert "6 digits entered" in [
        one.accessibleName()
        for one in finger.window.page.pad.children()
        if hasattr(one, "accessibleName")
    ]


def test_a_shuffled_keypad_has_every_digit_in_another_order(qtbot, window):
    orders = set()
    for _ in range(6):
        pad = PinPad(window.page.dress, shuffled=True)
        qtbot.addWidget(pad)
        pad.show()
        keys = sorted(pad.keys.values(), key=lambda key: (key.y(), key.x()))
        orders.add("".join(key.text() for key in keys))
    assert all(sorted(order) == sorted("1234567890") for order in orders)
    assert len(orders) > 1


@pytest.mark.parametrize(("wipe", "warn"), [(30, 20), (60, 20), (20, 10)])
def test_the_warning_comes_in_time(wipe, warn):
    assert KioskSettings(wipe_after_s=wipe).warn_after_s == warn
