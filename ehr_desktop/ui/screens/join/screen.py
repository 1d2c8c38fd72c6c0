"""Join a clinic: find the workstation that lets this one in, compare digits, fetch records."""

from concurrent.futures import Future
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.errors import HomeExistsError, InvalidInputError
from ehr_desktop.domain.events import DoorsChanged, Event, PairingAsked, Progress
from ehr_desktop.explain import explain
from ehr_desktop.services.joining import FETCHING
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.screens.join.door_list import DoorList
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import ghost_button, primary_button, secondary_button
from ehr_desktop.ui.widgets.digits import DigitsQuestion
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Caption, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.narrow_page import NarrowPage
from ehr_desktop.ui.widgets.text_field import TextField

_LONGEST_NAME: Final = 100
_TITLE: Final = "Join a clinic"
_STEPS: Final = (
    "On a workstation that is already in, an administrator opens Network and chooses “Add a "
    "workstation”. Then go on here."
)
_WAITING: Final = "Waiting for the answer on the other screen…"
_FETCHING: Final = "Fetching the clinic's records"
_FETCHING_REMARK: Final = (
    "This workstation has joined. It needs one other workstation that is switched on. You may "
    "close the program; it goes on from here at the next start."
)
_ALONE: Final = "Looking for another workstation of the clinic…"


class JoinScreen(QWidget):
    """Emits `joined` once people can sign in, and `left` when the person goes back.

    Nothing is looked for before `begin`.
    """

    joined = Signal()
    left = Signal()

    def __init__(
        self, bridge: NodeBridge, work: JoiningWork, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._work = work
        self._looking: Future[Any] | None = None
        self._joining: Future[Any] | None = None
        title = ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold)
        self.title = Label(_TITLE, self, font=title, wrap=True)
        self.remark = Body("", self, level=Level.MUTED)
        self.problem = Failure(self)
        self._build_form()
        self.digits = DigitsQuestion(self)
        self.digits.answered.connect(self._answer)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.reached = Caption("", self)
        self.cancel = secondary_button("Cancel")
        self.cancel.clicked.connect(self.stop)
        page = NarrowPage(
            column(self.title, self.remark, spacing=Space.HALF),
            self.problem,
            self.form,
            self.digits,
            column(self.progress, self.reached, spacing=Space.ONE),
            row(self.cancel, SPRING),
            parent=self,
        )
        self.setLayout(column(page, spacing=0))
        bridge.node_event.connect(self._hear)
        self._show_form()

    def begin(self) -> None:
        """Look for workstations, and put the cursor where typing begins."""
        self._show_form()
        self._look()
        self.name.input.setFocus()

    def fetch(self) -> None:
        """Go on fetching where an earlier run of the program was interrupted."""
        self._show_fetching()
        self._run(self._work.fetch())

    def submit(self) -> None:
        """Join through what is chosen."""
        self.problem.hide()
        named = bool(self.name.input.text().strip())
        self.name.set_error("" if named else "Give this workstation a name.")
        if not named or not self.doors.chosen:
            return
        self.remark.setText("Connecting to the other workstation…")
        self._show(self.progress)
        self._stop_looking()
        self._run(self._work.join(self.doors.chosen, self.name.input.text().strip()))

    def stop(self) -> None:
        """Give up what is under way, and go back to the form."""
        self._cancel_joining()
        self._show_form()
        self._look()

    def leave(self) -> None:
        """Give up altogether."""
        self.give_up()
        self.left.emit()

    def give_up(self) -> None:
        """Stop whatever the node does for this screen."""
        self._cancel_joining()
        self._stop_looking()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.matches(QKeySequence.StandardKey.Cancel):
            super().keyPressEvent(event)
        elif self.cancel.isVisible():
            self.stop()
        elif self.form.isVisible():
            self.leave()

    def _build_form(self) -> None:
        self.name = Field(
            "Name of this workstation",
            TextField(placeholder="Room 2"),
            self,
            required=True,
            help_text="What the others see, such as the room it stands in.",
        )
        self.name.input.setMaxLength(_LONGEST_NAME)
        self.name.input.setText(self._work.workstation_name)
        self.doors = DoorList(self)
        self.doors.changed.connect(self._choice_changed)
        self.button = primary_button("Join")
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setEnabled(False)
        self.button.clicked.connect(self.submit)
        self.name.input.returnPressed.connect(self.submit)
        self.doors.address.input.returnPressed.connect(self.submit)
        self.back = ghost_button("Back", icon_name="arrow-left")
        self.back.clicked.connect(self.leave)
        self.form = boxed(
            column(self.name, self.doors, self.button, row(self.back, SPRING), spacing=Space.THREE),
            self,
        )

    def _look(self) -> None:
        self._stop_looking()
        self.doors.show_doors(())
        self._looking = self._bridge.call(
            self, self._work.look(), done=_nothing, failed=self._looking_failed
        )

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _cancel_joining(self) -> None:
        if self._joining is not None:
            self._joining.cancel()
            self._joining = None

    def _run(self, work: Any) -> None:
        self._joining = self._bridge.call(self, work, done=self._joined, failed=self._refused)

    def _hear(self, event: Event) -> None:
        if isinstance(event, DoorsChanged) and self._looking is not None:
            self.doors.show_doors(event.doors)
        elif self._joining is None:
            return
        elif isinstance(event, PairingAsked):
            self.remark.setText("The other workstation has answered.")
            self.digits.ask(event.digits)
            self._show(self.digits)
        elif isinstance(event, Progress) and event.job == FETCHING:
            self._show_fetching()
            self.progress.setRange(0, event.total)
            self.progress.setValue(event.done)
            known = f"Block {event.done:,} of {event.total:,}" if event.total else _ALONE
            self.reached.setText(known)

    def _answer(self, agreed: bool) -> None:  # noqa: FBT001 - the signal's value
        if agreed:
            self.digits.wait_for_the_other(_WAITING)
        self._bridge.call(
            self, self._work.compare(agreed=agreed), done=_nothing, failed=self._refused
        )

    def _joined(self, _nothing: None) -> None:
        self._joining = None
        self.joined.emit()

    def _refused(self, error: BaseException) -> None:
        self._joining = None
        sentence = explain(error)
        self._show_form()
        self._look()
        if isinstance(error, InvalidInputError) and error.field == "workstation":
            self.name.set_error(sentence)
        elif isinstance(error, InvalidInputError) and error.field == "address":
            self.doors.address.set_error(sentence)
        else:
            self.problem.tell("This workstation has not joined.", sentence)
        self.back.setEnabled(not isinstance(error, HomeExistsError))

    def _looking_failed(self, error: BaseException) -> None:
        self.doors.looking.setText(explain(error))

    def _choice_changed(self) -> None:
        self.button.setEnabled(bool(self.doors.chosen))

    def _show_form(self) -> None:
        self.title.setText(_TITLE)
        self.remark.setText(_STEPS)
        self._show(self.form)

    def _show_fetching(self) -> None:
        self.title.setText(_FETCHING)
        self.remark.setText(_FETCHING_REMARK)
        self._show(self.progress)
        self.cancel.hide()

    def _show(self, page: QWidget) -> None:
        self.problem.hide()
        self.progress.setRange(0, 0)
        self.reached.setText("")
        self.progress.setAccessibleName(self.remark.text())
        for one in (self.form, self.digits, self.progress):
            one.setVisible(one is page)
        self.reached.setVisible(page is self.progress)
        self.cancel.setVisible(page is not self.form)
        if page is not self.form:
            self.cancel.setFocus()


def _nothing(_result: object) -> None:
    """Take an answer nobody waits for."""
