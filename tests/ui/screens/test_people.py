"""People: accounts are added and ended."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel

from ehr_desktop.domain.events import PeopleChanged
from ehr_desktop.domain.people import Role, Team
from ehr_desktop.ui.models.people_words import WHAT_ENDING_DOES
from ehr_desktop.ui.models.staff_table import Column, StaffTable
from ehr_desktop.ui.screens.add_account import ROLE_KEYS
from ehr_desktop.ui.screens.own_password import OwnPasswordDrawer
from ehr_desktop.ui.screens.people import PeopleScreen
from ehr_desktop.ui.widgets.labels import Caption
from tests.support.memory_world import PASSWORD
from tests.ui.conftest import SUGGESTION


@pytest.fixture
def screen(qtbot, context_for, password_rules):
    screen = PeopleScreen(context_for("amara.osei"), password_rules)
    qtbot.addWidget(screen)
    screen.resize(1150, 700)
    screen.show()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 5)
    return screen


def names(screen):
    model = screen.model
    return [model.data(model.index(row, Column.NAME)) for row in range(model.rowCount())]


def choose(screen, name):
    screen.table.selectRow(names(screen).index(name))


def fill_in(qtbot, drawer, account="lena.vogt"):
    qtbot.keyClicks(drawer.display_name.input, "Lena Vogt")
    qtbot.keyClicks(drawer.account.input, account)
    drawer.role.input.choose(Role.NURSE.value)
    drawer.password.suggest_button.click()


def test_everybody_is_listed_by_name(screen):
    assert names(screen) == [
        "Amara Osei",
        "Dr Chidi Okafor",
        "Dr Karin Lindqvist",
        "Inês Duarte",
        "Tom Hale",
    ]


def test_an_account_is_added_and_can_sign_in(qtbot, screen, clinic, asked):
    qtbot.mouseClick(screen.add_button, Qt.MouseButton.LeftButton)
    fill_in(qtbot, screen.drawer)
    qtbot.mouseClick(screen.drawer.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Lena Vogt" in names(screen))
    added = clinic.staff("lena.vogt")
    assert added.role is Role.NURSE
    assert clinic.world.passwords[added.id] == SUGGESTION
    assert asked.notes == ["Lena Vogt can now sign in as lena.vogt."]
    assert not screen.drawer.isVisible()
    assert screen.drawer.password.text == ""


def test_a_name_that_is_taken_is_said_beside_the_field(qtbot, screen):
    screen.add_account()
    fill_in(qtbot, screen.drawer, account="tom.hale")
    screen.drawer.submit()
    qtbot.waitUntil(lambda: screen.drawer.account.error != "")
    assert "already" in screen.drawer.account.error
    assert screen.drawer.isVisible()


def test_escape_keeps_what_was_typed_but_not_the_password(qtbot, screen):
    screen.add_account()
    fill_in(qtbot, screen.drawer)
    qtbot.keyClick(screen.drawer, Qt.Key.Key_Escape)
    assert not screen.drawer.isVisible()
    screen.add_account()
    assert screen.drawer.display_name.input.text() == "Lena Vogt"
    assert screen.drawer.password.text == ""


def test_each_role_says_what_its_keys_open(screen):
    screen.add_account()
    shown = set()
    for role in Role:
        screen.drawer.role.input.choose(role.value)
        shown.add(screen.drawer.keys.accessibleName())
    assert set(ROLE_KEYS) == set(Role)
    assert len(shown) == len(Role)
    assert "No medical records" in ROLE_KEYS[Role.RECEPTIONIST]
    assert "No medical records" in ROLE_KEYS[Role.ADMINISTRATOR]


def test_an_account_is_ended_only_after_a_question(qtbot, screen, clinic, asked):
    choose(screen, "Tom Hale")
    qtbot.mouseClick(screen.end_button, Qt.MouseButton.LeftButton)
    assert clinic.staff("tom.hale").active
    qtbot.mouseClick(screen.question.confirm_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asked.notes == ["The account of Tom Hale has ended."])
    assert not clinic.staff("tom.hale").active
    qtbot.waitUntil(lambda: screen.model.active == 4)


def test_the_question_says_what_the_leaver_may_still_open(screen):
    choose(screen, "Tom Hale")
    screen.end_account()
    said = [label.text() for label in screen.question.findChildren(QLabel)]
    assert WHAT_ENDING_DOES in said
    assert "can still open what was written before" in WHAT_ENDING_DOES


def count_line(screen):
    return screen.page.findChildren(Caption)[-1].text()


def test_it_is_said_whether_the_keys_of_who_left_are_replaced(qtbot, screen, clinic):
    assert count_line(screen) == "5 active of 5 accounts"
    clinic.world.keys_to_replace = [Team.CLINICAL, Team.FRONT_DESK]
    choose(screen, "Tom Hale")
    screen.end_account()
    screen.question.confirm_button.click()
    later = "4 active of 5 accounts · Keys are replaced when a clinician next signs in"
    qtbot.waitUntil(lambda: count_line(screen) == later)
    for teams, said in (([Team.FRONT_DESK], "Keys are replaced when somebody next signs in"),
                        ([], "Keys replaced")):  # fmt: skip
        clinic.world.keys_to_replace = teams
        clinic.world.publish(PeopleChanged())
        qtbot.waitUntil(lambda said=said: count_line(screen).endswith(f"accounts · {said}"))


def test_nobody_ends_the_own_account(qtbot, screen):
    choose(screen, "Amara Osei")
    assert not screen.end_button.isEnabled()
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    assert screen.question is None


def own_password(qtbot, screen, old, new):
    screen.change_own_password()
    drawer = screen.findChild(OwnPasswordDrawer)
    qtbot.keyClicks(drawer.old.input, old)
    qtbot.keyClicks(drawer.new.field.input, new)
    drawer.submit()
    return drawer


def test_the_own_password_is_changed(qtbot, screen, clinic, asked):
    own_password(qtbot, screen, PASSWORD, "a-quite-different-sentence")
    qtbot.waitUntil(lambda: len(asked.notes) == 1)
    assert clinic.world.passwords[clinic.staff("amara.osei").id] == "a-quite-different-sentence"


def test_a_wrong_present_password_changes_nothing(qtbot, screen, clinic):
    drawer = own_password(qtbot, screen, "not this one", "a-quite-different-sentence")
    qtbot.waitUntil(lambda: drawer.old.error != "")
    assert clinic.world.passwords[clinic.staff("amara.osei").id] == PASSWORD
    assert drawer.save.isEnabled()


def test_the_table_keeps_the_rules_of_models(clinic):
    model = StaffTable()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(tuple(clinic.world.staff.values()))
    model.show(())
    assert model.rowCount() == 0
