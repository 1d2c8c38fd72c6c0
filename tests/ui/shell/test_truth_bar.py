"""The truth bar's words, and that it follows the network."""

from dataclasses import replace

import pytest

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.network import LinkState
from ehr_desktop.ui.shell.truth_bar import ledger_text, peers_text
from ehr_desktop.ui.theme.tokens import Tone

ALONE = NodeStatus(
    clinic="Harbour Street Practice",
    network="ab" * 32,
    device=DeviceId("a" * 32),
    height=1204,
    final=3000,
    pending=0,
    refused=0,
    peers=(),
    validators=1,
    quorum=1,
    containers=10,
    key_store="file",
    present=1,
    total=1,
)
FOUR = replace(
    ALONE, peers=("Room 1", "Room 2", "Laboratory"), validators=4, quorum=3, present=4, total=4
)
SPLIT = replace(FOUR, peers=("Room 1",), present=2)


def test_peers_are_told_by_name():
    assert peers_text(ALONE) == ("This PC only", Tone.NEUTRAL)
    assert peers_text(FOUR) == ("With Room 1, Room 2 and Laboratory", Tone.SUCCESS)
    many = replace(FOUR, peers=tuple("abcdef"))
    assert peers_text(many)[0] == "With a, b and 4 more"


def test_too_few_is_a_warning():
    words = "2 of 4 connected: not enough to make anything final"
    assert peers_text(SPLIT) == (words, Tone.WARNING)
    uneven = replace(SPLIT, present=30, quorum=49, total=72)
    assert peers_text(uneven)[0].startswith("30 of 72 votes connected")


def test_what_waits_says_for_whom():
    assert ledger_text(FOUR) == ("Block 1,204, all final", Tone.SUCCESS)
    assert ledger_text(replace(FOUR, pending=3)) == ("Block 1,204, 3 pending", Tone.NOTE)
    assert ledger_text(replace(SPLIT, pending=3)) == (
        "3 waiting for other workstations",
        Tone.WARNING,
    )
    catching = replace(FOUR, catching_up=(1204, 1890))
    assert ledger_text(catching) == ("Catching up: block 1,204 of 1,890", Tone.NOTE)


def test_a_status_where_nobody_counted_votes_is_no_warning():
    assert peers_text(replace(ALONE, present=0, total=0))[0] == "This PC only"


@pytest.fixture
def texts(program):
    area = program.work_as("ines.duarte")

    def texts(part):
        return getattr(area.truth_bar, part)._words.text()

    return texts


def test_it_follows_the_network(qtbot, clinic, texts):
    clinic.network.grow(3)
    qtbot.waitUntil(lambda: texts("peers") == "With Room 1 and Room 2")
    clinic.network.change("Room 1", state=LinkState.ABSENT)
    qtbot.waitUntil(lambda: texts("peers") == "With Room 2")
    clinic.network.change("Room 2", state=LinkState.ABSENT)
    qtbot.waitUntil(lambda: texts("peers").startswith("1 of 3 connected"))
    clinic.network.tell(pending=3)
    qtbot.waitUntil(lambda: texts("ledger") == "3 waiting for other workstations")
