"""Signing in, moving about, locking, handing over to a colleague."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.shell.context import Place, RegisterPatient, Registry, ShowDay, ShowPatient
from ehr_desktop.ui.shell.main_window import UNLOCK_REFUSED, MainWindow
from ehr_desktop.ui.shell.places import places_for
from ehr_desktop.ui.shell.shortcuts import ShortcutSheet
from ehr_desktop.ui.theme.tokens import Scheme
from tests.support.memory_world import PASSWORD, made_id

MARGARET = PatientId(made_id("patient 0"))


def test_the_clinic_is_named_before_anybody_signs_in(program):
    assert program.window.sign_in.clinic_name.text() == "Harbour Street Practice"


def test_signing_in_leads_to_the_first_place(program):
    area = program.work_as("ines.duarte")
    assert area.actor.staff.account_name == "ines.duarte"
    assert area.stack.currentWidget().context.actor == area.actor


def test_the_rail_shows_only_screens_that_exist_and_the_role_may_see(program):
    area = program.work_as("ines.duarte")
    assert [entry.place for entry in area.places] == [
        Place.TODAY,
        Place.PATIENTS,
        Place.APPOINTMENTS,
    ]


def test_only_an_administrator_sees_the_people(registry):
    who = {role for role in Role if Place.PEOPLE in [e.place for e in places_for(role, registry)]}
    assert who == {Role.ADMINISTRATOR}


def test_a_screen_is_built_once_and_only_when_gone_to(qtbot, parts, bridge):
    built = []

    def make(context):
        screen = parts.registry.screens[Place.TODAY](context)
        built.append(screen)
        return screen

    registry = Registry({Place.TODAY: make, Place.PATIENTS: make}, parts.registry.chart)
    window = MainWindow(type(parts)(**{**_fields(parts), "registry": registry}))
    qtbot.addWidget(window)
    window.show()
    window.begin()
    window.sign_in.account.input.setText("tom.hale")
    window.sign_in.prompt.input.setText(PASSWORD)
    window.sign_in.prompt.button.click()
    qtbot.waitUntil(lambda: window.work_area is not None)
    assert len(built) == 1
    window.work_area.navigate(Place.PATIENTS)
    window.work_area.navigate(Place.TODAY)
    window.work_area.navigate(Place.PATIENTS)
    assert len(built) == 2


def test_the_last_screen_is_remembered(program):
    program.work_as("ines.duarte").navigate(Place.APPOINTMENTS)
    program.window.sign_out()
    area = program.work_as("tom.hale")
    assert area.stack.currentWidget() is area._screens[Place.APPOINTMENTS]


def test_ctrl_n_asks_the_patients_screen_for_a_form(qtbot, program):
    area = program.work_as("ines.duarte")
    qtbot.keyClick(area, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert area.stack.currentWidget().wishes == [RegisterPatient()]


def test_f1_lists_the_keys_of_the_window_and_of_the_screen(qtbot, program):
    area = program.work_as("ines.duarte")
    qtbot.keyClick(area, Qt.Key.Key_F1)
    sheet = area.findChild(ShortcutSheet)
    words = {label.text() for label in sheet.findChildren(type(program.window.sign_in.clinic_name))}
    assert {"Lock now", "Go to Patients", "Next status"} <= words
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_sheet_that_was_closed_leaves_the_window_whole(qtbot, program, theme):
    area = program.work_as("ines.duarte")
    area.show_shortcuts()
    sheet = area.findChild(ShortcutSheet)
    sheet.leave()
    qtbot.waitUntil(lambda: not isValid(sheet))
    for scheme in (Scheme.DARK, Scheme.HIGH_CONTRAST, Scheme.LIGHT):
        theme.apply(QApplication.instance(), scheme)
    assert area.omnibox.isVisible()


def test_the_look_is_remembered(qtbot, program, prefs, theme):
    area = program.work_as("ines.duarte")
    qtbot.keyClick(area, Qt.Key.Key_D, CTRL_SHIFT)
    qtbot.keyClick(area, Qt.Key.Key_D, CTRL_SHIFT)
    assert theme.scheme is Scheme.DARK
    assert prefs.text("theme") == "dark"
    theme.apply(QApplication.instance(), Scheme.LIGHT)


CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_idle_minutes_lock_the_window_and_keep_a_draft(qtbot, program, clinic):
    area = program.work_as("ines.duarte")
    note = area.stack.currentWidget().note
    qtbot.keyClicks(note, "half a sentence")
    program.wait_minutes(5)
    assert program.area is None
    assert not note.isVisible()
    qtbot.waitUntil(lambda: area.actor.session not in clinic.world.unlocked)
    program.unlock()
    qtbot.waitUntil(lambda: program.area is area)
    assert note.isVisible()
    assert note.toPlainText() == "half a sentence"
    assert area.actor.session in clinic.world.unlocked


def test_somebody_who_works_is_not_locked_out(qtbot, program):
    area = program.work_as("ines.duarte")
    program.wait_minutes(4)
    qtbot.keyClick(area.stack.currentWidget().note, Qt.Key.Key_A)
    program.wait_minutes(4)
    assert program.area is area


def test_the_idle_time_can_be_set(program, prefs):
    program.work_as("ines.duarte")
    program.window._set_lock_minutes(1)
    program.wait_minutes(1)
    assert program.area is None
    assert prefs.lock_minutes == 1


def test_a_lock_hides_open_charts_and_their_drafts_come_back(qtbot, program):
    area = program.work_as("karin.lindqvist")
    area.open_chart(MARGARET)
    (chart,) = area.charts.windows
    qtbot.keyClicks(chart.draft, "cough since")
    qtbot.keyClick(chart, Qt.Key.Key_F12)
    visible = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert visible == [program.window]
    assert "patient" not in program.window.windowTitle()
    program.unlock()
    qtbot.waitUntil(lambda: program.area is area)
    assert chart.isVisible()
    assert chart.draft.text() == "cough since"


def test_nothing_of_the_window_listens_while_it_is_locked(qtbot, program):
    area = program.work_as("ines.duarte")
    screen = area.stack.currentWidget()
    program.window.lock()
    qtbot.keyClick(program.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(program.window, Qt.Key.Key_F1)
    assert screen.wishes == []
    assert area.findChild(ShortcutSheet) is None


def test_a_wrong_password_does_not_unlock(qtbot, program):
    program.work_as("ines.duarte")
    program.window.lock()
    program.unlock("not-the-right-password")
    qtbot.waitUntil(lambda: program.window.lock_page.prompt.error == UNLOCK_REFUSED)
    assert program.area is None


def test_a_colleague_signs_in_before_the_lock_and_both_keep_their_work(qtbot, program, clinic):
    first = program.work_as("ines.duarte")
    qtbot.keyClicks(first.stack.currentWidget().note, "ring the pharmacy")
    program.window.switch_user()
    second = program.work_as("karin.lindqvist")
    assert second is not first
    qtbot.waitUntil(lambda: first.actor.session not in clinic.world.unlocked)
    program.window.switch_user()
    program.sign_in("ines.duarte")
    qtbot.waitUntil(lambda: program.area is first)
    assert first.stack.currentWidget().note.toPlainText() == "ring the pharmacy"


def test_signing_out_ends_the_work(qtbot, program, clinic):
    area = program.work_as("karin.lindqvist")
    area.open_chart(MARGARET)
    program.window.sign_out()
    qtbot.waitUntil(lambda: not isValid(area))
    qtbot.waitUntil(lambda: clinic.world.unlocked == {})
    assert program.window.sign_in.isVisible()
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [program.window]


def test_a_chart_that_refuses_to_close_keeps_the_session(program):
    area = program.work_as("karin.lindqvist")
    area.open_chart(MARGARET)
    (chart,) = area.charts.windows
    chart.may_close = False
    program.window.sign_out()
    assert program.area is area
    assert not program.window.close()
    chart.may_close = True
    assert program.window.close()


def test_a_patient_has_one_window(qtbot, program):
    area = program.work_as("karin.lindqvist")
    area.open_chart(MARGARET)
    area.open_chart(MARGARET)
    (chart,) = area.charts.windows
    chart.close()
    qtbot.waitUntil(lambda: not isValid(chart))
    assert area.charts.windows == ()


def test_the_window_stands_where_it_stood(qtbot, program, parts):
    # The offscreen platform's screen is 800 by 800 and geometries are fitted into it.
    program.window.resize(820, 655)
    program.window.close()
    again = MainWindow(parts)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (820, 655)


def test_nothing_remembered_is_about_a_person(program, tmp_path):
    area = program.work_as("karin.lindqvist")
    area.open_chart(MARGARET)
    area.charts.close_all()
    program.window.close()
    written = (tmp_path / "window.ini").read_text()
    assert "main" in written
    for word in ("lindqvist", "Ashworth", MARGARET, "patient"):
        assert word not in written


def test_the_truth_bar_follows_the_ledger(qtbot, program, clinic):
    area = program.work_as("karin.lindqvist")
    blocks = len(clinic.world.blocks)
    clinic.world.write("recorded", area.actor.id)
    words = f"Block {blocks + 1:,}, all final"
    qtbot.waitUntil(lambda: words in _texts(area.truth_bar.ledger))
    assert _texts(area.truth_bar.peers) == ["This PC only"]
    assert _texts(area.truth_bar.backup) == ["Backup: never"]
    assert _texts(area.truth_bar.key) == ["Key in a file on this PC"]


def test_a_day_leads_to_the_day_book_and_a_desk_pick_to_the_list(program):
    area = program.work_as("ines.duarte")
    (suggestion,) = [s for s in area._suggest("24 dec") if s.detail == "Appointments"]
    suggestion.run()
    assert area.stack.currentWidget().wishes == [ShowDay(date(2026, 12, 24))]
    area._pick(program.clinic.world.patients[MARGARET])
    assert area.stack.currentWidget().wishes == [ShowPatient(MARGARET)]


def test_every_place_can_be_gone_to_by_key(qtbot, program):
    area = program.work_as("amara.osei")
    for number, entry in enumerate(area.places):
        qtbot.keyClick(area, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(
            lambda place=entry.place: area.stack.currentWidget() is area._screens.get(place)
        )


@pytest.mark.parametrize("place", [Place.LEDGER, Place.PEOPLE])
def test_a_place_somebody_does_not_have_is_not_gone_to(program, place):
    area = program.work_as("ines.duarte")
    before = area.stack.currentWidget()
    area.navigate(place)
    assert area.stack.currentWidget() is before


def _texts(widget):
    return [label.text() for label in widget.findChildren(type(widget._words))]


def _fields(parts):
    return {name: getattr(parts, name) for name in type(parts).__dataclass_fields__}
