"""Beside the day book: a month to pick days from, and what the colours mean."""

from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import LOOKS
from ehr_desktop.ui.screens.appointments.month import Month
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

WIDTH_PX: Final = 264


class SidePane(QWidget):
    """`picked` carries the `date` one clicks."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.month = Month(self)
        self.month.picked.connect(self.picked)
        card = Card(margin=Space.ONE_AND_HALF)
        card.add(self.month)
        self._counts = {status: Label("", self, level=Level.MUTED) for status in AppointmentStatus}
        legend = Card("This day", self, margin=Space.TWO)
        self._legend = legend.heading
        lines = [
            row(
                IconLabel(LOOKS[status].icon_name, self, tone=LOOKS[status].tone, size_px=16),
                Label(LOOKS[status].word, self),
                SPRING,
                count,
            )
            for status, count in self._counts.items()
        ]
        legend.add(column(*lines, spacing=Space.ONE))
        self.setLayout(column(card, legend, SPRING, spacing=Space.TWO))

    def show_day(
        self,
        day: date,
        today: date,
        open_weekdays: frozenset[int],
        appointments: tuple[Appointment, ...],
        *,
        whole_week: bool,
    ) -> None:
        """Show the month of `day`, and how many appointments are in which state."""
        self.month.show_day(day, today, open_weekdays)
        self._legend.setText("This week" if whole_week else "This day")
        for status, count in self._counts.items():
            count.setText(str(sum(a.status is status for a in appointments)))
