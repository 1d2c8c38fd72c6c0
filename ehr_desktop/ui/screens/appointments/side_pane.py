"""Beside the day book: a month to pick days from, and what the colours mean."""

from datetime import date
from typing import Final

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QWidget

from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import LOOKS
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
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
        self.calendar = QCalendarWidget(self)
        self.calendar.setAccessibleName("Month")
        self.calendar.setGridVisible(False)
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.calendar.setFont(ui_font(TypeSize.CAPTION))
        header = QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader
        self.calendar.setVerticalHeaderFormat(header)
        names = QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames
        self.calendar.setHorizontalHeaderFormat(names)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, QTextCharFormat())
        self.calendar.clicked.connect(self._picked)
        self.calendar.activated.connect(self._picked)
        month = Card(margin=Space.ONE)
        month.add(self.calendar)
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
        self.setLayout(column(month, legend, SPRING, spacing=Space.TWO))

    def show_day(
        self, day: date, appointments: tuple[Appointment, ...], *, whole_week: bool
    ) -> None:
        """Show the month of `day`, and how many appointments are in which state."""
        self.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self._legend.setText("This week" if whole_week else "This day")
        for status, count in self._counts.items():
            count.setText(str(sum(a.status is status for a in appointments)))

    def _picked(self, day: QDate) -> None:
        self.picked.emit(date(day.year(), day.month(), day.day()))
