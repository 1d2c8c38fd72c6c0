"""Which PINs hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.node.keys.pins import check_new_pin, normal_pin


def reason(pin):
    with pytest.raises(InvalidInputError) as refused:
        check_new_pin(pin)
    assert refused.value.field == "pin"
    return refused.value.reason


@pytest.mark.parametrize("pin", ["471902", "837465", "5820739", "93471862", "482916375048"])
def test_a_pin_nobody_thinks_of_first_holds(pin):
    assert check_new_pin(pin) == pin


@pytest.mark.parametrize("pin", ["", "1", "12345", "47190"])
def test_fewer_than_six_digits_do_not_hold(pin):
    assert reason(pin) in ("digits" if not pin else "short")


def test_more_than_a_keypad_shows_do_not_hold():
    assert reason("4829163750481") == "long"


@pytest.mark.parametrize("pin", ["47190a", "-47190", "4719 02", "47190\u2167", "47190²", "secret"])
def test_what_is_no_digit_does_not_hold(pin):
    assert reason(pin) == "digits"


@pytest.mark.parametrize(
    "pin",
    [
        "000000", "111111", "12121212", "123123", "471471", "654654654",
        "123456", "234567", "890123", "654321", "321098", "13579135",
        "112233", "998877", "123321", "471174", "110011", "110100", "147258", "852741",
    ],
)  # fmt: skip
def test_repetitions_runs_and_patterns_do_not_hold(pin):
    assert reason(pin) == "common"


@pytest.mark.parametrize(
    "pin",
    ["140880", "081480", "800814", "290204", "14081980", "08141980", "19800814", "20240229"],
)
def test_a_day_in_any_usual_order_does_not_hold(pin):
    assert reason(pin) == "date"


@pytest.mark.parametrize("pin", ["149980", "18141899", "99142099", "14082199", "4719025"])
def test_no_day_that_ever_was_holds(pin):
    assert check_new_pin(pin) == pin


@given(st.text("0123456789", min_size=1, max_size=12))
def test_a_pin_is_the_same_in_all_digits_of_the_world(pin):
    for zero in ("\u0660", "\u0966", "\u09e6", "\uff10"):
        assert normal_pin("".join(chr(ord(zero) + int(d)) for d in pin)) == pin
    assert normal_pin(f" {pin}\n") == pin
