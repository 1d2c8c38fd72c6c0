"""Days as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_desktop.dates import shown_date
from ehr_desktop.ui.shell.days import read_day, weekday_text

FRIDAY = date(2026, 8, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", FRIDAY),
        (" Tomorrow ", date(2026, 8, 15)),
        ("yesterday", date(2026, 8, 13)),
        ("mon", date(2026, 8, 17)),
        ("friday", date(2026, 8, 21)),
        ("next tue", date(2026, 8, 25)),
        ("14 aug", FRIDAY),
        ("3rd sept", date(2026, 9, 3)),
        ("14-Aug-1980", date(1980, 8, 14)),
        ("2 feb", date(2027, 2, 2)),
        ("1.7.", date(2026, 7, 1)),
        ("24/12/2026", date(2026, 12, 24)),
        ("2026-8-4", date(2026, 8, 4)),
        ("+3", date(2026, 8, 17)),
        ("in 2 weeks", date(2026, 8, 28)),
        ("in 6 months", date(2027, 2, 14)),
    ],
)
def test_a_day_is_understood(text, day):
    assert read_day(text, FRIDAY) == day


@pytest.mark.parametrize("text", ["", "ann", "31 feb", "32.1.", "14 foo", "1", "mo", "next"])
def test_what_names_no_day_is_not_guessed_at(text):
    assert read_day(text, FRIDAY) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    read_day(text, FRIDAY)


@given(st.dates(min_value=date(1, 1, 1)))
def test_what_is_written_is_read_back(day):
    assert read_day(shown_date(day), FRIDAY) == day


def test_a_day_is_written_one_way():
    assert weekday_text(FRIDAY) == "Friday 14-Aug-2026"
