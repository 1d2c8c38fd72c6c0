"""Dressing the application."""

import re

import pytest
from PySide6.QtGui import QFontInfo, QFontMetrics, QPalette

from ehr_desktop.ui.theme.fonts import mono_font, ui_font
from ehr_desktop.ui.theme.icons import coloured_icon, icon, recoloured
from ehr_desktop.ui.theme.marks import mark_path, marks
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.resources import resource_path
from ehr_desktop.ui.theme.stylesheet import stylesheet
from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme, Tone, tokens_of


@pytest.fixture
def theme(qapp):
    made = Theme()
    yield made
    made.apply(qapp, Scheme.LIGHT)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_scheme_once_applied_is_what_everything_is_painted_in(theme, qapp, scheme):
    theme.apply(qapp, scheme)
    assert worn_tokens() is tokens_of(scheme)
    assert theme.scheme is scheme
    assert qapp.palette().color(QPalette.ColorRole.Text).name() == tokens_of(scheme).text


def test_a_change_of_scheme_is_announced_after_the_palette_has_changed(theme, qapp):
    worn = []
    theme.changed.connect(lambda scheme: worn.append((scheme, worn_tokens().scheme)))
    theme.apply(qapp, Scheme.DARK)
    assert worn == [(Scheme.DARK, Scheme.DARK)]


def test_without_a_wish_of_the_system_the_light_scheme_is_worn(theme, qapp):
    theme.apply(qapp, Scheme.DARK)
    theme.follow_system(qapp)
    assert theme.scheme is Scheme.LIGHT


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_style_sheet_leaves_no_word_unfilled_and_names_only_files_that_exist(scheme):
    sheet = stylesheet(tokens_of(scheme))
    assert "$" not in sheet
    named = re.findall(r'url\("([^"]+)"\)', sheet)
    assert named
    assert all(resource_path(path).exists() for path in named)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_marks_on_disk_wear_the_colours_of_their_scheme(scheme):
    assert {name: mark_path(scheme, name).read_bytes() for name, _ in marks(scheme)} == dict(
        marks(scheme)
    )


def test_the_bundled_faces_are_the_ones_in_use(theme, qapp):
    theme.apply(qapp, Scheme.LIGHT)
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(mono_font()).family() == "JetBrains Mono"


def test_tabular_digits_are_equally_wide_and_leave_the_hyphen_alone(theme, qapp):
    theme.apply(qapp, Scheme.LIGHT)
    tabular, plain = QFontMetrics(ui_font(tabular=True)), QFontMetrics(ui_font())
    assert len({tabular.horizontalAdvance(digit * 20) for digit in "0123456789"}) == 1
    assert plain.horizontalAdvance("1" * 20) < plain.horizontalAdvance("0" * 20)
    assert tabular.horizontalAdvance("-" * 20) == plain.horizontalAdvance("-" * 20)


def test_an_icon_is_drawn_in_the_colour_asked_for(theme, qapp):
    theme.apply(qapp, Scheme.LIGHT)
    drawn = coloured_icon("check", "#ff0000", 32).pixmap(32, 32).toImage()
    colours = {
        drawn.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if drawn.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#ff0000"}


def test_an_unknown_icon_is_refused(qapp):
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", Tone.NEUTRAL)


def test_every_icon_that_is_bundled_follows_the_colour():
    names = [path.stem for path in resource_path("icons").glob("*.svg")]
    assert len(names) > 100
    assert all(b"#123456" in recoloured(name, "#123456") for name in names)
