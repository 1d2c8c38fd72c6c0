"""The next free times of a provider, one click each."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.schedule import Slot
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.day_wall import MINUTE
from ehr_desktop.ui.models.day_words import slot_text
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, secondary_button
from ehr_desktop.ui.widgets.labels import Caption, Label
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.shortcut_hint import ShortcutHint

COUNT: Final = 4
_ACROSS: Final = 2


class FreeTimes(QWidget):
    """`chosen` carries the `Slot` one clicks, or that F3 comes to."""

    chosen = Signal(object)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._zone = ZoneInfo("UTC")
        self._today: Callable[[], date] = context.now().date
        self._asked: tuple[PersonId, timedelta, datetime] | None = None
        self._answered: tuple[PersonId, timedelta, datetime] | None = None
        self._slots: tuple[Slot, ...] = ()
        self._taken: Slot | None = None
        self._first_waits = False
        self.buttons: list[Button] = [secondary_button("") for _ in range(COUNT)]
        grid = QGridLayout()
        grid.setSpacing(Space.ONE)
        for number, button in enumerate(self.buttons):
            button.clicked.connect(self._clicked(number))
            button.hide()
            grid.addWidget(button, number // _ACROSS, number % _ACROSS)
        self._remark = Caption("", self)
        self._remark.hide()
        head = row(Label("Next free", self), ShortcutHint("F3", self), SPRING)
        self.setLayout(column(head, grid, self._remark, spacing=Space.ONE))

    def set_clock(self, zone: ZoneInfo, today: Callable[[], date]) -> None:
        """Say what the clinic's clock is."""
        self._zone, self._today = zone, today

    def look(self, provider: PersonId, length: timedelta, after: datetime) -> None:
        """Show what is free from `after` on, never what is already over."""
        wanted = (provider, length, max(after, self._context.now()))
        if wanted == self._asked:
            return
        self._asked = wanted
        if self._taken is not None and self._taken.start != wanted[2]:
            self._taken = None
        context = self._context
        context.bridge.call(
            self,
            context.clinic.appointments.next_free(context.actor, *wanted, count=COUNT),
            done=lambda slots: self._show(wanted, slots),
            failed=lambda error: self._say(explain(error)),
        )

    def take_first(self) -> None:
        """Choose the first free time, now or as soon as it is known."""
        if self._slots and self._answered == self._asked:
            self._choose(self._slots[0])
        else:
            self._first_waits = True

    def take_next(self) -> None:
        """Choose the first free time after the one chosen last."""
        if self._asked is None:
            return
        provider, length, after = self._asked
        if self._taken is not None and self._taken.start >= after:
            after = self._taken.start + 10 * MINUTE
        self._first_waits = True
        self._asked = None
        self.look(provider, length, after)

    def _show(self, wanted: tuple[PersonId, timedelta, datetime], slots: tuple[Slot, ...]) -> None:
        if wanted != self._asked:
            return
        self._answered, self._slots = wanted, slots
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(slots))
            if number < len(slots):
                button.setText(slot_text(slots[number], self._zone, self._today()))
        self._say("" if slots else "Nothing free in the days that follow.")
        if self._first_waits and slots:
            self._choose(slots[0])
        self._first_waits = False

    def _say(self, words: str) -> None:
        self._remark.setText(words)
        self._remark.setVisible(bool(words))

    def _clicked(self, number: int) -> Callable[[], None]:
        return lambda: self._choose(self._slots[number])

    def _choose(self, slot: Slot) -> None:
        self._first_waits = False
        self._taken = slot
        self.chosen.emit(slot)
