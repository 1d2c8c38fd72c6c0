"""A date one types, or picks from a calendar."""

from datetime import date

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_date, typed_date
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.text_field import TextField


class DateField(TextField):
    """Takes `1980-08-14` or `14-Aug-1980` and shows the latter; `Alt+Down` opens a calendar.

    `date_changed` carries a `date`, or None once the field is empty or not a date.
    """

    date_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, value: date | None = None) -> None:
        super().__init__(parent, placeholder="14-Aug-1980")
        self.add_icon("calendar", tip="Calendar (Alt+Down)", pressed=self.open_calendar)
        self._last: date | None = None
        self.set_value(value)
        self.textChanged.connect(self._announce)
        self.editingFinished.connect(self._tidy)

    @property
    def value(self) -> date | None:
        """The date that stands in the field, or None."""
        return typed_date(self.text())

    @property
    def problem(self) -> str:
        """What is wrong with what was typed, as a sentence; empty if nothing is."""
        if not self.text().strip() or self.value:
            return ""
        return "Write the date as 14-Aug-1980 or 1980-08-14."

    def set_value(self, value: date | None) -> None:
        """Show `value`; None empties the field."""
        self.setText(shown_date(value) if value else "")

    def open_calendar(self) -> None:
        """Show a month under the field to pick a day from."""
        popup = CalendarPopup(self, self.value)
        popup.picked.connect(self._take)
        popup.move(self.mapToGlobal(QPoint(0, self.height() + Space.HALF)))
        popup.show()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def _take(self, picked: QDate) -> None:
        self.set_value(date(picked.year(), picked.month(), picked.day()))
        self.setFocus()

    def _tidy(self) -> None:
        if self.value:
            self.set_value(self.value)

    def _announce(self) -> None:
        if self.value != self._last:
            self._last = self.value
            self.date_changed.emit(self.value)


class CalendarPopup(QWidget):
    """A month over the window that goes away when a day is picked or Esc is pressed."""

    picked = Signal(QDate)

    def __init__(self, parent: QWidget, value: date | None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        # The ground has round corners; the square window behind it must not show.
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ground = QFrame(self)
        ground.setProperty("look", "popup")
        self.calendar = QCalendarWidget(ground)
        self.calendar.setAccessibleName("Calendar")
        self.calendar.setGridVisible(False)
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        header = QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader
        self.calendar.setVerticalHeaderFormat(header)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            # An empty format: Qt's red weekend says nothing here.
            self.calendar.setWeekdayTextFormat(day, QTextCharFormat())
        head = QTextCharFormat()
        head.setForeground(QColor(worn_tokens().text_muted))
        head.setBackground(QColor(worn_tokens().surface))
        self.calendar.setHeaderTextFormat(head)
        self.calendar.setMinimumSize(308, 264)
        if value:
            self.calendar.setSelectedDate(QDate(value.year, value.month, value.day))
        self.calendar.clicked.connect(self._pick)
        self.calendar.activated.connect(self._pick)
        ground.setLayout(column(self.calendar, margin=Space.ONE))
        self.setLayout(column(ground))
        self.calendar.setFocus()

    def _pick(self, day: QDate) -> None:
        self.picked.emit(day)
        self.close()
