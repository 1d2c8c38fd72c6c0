"""Pieces that change while one looks at them."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QWidget

from ehr_desktop.ui.screens.consensus.quorum_bar import QuorumBar
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.halves import Halves
from ehr_desktop.ui.widgets.live_facts import LiveFacts
from ehr_desktop.ui.widgets.status_dot import StatusDot


def test_a_fact_without_a_value_takes_no_room(qtbot, theme):
    facts = LiveFacts(("Nonce", "Target"), mono=("Target",))
    qtbot.addWidget(facts)
    facts.show()
    facts.set_value("Nonce", "8")
    seen = [label.text() for label in facts.findChildren(QLabel) if label.isVisible()]
    assert seen == ["Nonce", "8"]
    facts.set_value("Nonce", "")
    assert [label for label in facts.findChildren(QLabel) if label.isVisible()] == []


def test_a_value_changes_in_place_and_what_was_selected_stays(qtbot, theme):
    facts = LiveFacts(("Nonce",))
    qtbot.addWidget(facts)
    facts.show()
    facts.set_value("Nonce", "812")
    before = facts.findChildren(QLabel)
    (value,) = [label for label in before if label.text() == "812"]
    value.setSelection(0, 2)
    facts.set_value("Nonce", "812")
    assert value.selectedText() == "81"
    facts.set_value("Nonce", "813")
    assert facts.findChildren(QLabel) == before
    assert value.accessibleName() == "Nonce: 813"


def test_halves_fold_where_it_is_narrow_and_unfold_again(qtbot, theme):
    main, side = QWidget(), QWidget()
    halves = Halves(main, side, side_px=200, beside_from_px=600)
    qtbot.addWidget(halves)
    halves.resize(800, 400)
    halves.show()
    assert halves.are_beside
    assert side.width() == 200
    halves.resize(500, 400)
    assert not halves.are_beside
    qtbot.waitUntil(lambda: side.width() == halves.viewport().width())
    assert side.mapTo(halves, QPoint(0, 0)).y() >= main.height()
    halves.resize(800, 400)
    qtbot.waitUntil(lambda: side.width() == 200)


def test_the_quorum_bar_fills_as_far_as_was_confirmed(qtbot, theme):
    bar = QuorumBar()
    qtbot.addWidget(bar)
    bar.resize(402, 44)
    bar.show_votes((1, 1, 1, 1), 2, 3, "3 needed")
    seen = bar.grab().toImage()
    colours = [seen.pixelColor(x, 11).name() for x in (50, 150, 250, 350)]
    assert colours[0] == colours[1]
    assert colours[2] == colours[3] != colours[0]
    bar.show_votes((1, 1, 1, 1), 3, 3, "3 needed")
    enough = bar.grab().toImage()
    assert enough.pixelColor(250, 11) == enough.pixelColor(50, 11)
    assert enough.pixelColor(50, 11).name() != colours[0], "enough looks different from some"


def test_a_long_state_gives_way_and_is_read_out_whole(qtbot, theme):
    dot = StatusDot("")
    qtbot.addWidget(dot)
    dot.set_state("2 of 4 connected: not enough to make anything final", Tone.WARNING)
    assert dot.minimumSizeHint().width() < 120
    assert dot.accessibleName().endswith("anything final")
