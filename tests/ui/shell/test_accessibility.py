"""Every focusable piece has a name; no label renders markup."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ehr_desktop.ui.screens.set_up import FoundingWork, SetUpScreen
from ehr_desktop.ui.shell.context import Place
from tests.support.memory_world import made_id

MARKUP = "<b>Bold & Sons</b>"


def nameless(root):
    return [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in root.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]


def rich(root):
    plain = Qt.TextFormat.PlainText
    return [label.text() for label in root.findChildren(QLabel) if label.textFormat() != plain]


def all_windows_hold():
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            assert nameless(window) == []
            assert rich(window) == []


def test_sign_in(program):
    all_windows_hold()


def test_set_up(qtbot, bridge, password_rules):
    screen = SetUpScreen(bridge, FoundingWork(None, password_rules, "Front desk"))
    qtbot.addWidget(screen)
    screen.show()
    screen.submit()
    screen.password.suggest()
    all_windows_hold()


def test_the_work_area_with_everything_open(qtbot, program):
    area = program.work_as("amara.osei")
    area.omnibox.begin()
    qtbot.waitUntil(area.omnibox.popup.isVisible)
    all_windows_hold()
    area.omnibox.leave()
    area.show_shortcuts()
    area.notify("Saved.", action="Undo", on_action=area.truth_bar.refresh)
    all_windows_hold()


def test_people_with_the_drawers_open(qtbot, program):
    area = program.work_as("amara.osei")
    area.navigate(Place.PEOPLE)
    screen = area.stack.currentWidget()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 5)
    screen.add_account()
    area.change_password()
    all_windows_hold()


def test_the_lock(program):
    program.work_as("amara.osei")
    program.window.lock()
    all_windows_hold()


@pytest.fixture
def marked_up(clinic):
    from dataclasses import replace

    world, person = clinic.world, made_id("tom.hale")
    world.clinic = replace(world.clinic, name=MARKUP)
    world.staff[person] = replace(world.staff[person], display_name=MARKUP)


def test_markup_in_names_is_shown_as_it_is_written(marked_up, program):
    area = program.work_as("tom.hale")
    assert program.window.sign_in.clinic_name.text() == MARKUP
    assert area.user_menu.text().replace("&&", "&") == MARKUP
    area.notify(MARKUP)
    assert area.snackbar.text == MARKUP
    program.window.lock()
    assert program.window.lock_page.person.text() == MARKUP
    all_windows_hold()


def test_tab_goes_around_the_sign_in_page_in_reading_order(qtbot, program):
    sign_in = program.window.sign_in
    order = [sign_in.account.input, sign_in.prompt.input, sign_in.prompt.button]
    order[0].setFocus()
    walked = [QApplication.focusWidget()]
    for _ in range(2):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget())
    assert walked == order
