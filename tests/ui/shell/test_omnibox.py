"""One box for a patient, a command, a day."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent

from ehr_desktop.ui.shell.context import Place, ShowDay
from ehr_desktop.ui.shell.suggestions import Command, matching_commands
from tests.support.memory_world import made_id

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def area(program):
    return program.work_as("karin.lindqvist")


@pytest.fixture
def omnibox(qtbot, area):
    qtbot.keyClick(area, Qt.Key.Key_K, CTRL)
    qtbot.waitUntil(area.omnibox.popup.isVisible)
    return area.omnibox


def offered(omnibox):
    model = omnibox.list.suggestions
    return [model.at(row).title for row in range(model.rowCount())]


def type_and_wait(qtbot, omnibox, text, title):
    qtbot.keyClicks(omnibox, text)
    qtbot.waitUntil(lambda: title in offered(omnibox))


def test_it_offers_patients_as_one_types_and_enter_opens_the_chart(qtbot, area, omnibox):
    type_and_wait(qtbot, omnibox, "ashw", "ASHWORTH, Margaret")
    qtbot.waitUntil(lambda: offered(omnibox) == ["ASHWORTH, Margaret"])
    qtbot.keyClick(omnibox, Qt.Key.Key_Return)
    assert [chart.patient for chart in area.charts.windows] == [made_id("patient 0")]
    assert omnibox.text() == ""
    assert not omnibox.popup.isVisible()


def test_a_name_with_markup_is_offered_as_it_is_written(qtbot, omnibox):
    type_and_wait(qtbot, omnibox, "hughes", "<B>HUGHES</B>, Owen & <i>Rhys</i>")


def test_a_day_leads_to_the_day_book(qtbot, area, omnibox):
    type_and_wait(qtbot, omnibox, "tomorrow", "Saturday 15-Aug-2026")
    qtbot.keyClick(omnibox, Qt.Key.Key_Return)
    wishes = area._screens[Place.APPOINTMENTS].wishes
    assert [type(wish) for wish in wishes] == [ShowDay]
    assert str(wishes[0].day) == "2026-08-15"


def test_a_command_is_found_by_a_word_that_means_the_same(qtbot, program, omnibox):
    qtbot.keyClicks(omnibox, "pause")
    qtbot.keyClick(omnibox, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.area is None)


def test_down_and_up_choose_around_the_ends(qtbot, omnibox):
    last = len(offered(omnibox)) - 1
    qtbot.keyClick(omnibox, Qt.Key.Key_Up)
    assert omnibox.list.currentIndex().row() == last
    qtbot.keyClick(omnibox, Qt.Key.Key_Down)
    assert omnibox.list.currentIndex().row() == 0


def test_enter_right_after_the_last_key_waits_for_its_answer(qtbot, area, omnibox):
    omnibox.setText("whitfield")
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(omnibox, event)
    assert area.charts.windows == ()
    qtbot.waitUntil(lambda: len(area.charts.windows) == 1)
    assert area.charts.windows[0].patient == made_id("patient 11")


def test_escape_leaves_and_forgets(qtbot, omnibox):
    seen = []
    type_and_wait(qtbot, omnibox, "ashw", "ASHWORTH, Margaret")
    qtbot.keyClick(omnibox, Qt.Key.Key_Escape)
    assert omnibox.text() == ""
    assert not omnibox.hasFocus()
    omnibox._bridge.call(omnibox, nothing(), done=seen.append, failed=seen.append)
    qtbot.waitUntil(lambda: seen == [None])
    assert not omnibox.popup.isVisible()


async def nothing():
    return None


def test_nothing_found_is_said(qtbot, omnibox):
    qtbot.keyClicks(omnibox, "zzzz")
    qtbot.waitUntil(lambda: omnibox._remark.text().startswith("Nothing found"))
    qtbot.keyClick(omnibox, Qt.Key.Key_Return)
    assert omnibox.text() == "zzzz"


def test_only_the_answer_to_the_last_key_is_shown(qtbot, omnibox):
    qtbot.keyClicks(omnibox, "ash")
    qtbot.keyClicks(omnibox, "zz")
    qtbot.waitUntil(lambda: offered(omnibox) == [])
    assert omnibox.text() == "ashzz"


def test_a_click_does_what_enter_does(qtbot, area, omnibox):
    type_and_wait(qtbot, omnibox, "ashw", "ASHWORTH, Margaret")
    qtbot.waitUntil(lambda: offered(omnibox) == ["ASHWORTH, Margaret"])
    place = omnibox.list.visualRect(omnibox.list.suggestions.index(0)).center()
    qtbot.mouseClick(omnibox.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(area.charts.windows) == 1


def test_a_match_in_the_title_comes_before_one_in_the_keywords():
    def nothing():
        return None

    commands = (
        Command("Sign out", "log-out", "leave", "", nothing),
        Command("Leave it", "x", "", "", nothing),
    )
    assert [s.title for s in matching_commands(commands, "lea")] == ["Leave it", "Sign out"]
    assert matching_commands(commands, "out lea")[0].title == "Sign out"
    assert matching_commands(commands, "ut") == ()
