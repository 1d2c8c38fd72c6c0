"""Every widget, in every scheme, as people with eyes, ears and keyboards meet it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.gallery import pages
from ehr_desktop.ui.widgets.number_field import NumberField
from ehr_desktop.ui.widgets.text_field import TextField


@pytest.fixture
def shown(qapp, qtbot):
    Theme().apply(qapp, Scheme.LIGHT)
    made = pages()
    for page in made.values():
        qtbot.addWidget(page)
        page.show()
    return made


def widgets_of(pages_shown):
    return [widget for page in pages_shown.values() for widget in page.findChildren(QWidget)]


def test_everything_that_takes_the_focus_has_a_name_to_read_out(shown):
    stops = [
        widget
        for widget in widgets_of(shown)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not widget.focusProxy()
    ]
    nameless = [
        type(stop).__name__
        for stop in stops
        if not QAccessible.queryAccessibleInterface(stop).text(QAccessible.Text.Name)
    ]
    assert len(stops) > 40
    assert nameless == []


def test_no_label_renders_markup(shown):
    labels = [widget for widget in widgets_of(shown) if isinstance(widget, QLabel)]
    assert len(labels) > 80
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_what_one_types_into_or_presses_on_one_row_is_equally_high(shown):
    inputs = shown["fields"].findChildren(TextField)
    buttons = [
        b for b in shown["fields"].findChildren(QPushButton) if b.property("look") != "segment"
    ]
    combos = shown["fields"].findChildren(ComboField)
    numbers = shown["fields"].findChildren(NumberField)
    assert {widget.height() for widget in [*inputs, *buttons, *combos, *numbers]} == {36}


def test_the_focus_changes_no_size(shown, qtbot):
    with qtbot.waitActive(shown["fields"]):
        shown["fields"].activateWindow()
    for stop in shown["fields"].findChildren(TextField):
        if stop.isEnabled():
            before = stop.size(), stop.sizeHint()
            stop.setFocus()
            assert stop.hasFocus()
            assert (stop.size(), stop.sizeHint()) == before


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_page_takes_up_a_scheme_while_it_is_shown(shown, qapp, scheme):
    theme = Theme()
    before = {name: page.grab().toImage() for name, page in shown.items()}
    theme.apply(qapp, Scheme.DARK if scheme is Scheme.LIGHT else Scheme.LIGHT)
    theme.apply(qapp, scheme)
    for name, page in shown.items():
        ground = page.grab().toImage().pixelColor(2, page.height() - 2).name()
        if name != "question":
            assert ground == theme.tokens.canvas
        changed = page.grab().toImage() != before[name]
        assert changed is (scheme is not Scheme.LIGHT)
    theme.apply(qapp, Scheme.LIGHT)
