"""Every screen of the real program, on a real clinic: named for those who cannot see it, plain
text for everybody, and not one warning of Qt.
"""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from ehr_desktop.domain.people import Role
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.ui.shell.appearance import Appearance
from ehr_desktop.ui.shell.context import Place
from tests.support.real_program import running_program


@pytest.fixture(scope="module")
def program(qapp, tmp_path_factory):
    yield from running_program(qapp, tmp_path_factory.mktemp("real") / "clinic")


@pytest.fixture(autouse=True)
def nothing_is_complained_of(program):
    yield
    said, program.complaints[:] = list(program.complaints), []
    assert said == []


def unnamed(root):
    """Give every widget of a window that the keyboard reaches and a screen reader cannot name."""
    reached = (w for w in root.findChildren(QWidget) if w.isVisible() and _by_keyboard(w))
    return [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in reached if not _name(w)]


def _by_keyboard(widget):
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None


def _name(widget):
    return widget.accessibleName() or (
        isinstance(widget, QAbstractButton) and widget.text().strip()
    )


def not_plain(root):
    """Give every label that would take what a record says for markup."""
    labels = root.findChildren(QLabel)
    return [w.text() for w in labels if w.textFormat() is not Qt.TextFormat.PlainText]


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.RECEPTIONIST, Role.ADMINISTRATOR])
def test_every_screen_of_every_role_is_named_and_plain(program, role):
    area = program.become(role)
    seen = []
    for place in Place:
        if place in {entry.place for entry in area.places}:
            area.navigate(place)
            program.settle()
            seen.append(place)
            assert (place, unnamed(program.window)) == (place, [])
            assert (place, not_plain(program.window)) == (place, [])
    assert Place.TODAY in seen
    assert len(seen) >= 4


def test_every_section_of_a_record_is_named_and_plain(program):
    program.become(Role.DOCTOR)
    (chart,) = program.open_charts(1)
    for entry in chart.view.rail.findChildren(QAbstractButton):
        entry.click()
        program.settle()
        assert (entry.text(), unnamed(chart)) == (entry.text(), [])
        assert (entry.text(), not_plain(chart)) == (entry.text(), [])
    chart.close()


def test_a_lock_hides_every_chart_and_unlocking_brings_them_back(program):
    program.become(Role.DOCTOR)
    charts = program.open_charts(3)
    program.window.lock()
    assert program.charts() == []
    assert program.area is None
    program.settle()
    assert unnamed(program.window) == []
    program.window.lock_page.unlock.emit(PASS_PHRASE)
    program.until(lambda: program.area is not None)
    assert program.charts() == charts
    for chart in charts:
        chart.close()


def test_a_colleague_does_not_see_the_charts_of_the_one_before(program):
    program.become(Role.DOCTOR)
    charts = program.open_charts(2)
    program.window.switch_user()
    program.settle()
    program.become(Role.RECEPTIONIST)
    assert program.charts() == []
    program.window.switch_user()
    program.settle()
    program.become(Role.DOCTOR)
    assert program.charts() == charts
    for chart in charts:
        chart.close()


@pytest.mark.parametrize("look", [Appearance.DARK, Appearance.HIGH_CONTRAST, Appearance.LIGHT])
def test_the_look_changes_with_charts_open(program, look):
    area = program.become(Role.DOCTOR)
    charts = program.open_charts(2)
    area.wear(look)
    program.settle()
    grounds = {chart.grab().toImage().pixelColor(300, 400).lightness() < 60 for chart in charts}
    assert grounds == {look is not Appearance.LIGHT}
    for chart in charts:
        chart.close()


def test_a_note_half_written_outlives_its_window(program):
    area = program.become(Role.DOCTOR)
    (chart,) = program.open_charts(1)
    chart.view.rail.chosen.emit("notes")
    chart.view.add_here()
    program.settle()
    chart.view.drawer.text_area.setPlainText("Half a sentence about")
    assert area.charts.close_all()
    program.settle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    (again,) = program.open_charts(1)
    again.view.rail.chosen.emit("notes")
    again.view.add_here()
    program.until(again.view.drawer.restore_button.isVisible)
    again.view.drawer.restore_button.click()
    program.until(lambda: again.view.drawer.text_area.toPlainText() == "Half a sentence about")
