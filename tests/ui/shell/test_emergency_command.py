"""Emergency access from anywhere: a command, a patient, and the record's own window goes on."""

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.ui.screens.record.emergency_patient import EmergencyPatientSheet
from ehr_desktop.ui.screens.record.window import RecordWindow
from ehr_desktop.ui.shell.context import Place, Registry
from ehr_desktop.ui.shell.suggestions import matching_commands
from tests.support.memory_world import NOON, PASSWORD, made_id
from tests.ui.shell.conftest import NotedScreen

PATIENT = made_id("patient 0")


@pytest.fixture
def registry():
    return Registry(dict.fromkeys((Place.TODAY, Place.PATIENTS), NotedScreen), RecordWindow)


def begin(area):
    (found,) = matching_commands(area._commands, "emergency")
    found.run()
    return area.findChildren(EmergencyPatientSheet)[0]


def test_a_command_a_name_and_a_reason_take_two_clicks_after_the_keyboard(program, clinic, qtbot):
    clinic.world.consent.take_card(PATIENT, NOON)
    area = program.work_as("karin.lindqvist")
    sheet = begin(area)
    qtbot.keyClicks(sheet.picker.search, "ashw")
    qtbot.waitUntil(sheet.picker.list.isVisible)
    qtbot.keyClick(sheet.picker.search, Qt.Key.Key_Return)
    (window,) = area.charts.windows
    qtbot.waitUntil(window.emergency.isVisible)
    window.emergency.reasons["unconscious"].setChecked(True)
    window.emergency.password.setText(PASSWORD)
    qtbot.mouseClick(window.emergency.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.view is not None)


def test_a_record_that_is_open_anyway_needs_no_emergency(program, clinic, qtbot):
    area = program.work_as("karin.lindqvist")
    begin(area).chosen.emit(PATIENT)
    (window,) = area.charts.windows
    qtbot.waitUntil(lambda: window.view is not None)
    assert not window.emergency.isVisible()


def test_only_clinicians_have_the_command(program):
    area = program.work_as("ines.duarte")
    assert matching_commands(area._commands, "emergency") == ()
