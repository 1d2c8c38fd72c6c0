"""The network screen: what it shows, and what an administrator does there."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QWidget

from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.network import LinkState, ProposerMode
from ehr_desktop.ui.models.workstation_table import Column
from ehr_desktop.ui.screens.network.door_sheet import DoorSheet
from ehr_desktop.ui.screens.network.screen import BESIDE_FROM_PX, NetworkScreen
from ehr_desktop.ui.screens.network.weights_drawer import WeightsDrawer
from ehr_desktop.ui.shell.context import AddWorkstation
from tests.support.memory_network import device_of

LEFT = Qt.MouseButton.LeftButton


def make(qtbot, context):
    screen = NetworkScreen(context)
    qtbot.addWidget(screen)
    screen.resize(1150, 680)
    with qtbot.waitActive(screen):
        screen.show()
        screen.activateWindow()
    qtbot.waitUntil(lambda: screen.status is not None)
    return screen


@pytest.fixture
def screen(qtbot, clinic, context_for):
    clinic.network.grow(4)
    return make(qtbot, context_for("amara.osei"))


def cell(screen, row, column):
    return screen.model.index(row, column).data()


def choose(screen, name):
    screen.table.selectRow(screen.model.row_of(device_of(name)))


def test_every_workstation_is_a_row_by_name(screen):
    names = [cell(screen, row, Column.NAME) for row in range(screen.model.rowCount())]
    assert names == ["Front desk", "Room 1", "Room 2", "Laboratory"]
    assert [cell(screen, 1, column) for column in Column] == [
        "Room 1",
        "connected",
        "same as here",
        "0.8 ms",
        "found on the network",
    ]
    assert screen.verdict.title.text() == "4 of 4 workstations connected"
    assert not screen.alone.isVisible()


def test_one_that_goes_is_seen_at_once_and_what_was_chosen_stays(qtbot, screen, clinic):
    choose(screen, "Laboratory")
    resets = []
    screen.model.modelReset.connect(lambda: resets.append(1))
    clinic.network.change("Room 2", state=LinkState.DIALLING, trouble="unreachable")
    qtbot.waitUntil(lambda: cell(screen, 2, Column.STATE) == "looking for it")
    clinic.network.change("Room 1", state=LinkState.ABSENT)
    qtbot.waitUntil(lambda: screen.verdict.title.text() == "2 of 4 connected: 3 are needed")
    assert screen.table.currentIndex().row() == 3
    assert screen.card.name.text() == "Laboratory"
    assert resets == []


def test_the_card_says_why_there_is_no_link(qtbot, screen, clinic):
    choose(screen, "Room 2")
    clinic.network.change(
        "Room 2", state=LinkState.DIALLING, trouble="other-network", clock_ahead_ms=9000
    )
    qtbot.waitUntil(lambda: "another clinic" in screen.card.trouble.text())
    assert screen.card.clock.text() == "Its clock is 9 s ahead."
    assert screen.card.facts.value("Address") == "192.168.1.22:7411"
    assert screen.card.facts.value("Found") == "remembered"


def test_at_first_the_one_in_trouble_is_shown(qtbot, clinic, context_for):
    clinic.network.grow(4)
    clinic.network.change("Laboratory", state=LinkState.ABSENT, trouble="silent")
    screen = make(qtbot, context_for("tom.hale"))
    assert screen.card.name.text() == "Laboratory"


def test_a_click_in_the_drawing_chooses(qtbot, screen):
    spot = screen.diagram.place_of(device_of("Room 2")).toPoint()
    qtbot.mouseClick(screen.diagram, LEFT, pos=spot)
    assert screen.card.name.text() == "Room 2"


def test_catching_up_is_shown_with_a_bar(qtbot, screen, clinic):
    assert not screen.behind.isVisible()
    clinic.network.tell(catching_up=(1204, 1890), missing_containers=2)
    qtbot.waitUntil(screen.behind.isVisible)
    assert (screen.bar.value(), screen.bar.maximum()) == (1204, 1890)
    assert screen.behind_text.text() == (
        "Catching up: block 1,204 of 1,890. "
        "2 records the ledger speaks of are still on their way here."
    )
    clinic.network.tell(catching_up=None)
    qtbot.waitUntil(lambda: not screen.bar.isVisible())
    assert screen.behind.isVisible()


def test_a_clinic_with_one_pc_is_told_what_a_second_gives(qtbot, clinic, context_for):
    screen = make(qtbot, context_for("amara.osei"))
    assert screen.alone.isVisible()
    assert not screen.table.isVisible()
    assert not screen.address.isVisible()
    assert screen.card.facts.value("Listens at") == "192.168.1.20:7411"
    clinic.network.grow(2)
    qtbot.waitUntil(screen.table.isVisible)
    assert not screen.alone.isVisible()


def test_an_address_is_typed_and_looked_at(qtbot, screen, clinic, asked):
    qtbot.keyClick(screen, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert screen.address.field.input.hasFocus()
    qtbot.keyClicks(screen.address.field.input, " 192.168.7.9 ")
    qtbot.keyClick(screen.address.field.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: clinic.network.asked == [("address", "192.168.7.9")])
    qtbot.waitUntil(lambda: asked.notes == ["Looking at 192.168.7.9."])
    assert screen.address.field.input.text() == ""


def test_what_is_no_address_is_refused_beside_the_field(qtbot, screen):
    screen.address.field.input.setText("the back office")
    qtbot.mouseClick(screen.address.button, LEFT)
    qtbot.waitUntil(lambda: screen.address.field.error == "The program knows no such address.")
    assert screen.address.field.input.text() == "the back office"
    screen.address.field.input.clear()
    qtbot.mouseClick(screen.address.button, LEFT)
    assert screen.address.field.error.startswith("Type the address first.")


def test_an_administrator_removes_one_after_being_told_what_that_means(
    qtbot, screen, clinic, asked
):
    choose(screen, "Room 2")
    qtbot.mouseClick(screen.card.remove_button, LEFT)
    said = [label.text() for label in screen.question.findChildren(QLabel)]
    assert "Remove Room 2 from the clinic?" in said
    assert any("let in again only by being added anew" in text for text in said)
    qtbot.mouseClick(screen.question.confirm_button, LEFT)
    qtbot.waitUntil(lambda: screen.model.rowCount() == 3)
    assert clinic.network.asked == [("remove", device_of("Room 2"))]
    assert asked.notes == ["Room 2 is removed."]


def test_cancelling_removes_nobody(qtbot, screen, clinic):
    choose(screen, "Room 2")
    screen.table.setFocus()
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    qtbot.mouseClick(screen.question.cancel_button, LEFT)
    assert clinic.network.asked == []


def test_this_workstation_cannot_remove_itself(qtbot, screen):
    screen.table.selectRow(0)
    assert not screen.card.remove_button.isEnabled()
    screen.remove_workstation()
    assert screen.question is None


def test_a_refused_removal_is_told(qtbot, screen, clinic, asked):
    outcome = Outcome(TransactionId(""), TransactionState.REFUSED, "role")
    clinic.network.refusal = RefusedError(outcome)
    choose(screen, "Room 1")
    screen.remove_workstation()
    screen.question.confirmed.emit()
    qtbot.waitUntil(lambda: asked.notes == ["Your role does not allow this."])
    assert screen.model.rowCount() == 4


def test_others_look_and_change_nothing(qtbot, clinic, context_for):
    clinic.network.grow(3)
    screen = make(qtbot, context_for("ines.duarte"))
    choose(screen, "Room 1")
    assert not screen.add_button.isVisible()
    assert not screen.card.remove_button.isVisible()
    assert not screen.weights_button.isVisible()
    screen.remove_workstation()
    assert screen.question is None


def test_the_door_is_opened_from_here(qtbot, screen):
    qtbot.mouseClick(screen.add_button, LEFT)
    assert any(sheet.isVisible() for sheet in screen.findChildren(DoorSheet))


def test_a_command_opens_the_door_for_an_administrator_only(qtbot, clinic, context_for):
    opened = []
    for account in ("amara.osei", "ines.duarte"):
        screen = make(qtbot, context_for(account))
        screen.grant(AddWorkstation())
        opened.append(len(screen.findChildren(DoorSheet)))
    assert opened == [1, 0]


def test_votes_are_set_where_they_count(qtbot, clinic, context_for, asked):
    clinic.network.grow(4)
    clinic.network.mode = ProposerMode.STAKE
    clinic.network.change("Room 2", stopped=True, weight=0)
    screen = make(qtbot, context_for("amara.osei"))
    qtbot.waitUntil(screen.weights_button.isVisible)
    qtbot.mouseClick(screen.weights_button, LEFT)
    (drawer,) = screen.findChildren(WeightsDrawer)
    assert device_of("Room 2") not in drawer.fields
    drawer.fields[device_of("Room 1")].input.setValue(40)
    qtbot.mouseClick(drawer.save, LEFT)
    qtbot.waitUntil(lambda: asked.notes == ["The new votes hold from the next block on."])
    assert clinic.network.asked == [("weights", {device_of("Room 1"): 40})]
    qtbot.waitUntil(lambda: screen.status.total == 42)


def test_somebody_must_have_a_vote(qtbot, clinic, context_for):
    clinic.network.grow(2)
    clinic.network.mode = ProposerMode.STAKE
    screen = make(qtbot, context_for("amara.osei"))
    screen.set_votes()
    (drawer,) = screen.findChildren(WeightsDrawer)
    for field in drawer.fields.values():
        field.input.setValue(0)
    drawer.submit()
    assert drawer.problem.isVisible()
    assert clinic.network.asked == []


def test_no_votes_are_offered_where_workstations_take_turns(qtbot, screen):
    qtbot.waitUntil(lambda: not screen._context.bridge._timer.isActive())
    assert not screen.weights_button.isVisible()


def test_a_narrow_window_puts_the_drawing_below(qtbot, screen):
    screen.resize(BESIDE_FROM_PX - 40, 680)
    top = QPoint(0, 0)
    qtbot.waitUntil(
        lambda: screen.diagram.mapTo(screen, top).y() > screen.table.mapTo(screen, top).y()
    )
    assert screen.diagram.mapTo(screen, top).x() < 60


def test_everything_focusable_has_a_name_and_no_label_renders_markup(qtbot, screen, clinic):
    clinic.network.change("Room 1", name="<b>Room</b>")
    qtbot.waitUntil(lambda: cell(screen, 1, Column.NAME) == "<b>Room</b>")
    nameless = [
        widget
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    assert nameless == []
    assert all(x.textFormat() == Qt.TextFormat.PlainText for x in screen.findChildren(QLabel))
