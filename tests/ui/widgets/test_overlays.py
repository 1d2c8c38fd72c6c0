"""What lies over a screen."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.sheet import Confirmation
from ehr_desktop.ui.widgets.snackbar import Snackbar
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField


@pytest.fixture
def host(qapp, qtbot):
    Theme().apply(qapp, Scheme.LIGHT)
    made = QWidget()
    made.resize(900, 600)
    made.behind = TextField(made)
    made.setLayout(column(made.behind))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.behind.setFocus()
    return made


def test_esc_closes_a_drawer_and_keeps_what_was_typed(host, qtbot):
    drawer, note = Drawer(host, "Add a note"), TextArea()
    drawer.add(note)
    drawer.open_over()
    assert host.focusWidget() is note
    qtbot.keyClicks(note, "Cough for three days")
    with qtbot.waitSignal(drawer.closed):
        qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert drawer.isHidden()
    drawer.open_over()
    assert note.toPlainText() == "Cough for three days"


def test_the_focus_goes_back_to_where_it_was(host):
    drawer = Drawer(host, "Add a note")
    drawer.add(TextField())
    drawer.open_over()
    assert host.focusWidget() is not host.behind
    drawer.leave()
    assert host.focusWidget() is host.behind


def test_a_drawer_opened_from_something_that_is_gone_closes_all_the_same(host, qapp):
    drawer = Drawer(host, "Add a note")
    drawer.open_over()
    host.behind.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    drawer.leave()
    assert drawer.isHidden()


def test_a_drawer_stands_on_the_right_and_follows_the_window(host):
    drawer = Drawer(host, "Add a note")
    drawer.open_over()
    host.resize(1200, 700)
    assert (drawer.geometry().right(), drawer.height()) == (1199, 700)
    host.resize(300, 400)
    assert drawer.width() == 300


def test_tab_goes_round_inside_and_never_behind(host, qtbot):
    drawer, first, second = Drawer(host, "Add a note"), TextField(), TextField()
    drawer.add(first, second)
    save = primary_button("Save")
    drawer.set_footer(save, secondary_button("Cancel"))
    drawer.open_over()
    seen = []
    for _ in range(10):
        seen.append(host.focusWidget())
        qtbot.keyClick(host.focusWidget(), Qt.Key.Key_Tab)
    assert host.behind not in seen
    assert {first, second, save, drawer.close_button} <= set(seen)
    assert seen[0] is seen[5]


def test_a_question_is_answered_by_its_button_and_the_safe_one_has_the_focus(host, qtbot):
    asked, answers = Confirmation(host, "Erase?", "For good.", "Erase", dangerous=True), []
    asked.confirmed.connect(lambda: answers.append("yes"))
    asked.closed.connect(lambda: answers.append("left"))
    asked.open_over()
    assert host.focusWidget() is asked.cancel_button
    qtbot.keyClick(asked.cancel_button, Qt.Key.Key_Return)
    assert answers == ["left"]
    asked.open_over()
    asked.confirm_button.click()
    assert answers == ["left", "yes", "left"]
    assert asked.isHidden()


def test_notices_wait_for_each_other(host):
    snackbar = Snackbar(host, shown_ms=60_000)
    snackbar.say("Saved to Visits")
    snackbar.say("Moved to 10:40")
    assert snackbar.text == "Saved to Visits"
    snackbar.dismiss()
    assert snackbar.text == "Moved to 10:40"
    snackbar.dismiss()
    assert (snackbar.text, snackbar.isHidden()) == ("", True)


def test_a_notice_goes_away_by_itself(host, qtbot):
    snackbar = Snackbar(host, shown_ms=10)
    snackbar.say("Saved to Visits")
    assert snackbar.isVisible()
    qtbot.waitUntil(snackbar.isHidden)


def test_undo_acts_on_the_notice_it_stands_in_and_once(host, qtbot):
    snackbar, undone = Snackbar(host, shown_ms=60_000), []
    snackbar.say("Moved to 10:40", "Undo", lambda: undone.append("move"))
    snackbar.say("Saved to Visits")
    snackbar.action_button.click()
    assert undone == ["move"]
    assert snackbar.text == "Saved to Visits"
    assert snackbar.action_button.isHidden()
