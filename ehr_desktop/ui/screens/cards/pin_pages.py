"""Sheets on which a patient enters a PIN at the front desk: what it is about, then the pad."""

from collections.abc import Coroutine
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import PIN_DIGITS
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.consent_words import TURN_TO_PATIENT
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import Button, primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import Piece, boxed, column
from ehr_desktop.ui.widgets.pin_pad import PinPad
from ehr_desktop.ui.widgets.sheet import Sheet

WIDTH_PX: Final = 528
CHOOSE: Final = f"Choose a PIN of {PIN_DIGITS} digits"
AGAIN: Final = "Enter the same PIN again"
ENTER: Final = "Enter the PIN of the card"
DIFFERED: Final = "The two were not the same. Choose a PIN again."


class PinSheet(Sheet):
    """Pages one of which shows. A subclass puts its first page together, and says with `work` what
    is done with the PIN; a new PIN (`twice`) is asked for twice.
    """

    done = Signal(object)
    """What the work gave."""

    def __init__(
        self, context: ScreenContext, host: QWidget, title: str, *, twice: bool, then: str = "Next"
    ) -> None:
        super().__init__(host, title, width_px=WIDTH_PX)
        self.context = context
        self._twice = twice
        self._first_pin = ""
        self.pad = PinPad(self)
        self.pad.entered.connect(self._entered)
        self.asks = Heading("", self, size=TypeSize.MEDIUM)
        self.failure = Callout(Tone.DANGER, "", parent=self)
        self.failure.hide()
        self._progress = QProgressBar(self)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Asking the workstations")
        self._progress.hide()
        turn = Body(TURN_TO_PATIENT, self, level=Level.MUTED)
        self._pin_page = boxed(column(turn, self.asks, self.pad, spacing=Space.TWO), self)
        self._pages: list[QWidget] = [self._pin_page]
        self.next = primary_button(then)
        self.cancel = secondary_button("Cancel")
        self.next.clicked.connect(self.ask_for_pin)
        self.cancel.clicked.connect(self.leave)

    def put_together(self, *first: Piece) -> None:
        """Put the pages into the sheet, `first` on the one that comes first."""
        self.first_page = boxed(column(*first, spacing=Space.TWO), self)
        self._pages.insert(0, self.first_page)
        self.add(*self._pages, self.failure, self._progress)
        self.set_buttons(self.next, *self.other_buttons())

    def other_buttons(self) -> tuple[Button, ...]:
        """Give the buttons beside *Next*."""
        return (self.cancel,)

    def add_page(self, page: QWidget) -> None:
        """Keep a page that is shown later."""
        self._pages.append(page)

    def begin(self) -> None:
        """Open at the first page."""
        self.pad.clear()
        self._first_pin = ""
        self.failure.hide()
        self.show_page(self.first_page)
        self.next.show()
        self.open_over()

    def show_page(self, page: QWidget) -> None:
        """Show one page."""
        for each in self._pages:
            each.setVisible(each is page)

    def ask_for_pin(self) -> None:
        """Show the pad."""
        self.failure.hide()
        self._first_pin = ""
        self.asks.setText(CHOOSE if self._twice else ENTER)
        self.show_page(self._pin_page)
        self.next.hide()
        self.pad.setEnabled(True)
        self.pad.setFocus()

    def work(self, pin: str) -> Coroutine[Any, Any, object]:
        """Give what is done with the PIN."""
        raise NotImplementedError

    @override
    def leave(self) -> None:
        self.pad.clear()
        self._first_pin = ""
        super().leave()

    def _entered(self, pin: str) -> None:
        if not self._twice:
            self._use(pin)
        elif not self._first_pin:
            self.failure.hide()
            self._first_pin = pin
            self.asks.setText(AGAIN)
        elif pin != self._first_pin:
            self.ask_for_pin()
            self._say(DIFFERED)
        else:
            self._first_pin = ""
            self._use(pin)

    def _use(self, pin: str) -> None:
        self.failure.hide()
        self._progress.show()
        self.pad.setEnabled(False)
        self.context.bridge.call(self, self.work(pin), done=self._worked, failed=self._failed)

    def _worked(self, result: object) -> None:
        self._progress.hide()
        self.after(result)
        self.done.emit(result)

    def after(self, result: object) -> None:
        """Show what came of it; here, nothing more."""
        del result
        self.leave()

    def _failed(self, error: BaseException) -> None:
        self._progress.hide()
        self.ask_for_pin()
        self._say(explain(error))

    def _say(self, sentence: str) -> None:
        self.failure.say(Tone.DANGER, sentence)
        self.failure.show()
