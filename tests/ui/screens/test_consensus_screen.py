"""The consensus screen, live."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from ehr_desktop.domain.network import Accusation, Ballot, ProposerMode
from ehr_desktop.ui.models.consensus_words import WORK_SENTENCE
from ehr_desktop.ui.screens.consensus.screen import ConsensusScreen
from tests.support.memory_network import device_of, mining


def make(qtbot, context, size=(1150, 680)):
    screen = ConsensusScreen(context)
    qtbot.addWidget(screen)
    screen.resize(*size)
    with qtbot.waitExposed(screen):
        screen.show()
    qtbot.waitUntil(lambda: screen.status is not None and screen._zone is not None)
    return screen


@pytest.fixture
def screen(qtbot, clinic, context_for):
    clinic.network.grow(4)
    clinic.network.in_agreement(confirmed=2)
    return make(qtbot, context_for("ines.duarte"))


def ballots(screen):
    lines = screen.agreement.voters.lines.values()
    return {line.name.text(): line.ballot.text() for line in lines}


def test_the_vote_is_shown_by_name(screen):
    assert screen.agreement.title.text() == "Block 1,205 is being agreed"
    assert screen.agreement.text.text() == "Proposed by Laboratory."
    assert screen.agreement.confirmed.text() == "2 of 4 confirmed"
    assert screen.agreement.place.text() == "Slot 1,211, epoch 2"
    assert ballots(screen) == {
        "Front desk": "confirmed it",
        "Room 1": "confirmed it",
        "Room 2": "no vote yet",
        "Laboratory": "proposes",
    }
    assert screen.agreement.bar.accessibleName() == "2 of 4 confirmed, 3 needed"


def test_it_follows_the_vote_and_makes_nothing_anew(qtbot, screen, clinic):
    before = list(screen.agreement.voters.lines.values())
    clinic.network.in_agreement(confirmed=3)
    qtbot.waitUntil(lambda: screen.agreement.confirmed.text() == "3 of 4 confirmed")
    assert ballots(screen)["Room 2"] == "confirmed it"
    assert list(screen.agreement.voters.lines.values()) == before


def test_it_stays_where_one_scrolled_to(qtbot, clinic, context_for):
    clinic.network.grow(7)
    screen = make(qtbot, context_for("tom.hale"), size=(700, 420))
    bar = screen.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 200)
    bar.setValue(200)
    clinic.network.in_agreement(confirmed=4)
    qtbot.waitUntil(lambda: screen.agreement.confirmed.text() == "4 of 7 confirmed")
    assert bar.value() == 200


def test_a_hidden_screen_asks_when_it_is_seen_again(qtbot, screen, clinic):
    screen.hide()
    clinic.network.in_agreement(confirmed=4)
    screen.show()
    qtbot.waitUntil(lambda: screen.agreement.confirmed.text() == "4 of 4 confirmed")


def test_an_epoch_with_others_shows_those(qtbot, screen, clinic):
    clinic.network.changes.clear()
    clinic.network.grow(3)
    clinic.network.vote()
    qtbot.waitUntil(lambda: list(ballots(screen)) == ["Front desk", "Room 1", "Room 2"])
    assert screen.agreement.title.text() == "Everything signed is final"
    assert screen.agreement.confirmed.text() == ""
    assert "not prevented" in screen.tolerance.text()


def test_the_pace_is_told_and_drawn(qtbot, screen):
    assert screen.last.text() == "30 ms"
    assert screen.median.text() == "20 ms"
    assert len(screen.chart._points) == 60
    assert screen.chart.accessibleDescription() == "60 blocks, median 20 ms"


def test_the_chart_is_walked_through_by_keys(qtbot, screen):
    screen.chart.setFocus()
    qtbot.keyClick(screen.chart, Qt.Key.Key_Left)
    newest = screen.chart.focused
    assert newest == screen.status.finals[-1]
    qtbot.keyClick(screen.chart, Qt.Key.Key_Left)
    assert screen.chart.focused == screen.status.finals[-2]
    said = screen.chart.accessibleDescription()
    assert said.startswith("Block 1,202, 10:38: 16 ms, 3 transactions, proposed by ")
    assert said in screen.chart.toolTip()
    qtbot.keyClick(screen.chart, Qt.Key.Key_Home)
    assert screen.chart.focused == screen.status.finals[0]


def test_where_one_stands_in_the_chart_outlasts_new_blocks(qtbot, screen, clinic):
    screen.chart.setFocus()
    qtbot.keyClick(screen.chart, Qt.Key.Key_Left)
    stood = screen.chart.focused
    later = replace(stood, height=stood.height + 1)
    clinic.network.vote(finals=(*screen.status.finals, later))
    qtbot.waitUntil(lambda: len(screen.status.finals) == 61)
    assert screen.chart.focused == stood


def test_the_mouse_finds_the_nearest_block(qtbot, screen):
    slow = max(screen.status.finals, key=lambda point: point.final_ms)
    spot = screen.chart._spots[screen.status.finals.index(slow)].toPoint()
    qtbot.mouseMove(screen.chart, spot + QPoint(1, 40))
    qtbot.waitUntil(lambda: screen.chart.focused == slow)


def test_work_is_watched_live_with_its_sentence(qtbot, screen, clinic):
    assert not screen.mining.isVisible()
    clinic.network.mode = ProposerMode.WORK
    clinic.network.vote(mining=mining())
    qtbot.waitUntil(screen.mining.isVisible)
    assert screen.mode_text.text() == WORK_SENTENCE
    assert screen.mining.facts.value("Nonce") == "8,214,567"
    clinic.network.vote(mining=mining(nonce=9_000_000, running=False))
    qtbot.waitUntil(lambda: screen.mining.facts.value("Nonce") == "9,000,000")
    assert screen.mining.state.text == "waiting"


def test_a_workstation_that_casts_no_vote_says_why_and_what_to_do(qtbot, screen, clinic):
    assert not screen.halted.isVisible()
    clinic.network.vote(halted="forgotten")
    qtbot.waitUntil(screen.halted.isVisible)
    said = screen.halted.accessibleName()
    assert "restored from a backup" in said
    assert "join the clinic again" in said
    clinic.network.vote(halted="")
    qtbot.waitUntil(lambda: not screen.halted.isVisible())


def test_evidence_is_listed(qtbot, screen, clinic):
    def said():
        return [label.text() for label in screen.evidence.findChildren(QLabel)]

    assert "Nobody was found telling two stories." in said()
    lie = Accusation(device_of("Room 2"), "Room 2", 1198, "two-blocks", 1203)
    clinic.network.vote(accusations=(lie,))
    expected = "Room 2 voted for two different blocks in slot 1,198; the proof is in block 1,203."
    qtbot.waitUntil(lambda: expected in said())


def test_one_pc_alone_says_so(qtbot, clinic, context_for):
    screen = make(qtbot, context_for("amara.osei"))
    assert screen.tolerance.text().startswith("This workstation decides alone.")
    assert screen.last.text() == "none yet"
    assert screen.agreement.bar.accessibleName() == "0 of 1 confirmed, 1 is enough"
    assert screen.chart.accessibleDescription() == "No block in the last hour"


def test_a_skipped_turn_is_told(qtbot, screen, clinic):
    voters = tuple(replace(each, ballot=Ballot.SKIPPED) for each in screen.status.voters)
    clinic.network.vote(voters=voters)
    qtbot.waitUntil(lambda: ballots(screen)["Room 1"] == "votes to skip this turn")


def test_everything_focusable_has_a_name_and_no_label_renders_markup(screen):
    nameless = [
        widget
        for widget in screen.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]
    assert nameless == []
    assert all(x.textFormat() == Qt.TextFormat.PlainText for x in screen.findChildren(QLabel))
