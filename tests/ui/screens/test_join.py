"""Joining a clinic, from the screen of the new workstation."""

import asyncio

import pytest
from PySide6.QtCore import Qt

from ehr_desktop.domain.errors import InvalidInputError, PairingFailedError
from ehr_desktop.domain.events import DoorsChanged, PairingAsked, Progress
from ehr_desktop.domain.network import FoundDoor
from ehr_desktop.services.joining import FETCHING
from ehr_desktop.ui.screens.first_start import FirstStart
from ehr_desktop.ui.screens.join.screen import JoinScreen
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.set_up import FoundingWork

ROOM_1 = FoundDoor("a", ("192.168.1.20", "10.0.0.7"))
ROOM_3 = FoundDoor("b", ("192.168.1.31:50211",))


class Outside:
    """What the screen asks of the node; `join` lasts until the test ends it."""

    def __init__(self):
        self.looking = 0
        self.joined = []
        self.answers = []
        self.refusal = None
        self._loop = self._ended = None
        self.was_cancelled = False

    async def look(self):
        self.looking += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.looking -= 1

    async def join(self, addresses, name):
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self.joined.append((tuple(addresses), name))
        if self.refusal is not None:
            raise self.refusal
        try:
            await self._ended.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise

    def end(self):
        """Let `join` end well."""
        self._loop.call_soon_threadsafe(self._ended.set)

    async def compare(self, *, agreed):
        self.answers.append(agreed)

    async def fetch(self):
        await self.join((), "")

    def work(self):
        return JoiningWork(self.look, self.join, self.compare, self.fetch, "Room 2")


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def screen(qtbot, bridge, outside):
    made = JoinScreen(bridge, outside.work())
    qtbot.addWidget(made)
    made.resize(1024, 700)
    made.show()
    made.begin()
    qtbot.waitUntil(lambda: outside.looking == 1)
    yield made
    made.leave()
    qtbot.waitUntil(lambda: outside.looking == 0)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_first_workstation_found_is_chosen_so_that_one_click_joins(
    qtbot, bridge, screen, outside
):
    assert not screen.button.isEnabled()
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    click(qtbot, screen.button)
    qtbot.waitUntil(lambda: outside.joined == [(ROOM_1.addresses, "Room 2")])
    qtbot.waitUntil(lambda: outside.looking == 0)
    assert screen.progress.isVisible()
    assert not screen.form.isVisible()


def test_what_a_person_chose_stays_chosen_when_others_come_and_go(bridge, screen):
    bridge.node_event.emit(DoorsChanged((ROOM_1, ROOM_3)))
    screen.doors._choices["b"].setChecked(True)
    bridge.node_event.emit(DoorsChanged((ROOM_3,)))
    assert screen.doors.chosen == ROOM_3.addresses
    bridge.node_event.emit(DoorsChanged((ROOM_3, ROOM_1)))
    assert screen.doors.chosen == ROOM_3.addresses


def test_when_the_chosen_one_goes_another_takes_its_place(bridge, screen):
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    bridge.node_event.emit(DoorsChanged(()))
    assert screen.doors.chosen == ()
    assert not screen.button.isEnabled()
    bridge.node_event.emit(DoorsChanged((ROOM_3,)))
    assert screen.doors.chosen == ROOM_3.addresses


def test_an_address_can_be_typed(qtbot, screen, outside):
    click(qtbot, screen.doors.typed)
    assert screen.doors.address.isVisible()
    qtbot.keyClicks(screen.doors.address.input, "192.168.1.20")
    qtbot.keyClick(screen.doors.address.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: outside.joined == [(("192.168.1.20",), "Room 2")])


def test_a_wrong_address_is_said_beside_it_and_kept(qtbot, screen, outside):
    outside.refusal = InvalidInputError("address", "no-address")
    screen.doors.typed.setChecked(True)
    screen.doors.address.input.setText("a b")
    screen.submit()
    qtbot.waitUntil(lambda: screen.doors.address.error != "")
    assert screen.doors.address.input.text() == "a b"
    assert screen.form.isVisible()


def test_the_digits_are_shown_and_both_answers_are_told(qtbot, bridge, screen, outside):
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    screen.submit()
    bridge.node_event.emit(PairingAsked("908172", ""))
    assert screen.digits.digits.text() == "908 172"
    assert screen.digits.no.size() == screen.digits.yes.size()
    click(qtbot, screen.digits.no)
    qtbot.waitUntil(lambda: outside.answers == [False])
    bridge.node_event.emit(PairingAsked("908172", ""))
    click(qtbot, screen.digits.yes)
    qtbot.waitUntil(lambda: outside.answers == [False, True])
    assert not screen.digits.yes.isEnabled()


def test_after_the_digits_the_records_are_fetched_and_then_people_sign_in(
    qtbot, bridge, screen, outside
):
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    screen.submit()
    bridge.node_event.emit(Progress(FETCHING, 340, 1200))
    assert "Fetching" in screen.title.text()
    assert (screen.progress.value(), screen.progress.maximum()) == (340, 1200)
    assert screen.reached.text() == "Block 340 of 1,200"
    bridge.node_event.emit(Progress(FETCHING, 340, 0))
    assert "Looking for another workstation" in screen.reached.text()
    qtbot.waitUntil(lambda: len(outside.joined) == 1)
    with qtbot.waitSignal(screen.joined):
        outside.end()


def test_a_failure_is_said_in_words_and_the_form_is_there_again(qtbot, bridge, screen, outside):
    outside.refusal = PairingFailedError("refused-there")
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    screen.submit()
    qtbot.waitUntil(screen.problem.isVisible)
    assert "the digits differ" in screen.problem.accessibleName()
    assert screen.form.isVisible()
    qtbot.waitUntil(lambda: outside.looking == 1)


@pytest.mark.parametrize("stage", ["connecting", "digits"])
def test_cancel_stops_what_is_under_way(qtbot, bridge, screen, outside, stage):
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    screen.submit()
    qtbot.waitUntil(lambda: len(outside.joined) == 1)
    if stage == "digits":
        bridge.node_event.emit(PairingAsked("908172", ""))
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: outside.was_cancelled)
    assert screen.form.isVisible()


def test_without_a_name_nothing_is_joined(bridge, screen, outside):
    bridge.node_event.emit(DoorsChanged((ROOM_1,)))
    screen.name.input.clear()
    screen.submit()
    assert screen.name.error
    assert outside.joined == []


def test_an_interrupted_fetch_goes_on_at_the_next_start(qtbot, bridge, outside):
    made = JoinScreen(bridge, outside.work())
    qtbot.addWidget(made)
    made.show()
    made.fetch()
    assert "Fetching" in made.title.text()
    assert not made.cancel.isVisible()
    qtbot.waitUntil(lambda: len(outside.joined) == 1)
    with qtbot.waitSignal(made.joined):
        outside.end()


def test_the_first_start_offers_both_ways_and_a_way_back(qtbot, bridge, outside, password_rules):
    async def found(_founding):
        pass

    made = FirstStart(bridge, FoundingWork(found, password_rules, "PC"), outside.work())
    qtbot.addWidget(made)
    made.show()
    made.begin()
    click(qtbot, made.choice.join)
    assert made.join.isVisible()
    qtbot.waitUntil(lambda: outside.looking == 1)
    click(qtbot, made.join.back)
    assert made.choice.isVisible()
    qtbot.waitUntil(lambda: outside.looking == 0)
    click(qtbot, made.choice.found)
    assert made.set_up.isVisible()
    made.set_up.back.click()
    assert made.choice.isVisible()
