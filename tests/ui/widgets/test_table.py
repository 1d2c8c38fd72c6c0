"""The one kind of table, the rail and other choices."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme, Space
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.gallery_model import GalleryModel
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.nav_rail import NARROW_PX, WIDE_PX, NavEntry, NavRail
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.table import Table
from ehr_desktop.ui.widgets.table_page import TablePage


@pytest.fixture(autouse=True)
def dressed(qapp):
    Theme().apply(qapp, Scheme.LIGHT)


@pytest.fixture
def table(qtbot):
    made = Table("Patients")
    qtbot.addWidget(made)
    made.setModel(GalleryModel(made))
    made.resize(900, 400)
    made.show()
    return made


def click_head(table, qtbot, column):
    header = table.horizontalHeader()
    place = header.rect().topLeft()
    place.setX(header.sectionViewportPosition(column) + 20)
    place.setY(10)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_enter_opens_the_row_the_keyboard_is_on(table, qtbot):
    opened = []
    table.opened.connect(lambda index: opened.append(index.row()))
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [2]


def test_enter_on_no_row_opens_nothing(table, qtbot):
    opened = []
    table.opened.connect(opened.append)
    table.setCurrentIndex(QModelIndex())
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == []


def test_only_a_column_the_model_calls_sortable_can_be_sorted(table, qtbot):
    first = [table.model().index(line, 0).data() for line in range(5)]
    click_head(table, qtbot, 2)
    assert [table.model().index(line, 0).data() for line in range(5)] == first
    click_head(table, qtbot, 0)
    assert [table.model().index(line, 0).data() for line in range(5)] == sorted(first)
    table.horizontalHeader().sectionClicked.emit(0)
    assert [table.model().index(line, 0).data() for line in range(5)] == sorted(first, reverse=True)


def test_rows_are_36_pixels_high(table):
    assert {table.rowHeight(line) for line in range(5)} == {36}


def test_the_column_without_a_width_takes_the_room_that_is_left(table):
    table.set_widths(0, 112, 112, 96, 72)
    assert [table.columnWidth(at) for at in range(1, 5)] == [112, 112, 96, 72]
    assert sum(table.columnWidth(at) for at in range(5)) == table.viewport().width()


def test_an_empty_table_says_so_and_a_loading_one_does_not(qtbot):
    table = Table("Waiting")
    qtbot.addWidget(table)
    empty = EmptyState("inbox", "Nobody is waiting")
    table.set_empty_state(empty)
    table.show()
    assert empty.isVisible()
    table.set_loading(loading=True)
    assert not empty.isVisible()
    table.set_loading(loading=False)
    table.setModel(GalleryModel(table))
    assert not empty.isVisible()
    table.setModel(GalleryModel(table, rows=0))
    assert empty.isVisible()


def test_the_keyboard_goes_from_the_search_into_the_table(qtbot):
    search, table = SearchField("Patients"), Table("Patients")
    table.setModel(GalleryModel(table))
    page = TablePage("Patients", table, search=search)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitActive(page):
        page.activateWindow()
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert search.hasFocus()
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert table.hasFocus()
    assert table.currentIndex().row() == 0


def test_the_model_of_the_gallery_keeps_qts_rules(qtmodeltester, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    qtmodeltester.check(GalleryModel(parent))


def test_the_rail_shows_icons_only_in_a_narrow_window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    rail = NavRail((NavEntry("a", "Today", "house"), NavEntry("b", "Patients", "users")))
    window.setLayout(row(rail, SPRING, spacing=Space.ONE))
    window.resize(1280, 600)
    window.show()
    assert rail.width() == WIDE_PX
    window.resize(1000, 600)
    assert rail.width() == NARROW_PX


def test_the_rail_announces_what_a_person_presses_and_not_what_it_is_told(qtbot):
    rail, chosen = NavRail((NavEntry("a", "Today", "house"), NavEntry("b", "Team", "users"))), []
    qtbot.addWidget(rail)
    rail.chosen.connect(chosen.append)
    rail.go_to("a")
    assert chosen == []
    rail.place("b").click()
    assert chosen == ["b"]


def test_a_badge_is_read_out_with_the_place_it_stands_at(qtbot):
    rail = NavRail((NavEntry("a", "Today", "house"),))
    qtbot.addWidget(rail)
    rail.set_badge("a", 4)
    assert rail.place("a").accessibleName() == "Today, 4 waiting"
    rail.set_badge("a", 0)
    assert rail.place("a").accessibleName() == "Today"


def test_one_of_the_segments_is_always_taken(qtbot):
    view, chosen = Segmented("View", (("d", "Day"), ("w", "Week"))), []
    qtbot.addWidget(view)
    view.chosen.connect(chosen.append)
    assert view.key == "d"
    view.choose("w")
    assert (view.key, chosen) == ("w", ["w"])
