"""What waits, one line each, with what settles it."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.dates import shown_date, shown_time
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import day_of, start_text
from ehr_desktop.ui.screens.today.waiting import Unfinished, WaitingWork
from ehr_desktop.ui.screens.today.work_line import WorkLine
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, icon_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import column, fill
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

MOST_LINES: Final = 4


class WaitingCard(Card):
    """`check_wanted`, `chart_wanted` (a patient id) and `settled` (appointment, status) say what
    was pressed.
    """

    check_wanted = Signal()
    chart_wanted = Signal(object)
    settled = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Waiting for you", parent, margin=Space.TWO)
        self._lines: list[QWidget] = []
        self._rows = column(spacing=Space.TWO)
        self._nothing = Label("Nothing. Well done.", self, level=Level.MUTED)
        self.add(self._rows, self._nothing)

    def show_work(self, work: WaitingWork, zone: ZoneInfo) -> None:
        """Show other work."""
        for old in self._lines:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        lines = [self._note_line(note, zone) for note in work.unfinished[:MOST_LINES]]
        lines += [self._end_line(appointment) for appointment in work.open_ends[:MOST_LINES]]
        more = max(len(work.open_ends) - MOST_LINES, 0)
        if more:
            lines.append(WorkLine("history", Tone.WARNING, f"{more} more without outcome", ""))
        if work.check:
            tone = Tone.DANGER if work.check_is_bad else Tone.WARNING
            look = self._button("Check", "Go to the integrity check", self.check_wanted.emit)
            words = "Faults were found" if work.check_is_bad else "A full check is due"
            lines.append(WorkLine("shield-alert", tone, words, work.check, look))
        self._lines = lines
        fill(self._rows, *lines)
        self._nothing.setVisible(work.is_empty)

    def _note_line(self, note: Unfinished, zone: ZoneInfo) -> QWidget:
        saved = note.saved.astimezone(zone)
        when = f"{shown_date(saved.date())[:6]} {shown_time(saved.time())}"
        button = self._button(
            "Go on",
            f"Go on with the note about {note.name}",
            lambda: self.chart_wanted.emit(note.patient),
        )
        words = f"Unfinished note, {when}"
        return WorkLine("notebook-pen", Tone.NOTE, note.name, words, button)

    def _end_line(self, appointment: Appointment) -> QWidget:
        day = day_of(appointment)
        when = f"{weekday_text(day)[:3]} {shown_date(day)[:6]} {start_text(appointment)}"
        words = f"{when}, no outcome"
        settle = self._settling(appointment)
        name = appointment.patient_name
        done = self._mark("check", f"Done: {name} was seen", settle(AppointmentStatus.DONE))
        missed = self._mark("user-x", f"No show: {name}", settle(AppointmentStatus.NO_SHOW))
        return WorkLine("history", Tone.WARNING, name, words, done, missed)

    def _settling(
        self, appointment: Appointment
    ) -> Callable[[AppointmentStatus], Callable[[], None]]:
        return lambda status: lambda: self.settled.emit(appointment, status)

    def _button(self, words: str, name: str, run: Callable[[], None]) -> Button:
        button = Button(words, self)
        button.setAccessibleName(name)
        set_plain_tooltip(button, name)
        button.clicked.connect(run)
        return button

    def _mark(self, icon_name: str, name: str, run: Callable[[], None]) -> Button:
        button = icon_button(icon_name, name)
        button.clicked.connect(run)
        return button
