"""A time that is taken: who has it, what is free instead, and booking over it with a reason."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.schedule import Slot
from ehr_desktop.services.values import Booking
from ehr_desktop.ui.models.day_words import slot_text, taken_text
from ehr_desktop.ui.screens.appointments.changes import Changes, Collision, wanted_text
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, ghost_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Label
from ehr_desktop.ui.widgets.layouts import Piece, column, row
from ehr_desktop.ui.widgets.sheet import Sheet
from ehr_desktop.ui.widgets.text_field import TextField

_ACROSS = 2


class ConflictSheet(Sheet):
    """One click takes a free time instead; the first of them has the focus."""

    def __init__(
        self, host: QWidget, changes: Changes, collision: Collision, zone: ZoneInfo, today: date
    ) -> None:
        super().__init__(host, "That time is taken")
        self._changes = changes
        self._wanted = collision.wanted
        wish = f"Wanted: {wanted_text(collision.wanted, zone, today)}"
        taken = taken_text(collision.error.taken)
        self.callout = Callout(Tone.WARNING, taken, wish, parent=self)
        self.add(self.callout)
        self.slot_buttons: list[Button] = []
        if collision.error.alternatives:
            self.add(Label("Free instead", self), self._alternatives(collision, zone, today))
        else:
            self.add(Body("No free time was found in the days that follow.", self))
        word = "Book anyway" if isinstance(self._wanted, Booking) else "Move anyway"
        self.reason = Field(
            "Why both at the same time?",
            TextField(),
            self,
            help_text="The reason is kept with the appointment and shown on its card.",
        )
        self.reason.input.setMaxLength(200)
        self.anyway = secondary_button(word)
        self.anyway.clicked.connect(self._override)
        self.reason.input.returnPressed.connect(self._override)
        back = ghost_button("Back")
        back.clicked.connect(self.leave)
        self.add(Rule(self), self.reason)
        self.set_buttons(self.anyway, back)
        self.closed.connect(self.deleteLater)

    def _alternatives(self, collision: Collision, zone: ZoneInfo, today: date) -> Piece:
        lines: list[Piece] = []
        slots = collision.error.alternatives
        for first in range(0, len(slots), _ACROSS):
            pair = [self._slot_button(slot, zone, today) for slot in slots[first : first + _ACROSS]]
            line = row(*pair, spacing=Space.ONE)
            for number in range(_ACROSS):
                line.setStretch(number, 1)
            if len(pair) < _ACROSS:
                line.addStretch(1)
            lines.append(line)
        return column(*lines, spacing=Space.ONE)

    def _slot_button(self, slot: Slot, zone: ZoneInfo, today: date) -> Button:
        button = secondary_button(slot_text(slot, zone, today), icon_name="clock")
        button.clicked.connect(lambda: self._take(slot))
        self.slot_buttons.append(button)
        return button

    def _take(self, slot: Slot) -> None:
        self.leave()
        if isinstance(self._wanted, Booking):
            self._changes.book(replace(self._wanted, start=slot.start))
        else:
            self._changes.move(replace(self._wanted, start=slot.start))

    def _override(self) -> None:
        reason = self.reason.input.text().strip()
        if not reason:
            self.reason.set_error("Write why, then both can be booked.")
            self.reason.input.setFocus()
            self.lay_out()
            return
        self.leave()
        if isinstance(self._wanted, Booking):
            self._changes.book(replace(self._wanted, override_reason=reason))
        else:
            self._changes.move(self._wanted, reason)
