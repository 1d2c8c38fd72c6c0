"""The patients screen with a clinic in memory and real clicks."""

import pytest
from PySide6.QtCore import Qt
from shiboken6 import delete

from ehr_desktop.services.values import FileReport, ImportReport, RefusedEntry
from ehr_desktop.ui.models.chart_pages import PAGE_ROWS, Column, PagedTable
from ehr_desktop.ui.screens.patients.import_report import full_text
from ehr_desktop.ui.screens.patients.screen import PatientsScreen
from ehr_desktop.ui.shell.context import RegisterPatient
from tests.support.memory_world import made_id


@pytest.fixture
def open_patients(qtbot, context_for):
    opened = []

    def opener(account):
        screen = PatientsScreen(context_for(account))
        opened.append(screen)
        screen.resize(1150, 768)
        screen.show()
        qtbot.waitUntil(lambda: screen.found.rows.rowCount() == 12)
        return screen

    yield opener
    for each in opened:
        # before the node stops: what is still on its way must find nobody
        delete(each)


def search(qtbot, screen, text, count):
    qtbot.keyClicks(screen.found.field, text)
    qtbot.waitUntil(lambda: screen.found.rows.rowCount() == count)


def test_enter_opens_the_record_for_a_doctor(qtbot, open_patients, asked):
    screen = open_patients("karin.lindqvist")
    search(qtbot, screen, "bielski", 1)
    qtbot.keyClick(screen.found.field, Qt.Key.Key_Return)
    assert asked.charts == [made_id("patient 1")]


def test_enter_shows_the_registration_at_the_front_desk(qtbot, open_patients, asked):
    screen = open_patients("ines.duarte")
    search(qtbot, screen, "bielski", 1)
    qtbot.keyClick(screen.found.field, Qt.Key.Key_Return)
    assert screen.details.isVisible()
    assert asked.charts == []


def test_the_arrow_keys_move_through_the_list_while_one_types(qtbot, open_patients):
    screen = open_patients("ines.duarte")
    qtbot.keyClick(screen.found.field, Qt.Key.Key_Down)
    qtbot.keyClick(screen.found.field, Qt.Key.Key_Down)
    assert screen.found.current.id == made_id("patient 2")
    assert screen.found.field.hasFocus()


def test_the_list_says_through_which_field_somebody_was_found(qtbot, open_patients):
    screen = open_patients("ines.duarte")
    search(qtbot, screen, "020 7946 0203", 1)
    rows = screen.found.rows
    assert rows.data(rows.index(0, 6)) == "phone"


def test_only_who_may_import_is_offered_it(open_patients):
    assert open_patients("ines.duarte").import_button.isHidden()
    assert not open_patients("tom.hale").import_button.isHidden()


def test_a_registration_goes_through_and_says_the_record_id(qtbot, open_patients, asked):
    screen = open_patients("ines.duarte")
    screen.grant(RegisterPatient("Nkosi, Thandi"))
    form = screen.registration.form
    assert (form.family.text(), form.given.text()) == ("Nkosi", "Thandi")
    form.birth_date.setText("Feb-1990")
    qtbot.mouseClick(screen.registration.submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.found.rows.rowCount() == 13)
    assert "NKOSI, Thandi is registered as" in asked.notes[-1]


def test_somebody_very_probably_known_is_registered_only_after_a_second_yes(
    qtbot, open_patients, clinic
):
    screen = open_patients("ines.duarte")
    screen.register("Ashworth, Margaret")
    screen.registration.form.birth_date.setText("02-Mar-1948")
    submit = screen.registration.submit
    qtbot.mouseClick(submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: submit.text() == "Register anyway" and submit.isEnabled())
    assert len(clinic.world.patients) == 12
    qtbot.mouseClick(submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(clinic.world.patients) == 13)


def test_an_unfinished_registration_is_there_again_in_another_window(qtbot, open_patients, clinic):
    screen = open_patients("ines.duarte")
    screen.register()
    qtbot.keyClicks(screen.registration.form.family, "Half")
    screen.registration.keep()
    qtbot.waitUntil(lambda: bool(clinic.drafts.kept))
    again = open_patients("ines.duarte")
    again.register()
    qtbot.waitUntil(lambda: again.registration.form.family.text() == "Half")


def test_a_birth_date_that_is_none_is_marked_and_nothing_is_registered(
    qtbot, open_patients, clinic
):
    screen = open_patients("ines.duarte")
    screen.register("Nkosi, Thandi")
    screen.registration.form.birth_date.setText("03/04/1980")
    qtbot.mouseClick(screen.registration.submit, Qt.MouseButton.LeftButton)
    assert screen.registration.form.birth_date.hasFocus()
    assert len(clinic.world.patients) == 12


def test_a_change_can_be_undone(qtbot, open_patients, clinic, asked):
    screen = open_patients("ines.duarte")
    qtbot.mouseClick(screen.details_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.details.change, Qt.MouseButton.LeftButton)
    screen.details.form.phone.setText("1234")
    qtbot.mouseClick(screen.details.save, Qt.MouseButton.LeftButton)
    phone = lambda: clinic.world.patients[made_id("patient 0")].demographics.phone  # noqa: E731
    qtbot.waitUntil(lambda: phone() == "1234" and bool(asked.actions))
    asked.actions[-1][1]()
    qtbot.waitUntil(lambda: phone() == "020 7946 0200")


def test_an_import_reports_what_was_taken_and_what_could_not_be_used(
    qtbot, open_patients, tmp_path
):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text('{"entry": [1, 2]}')
    bad.write_text("no")
    screen = open_patients("tom.hale")
    screen.importing.run([good, bad])
    report = tmp_path / "report.txt"
    qtbot.waitUntil(screen.importing.choose.isEnabled)
    screen.importing.save_report(str(report))
    assert "good.json: 2 taken" in report.read_text()
    assert "bad.json" in report.read_text()
    assert "not JSON" in report.read_text()


def test_the_import_report_names_every_refused_entry_and_why():
    refused = RefusedEntry("a.json", 4, "Observation/7", "This belongs to nobody.")
    report = ImportReport((FileReport("a.json", 3, 1, 1),), 1, 1, 3, 1, (refused,), 0.5)
    assert "a.json, entry 5 (Observation/7): This belongs to nobody." in full_text(report)


def test_a_long_list_asks_only_for_the_pages_somebody_looks_at(qtbot):
    table = PagedTable([Column("Number", str)])
    asked = []
    table.page_wanted.connect(asked.append)
    table.show(range(PAGE_ROWS), 7000)
    assert table.rowCount() == 7000
    assert table.data(table.index(0, 0)) == "0"
    assert table.data(table.index(6990, 0)) is None
    assert table.data(table.index(6991, 0)) is None
    assert asked == [6950]
    table.put(6950, range(6950, 7000))
    assert table.data(table.index(6990, 0)) == "6990"
