"""The clinic's name has two lines at most, and breaks between words."""

from PySide6.QtGui import QFontMetrics

from ehr_desktop.ui.shell.rail_head import two_lines
from ehr_desktop.ui.theme.fonts import ui_font


def test_a_short_name_stays_on_one_line(theme):
    assert two_lines("Quayside Practice", QFontMetrics(ui_font()), 400) == ("Quayside Practice",)


def test_a_long_name_breaks_between_words(theme):
    metrics = QFontMetrics(ui_font())
    room = metrics.horizontalAdvance("Harbour Lane Health") + 2
    lines = two_lines("Harbour Lane Health Centre", metrics, room)
    assert lines == ("Harbour Lane Health", "Centre")


def test_what_two_lines_cannot_hold_is_cut_at_the_end(theme):
    metrics = QFontMetrics(ui_font())
    lines = two_lines("Surgery " * 40, metrics, 120)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(metrics.horizontalAdvance(line) <= 120 for line in lines)


def test_a_name_without_words_is_nothing(theme):
    assert two_lines("", QFontMetrics(ui_font()), 120) == ("",)
