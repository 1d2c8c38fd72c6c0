"""Asking for what changes by itself."""

import asyncio

import pytest
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.events import LedgerGrew, NetworkChanged
from ehr_desktop.ui.shell.live_answer import LiveAnswer


class Slow:
    """An answer that waits until it is let go; counts how often it was asked for."""

    def __init__(self):
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0
        self.go = asyncio.Event()
        self.fails = False

    async def __call__(self):
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        number = self.asked
        await self.go.wait()
        self.at_once -= 1
        if self.fails:
            raise OSError(number)
        return number


@pytest.fixture
def live(qtbot, bridge):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.show()
    slow, heard, broken = Slow(), [], []
    answer = LiveAnswer(
        owner, bridge, slow, events=(NetworkChanged,), done=heard.append, failed=broken.append
    )
    return answer, slow, heard, broken, owner


def let_go(node, slow):
    async def go():
        slow.go.set()

    node.submit(go()).result(60)


def test_what_happens_while_it_is_asked_leads_to_one_more_question(qtbot, node, live):
    answer, slow, heard, _, _ = live
    for _ in range(5):
        answer.hear(NetworkChanged())
    qtbot.waitUntil(lambda: slow.asked == 1)
    let_go(node, slow)
    qtbot.waitUntil(lambda: heard == [1, 2])
    assert slow.most_at_once == 1


def test_other_events_are_not_its_concern(qtbot, node, live):
    answer, slow, heard, _, _ = live
    let_go(node, slow)
    answer.look()
    qtbot.waitUntil(lambda: heard == [1])
    answer.hear(LedgerGrew(3))
    answer.look()
    answer.hear(NetworkChanged())
    qtbot.waitUntil(lambda: heard == [1, 2])


def test_while_hidden_it_only_remembers(qtbot, node, live):
    answer, slow, heard, _, owner = live
    let_go(node, slow)
    answer.look()
    qtbot.waitUntil(lambda: heard == [1])
    owner.hide()
    answer.hear(NetworkChanged())
    answer.hear(NetworkChanged())
    assert slow.asked == 1
    owner.show()
    answer.look()
    qtbot.waitUntil(lambda: heard == [1, 2])


def test_after_a_failure_it_asks_again(qtbot, node, live):
    answer, slow, heard, broken, _ = live
    slow.fails = True
    let_go(node, slow)
    answer.look()
    qtbot.waitUntil(lambda: len(broken) == 1)
    slow.fails = False
    answer.hear(NetworkChanged())
    qtbot.waitUntil(lambda: heard == [2])
