"""Letting a new workstation in: where it can come in, the digits, and what came of it."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QWidget

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import Event, PairingAsked, PairingEnded, PairingLeft
from ehr_desktop.domain.network import ENROLMENT_WAITS
from ehr_desktop.explain import explain, explain_door
from ehr_desktop.services.values import Door
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.digits import DigitsQuestion
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.labels import Body, Caption, Level, Mono
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.sheet import Sheet

_STEPS: Final = (
    "On the new workstation, start EHR Desktop, choose “Join a clinic” and pick this workstation "
    "from the list."
)
_TYPE: Final = "Not in the list? Type there:"
_NAMELESS: Final = "The new workstation"
_LONGEST_SHOWN: Final = 30


class DoorSheet(Sheet):
    """Covers `host` while the door is open; leaving it, by Esc too, closes the door."""

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host, "Add a workstation")
        self._context = context
        self._until: datetime | None = None
        self._is_open = False
        self.problem = Failure(self)
        self._build_waiting()
        self.visitor = Body("", self)
        self.digits = DigitsQuestion(self)
        self.digits.answered.connect(self._answer)
        self.asking = boxed(column(self.visitor, self.digits, spacing=Space.TWO), self)
        self.done = Callout(Tone.SUCCESS, "", parent=self)
        self.again = primary_button("Open the door again")
        self.again.clicked.connect(self.open_door)
        self.finish = primary_button("Done")
        self.finish.clicked.connect(self.leave)
        self.cancel = secondary_button("Cancel")
        self.cancel.clicked.connect(self.leave)
        self.add(self.problem, self.waiting, self.asking, self.done)
        self.set_buttons(self.finish, self.again, self.cancel)
        self._ticking = QTimer(self, interval=1000)
        self._ticking.timeout.connect(self._tick)
        self.closed.connect(self._close_door)
        context.bridge.node_event.connect(self._hear)

    def open(self) -> None:
        """Show the sheet and open the door."""
        self._show(self.waiting)
        self.open_over()
        self.open_door()

    def open_door(self) -> None:
        """Let one new workstation in, from now on."""
        self._is_open = True
        self._until = None
        self.addresses.setText("")
        self._tick()
        self._show(self.waiting)
        self._call(self._context.clinic.network.open_door(self._context.actor), self._door_opened)

    def _build_waiting(self) -> None:
        self.addresses = Mono("", self)
        self.addresses.setAccessibleName("Addresses of this workstation")
        self.left = Caption("", self)
        bar = QProgressBar(self)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Waiting for the new workstation")
        where = column(Body(_TYPE, self, level=Level.MUTED), self.addresses, spacing=Space.HALF)
        self.waiting = boxed(
            column(Body(_STEPS, self), where, column(bar, self.left, spacing=Space.ONE)), self
        )

    def _call(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> None:
        self._context.bridge.call(self, work, done=done, failed=self._failed)

    def _door_opened(self, door: Door) -> None:
        self._until = door.until
        self.addresses.setText("\n".join(door.addresses))
        self._ticking.start()
        self._tick()
        self.lay_out()

    def _hear(self, event: Event) -> None:
        if not self._is_open:
            return
        if isinstance(event, PairingAsked):
            self._ask(event)
        elif isinstance(event, PairingLeft):
            self._show(self.waiting)
            self._say(Tone.WARNING, f"{_shown(event.name)} did not join.", event.failure)
        elif isinstance(event, PairingEnded):
            self._ended(event)

    def _ask(self, event: PairingAsked) -> None:
        self.visitor.setText(f"{_shown(event.name)} wants to join the clinic.")
        self.digits.ask(event.digits)
        self._show(self.asking)

    def _answer(self, agreed: bool) -> None:  # noqa: FBT001 - the signal's value
        if agreed:
            self.digits.wait_for_the_other("Waiting for the answer on the other screen…")
        network = self._context.clinic.network
        self._call(network.let_in(self._context.actor, agreed=agreed), _nothing)

    def _ended(self, event: PairingEnded) -> None:
        self._is_open = False
        self._ticking.stop()
        if event.failure == ENROLMENT_WAITS:
            words = explain_door(event.failure)
            self.done.say(Tone.WARNING, f"{_shown(event.name)} waits to be confirmed.", words)
            self._show(self.done)
            return
        if event.failure:
            self._show(None)
            self._say(Tone.DANGER, "No workstation was added.", event.failure)
            return
        self.done.say(
            Tone.SUCCESS,
            f"{_shown(event.name)} has joined.",
            "It is fetching the clinic's records now. People can sign in there as they do here.",
        )
        self._show(self.done)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, NotFoundError):
            # whoever was asked about has gone in the same moment; an event says so
            return
        self._is_open = False
        self._show(None)
        self.problem.tell("No workstation was added.", explain(error))
        self.lay_out()

    def _say(self, tone: Tone, title: str, failure: str) -> None:
        self.problem.say(tone, title, explain_door(failure))
        self.problem.show()
        self.lay_out()

    def _show(self, page: QWidget | None) -> None:
        """Show one page, or none where only a message stands."""
        self.problem.hide()
        for one in (self.waiting, self.asking, self.done):
            one.setVisible(one is page)
        self.finish.setVisible(page is self.done)
        self.again.setVisible(page is None)
        self.cancel.setVisible(page is not self.done)
        self.cancel.setText("Close" if page is None else "Cancel")
        self.lay_out()
        self._focus(page)

    def _focus(self, page: QWidget | None) -> None:
        """Put the focus where Enter does no harm: never on one of the two answers."""
        if page is self.done:
            self.finish.setFocus()
        elif page is None:
            self.again.setFocus()
        else:
            self.cancel.setFocus()

    def _tick(self) -> None:
        if self._until is None:
            self.left.setText("Opening the door…")
            return
        seconds = max(0, round((self._until - self._context.now()).total_seconds()))
        self.left.setText(
            f"Waiting for the new workstation. The door closes by itself in "
            f"{seconds // 60}:{seconds % 60:02}."
        )

    def _close_door(self) -> None:
        self._ticking.stop()
        if self._is_open:
            self._is_open = False
            self._call(self._context.clinic.network.close_door(), _nothing)
        self.deleteLater()


def _shown(name: str) -> str:
    """Give what a workstation calls itself, cut in the middle: a stranger may say anything."""
    if len(name) > _LONGEST_SHOWN:
        half = _LONGEST_SHOWN // 2
        return f"{name[:half]}…{name[-half:]}"
    return name or _NAMELESS


def _nothing(_result: object) -> None:
    """Take an answer nobody waits for."""
