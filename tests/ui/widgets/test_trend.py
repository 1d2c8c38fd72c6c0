"""Graphs that follow the rules of clinical display."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.avatar import initials
from ehr_desktop.ui.widgets.trend import (
    Reading,
    Trend,
    scale_of,
    span_of,
    time_ticks,
    value_ticks,
)
from ehr_desktop.ui.widgets.trend_chart import TrendChart

START = datetime(2025, 1, 9, tzinfo=UTC)


def glucose(*values):
    readings = (Reading(START + timedelta(days=at), v, f"{v:.1f}") for at, v in enumerate(values))
    return Trend("Glucose", "mmol/L", tuple(readings), 4.0, 7.8)


def test_the_scale_is_the_one_given_and_gives_way_only_to_a_reading():
    assert scale_of((glucose(5, 6),), 2, 12) == (2, 12)
    assert scale_of((glucose(5, 15.5),), 2, 12) == (2, 15.5)


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (2, 12, (2.5, 5, 7.5, 10)),
        (40, 180, (50, 100, 150)),
        (0, 1, (0, 0.25, 0.5, 0.75, 1)),
        (70, 90, (70, 75, 80, 85, 90)),
        (5, 5, (5,)),
    ],
)
def test_the_ticks_of_an_axis_are_round(least, most, ticks):
    assert value_ticks(least, most) == ticks


def test_moments_stand_evenly_on_the_time_axis():
    ticks = time_ticks(START, START + timedelta(days=9), 4)
    assert ticks == tuple(START + timedelta(days=at) for at in (0, 3, 6, 9))


def test_one_reading_alone_stands_in_the_middle_of_its_span():
    assert span_of((glucose(5),)) == (START - timedelta(days=1), START + timedelta(days=1))
    assert span_of(()) is None


@pytest.mark.parametrize(
    ("value", "outside"), [(3.9, True), (4.0, False), (7.8, False), (7.9, True)]
)
def test_the_ends_of_the_range_belong_to_it(value, outside):
    trend = glucose(value)
    assert trend.is_outside(trend.readings[0]) is outside


def test_the_arrow_keys_move_from_reading_to_reading_and_say_where_they_are(qapp, qtbot):
    Theme().apply(qapp, Scheme.LIGHT)
    chart = TrendChart((glucose(5.1, 9.4, 6.0),), (2, 12))
    qtbot.addWidget(chart)
    assert chart.accessibleDescription() == "Glucose 6.0 mmol/L, 11-Jan-2025."
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.focused == START + timedelta(days=1)
    assert chart.accessibleDescription() == "Glucose 9.4 mmol/L, outside the range, 10-Jan-2025."
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.focused == START


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ama Osei", "AO"),
        ("Ingrid", "I"),
        ("", ""),
        ("Asante, Akosua Nyamekye", "AN"),
        ("(?) Li", "L"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name, letters):
    assert initials(name) == letters
