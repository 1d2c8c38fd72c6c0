"""A small month to pick days from."""

from calendar import Calendar
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Space, Tokens, TypeSize
from ehr_desktop.ui.widgets.buttons import icon_button
from ehr_desktop.ui.widgets.labels import Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

CELL_PX: Final = 32
_WEEKS: Final = 6
_DAYS: Final = 7
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_DAYS,
    Qt.Key.Key_Down: _DAYS,
}


class Month(QWidget):
    """The month of a day, with arrows to others; `picked` carries the `date` one chooses."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Heading("", self, size=TypeSize.BODY)
        self.before = icon_button("chevron-left", "Month before")
        self.after = icon_button("chevron-right", "Month after")
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after.clicked.connect(lambda: self._turn(1))
        self.days = MonthDays(self)
        self.days.picked.connect(self.picked)
        self.days.turned.connect(self._write_title)
        head = row(self._title, SPRING, self.before, self.after, spacing=0)
        head.setContentsMargins(Space.ONE, 0, 0, 0)
        self.setLayout(column(head, self.days, spacing=Space.HALF))

    def show_day(self, day: date, today: date, open_weekdays: frozenset[int]) -> None:
        """Mark `day` in its month; `open_weekdays` counts from 0 = Monday."""
        self.days.show_day(day, today, open_weekdays)
        self._write_title()

    def _turn(self, by: int) -> None:
        self.days.turn(by)

    def _write_title(self) -> None:
        first = self.days.first
        self._title.setText(f"{_MONTHS[first.month - 1]} {first.year}")


class MonthDays(QWidget):
    """Six weeks, Monday first. Arrow keys go from day to day, Enter picks."""

    picked = Signal(object)
    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = date(2000, 1, 1)
        self._chosen = self._at = self._today = self.first
        self._open = frozenset(range(_DAYS))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Month")

    @property
    def shown(self) -> tuple[date, ...]:
        """The days that are painted, row by row."""
        weeks = Calendar().monthdatescalendar(self.first.year, self.first.month)
        start = weeks[0][0]
        return tuple(start + timedelta(days=number) for number in range(_WEEKS * _DAYS))

    def show_day(self, day: date, today: date, open_weekdays: frozenset[int]) -> None:
        """Mark another day."""
        self._chosen = self._at = day
        self._today, self._open = today, open_weekdays
        self._go(day.replace(day=1))

    def turn(self, by: int) -> None:
        """Show the month before or after."""
        first = (self.first + timedelta(days=31 * by)).replace(day=1)
        if by < 0:
            first = (self.first - timedelta(days=1)).replace(day=1)
        self._go(first)

    def place_of(self, day: date) -> QRectF:
        """Give where a day that is shown is painted."""
        return self._cell(self.shown.index(day))

    def _cell(self, at: int) -> QRectF:
        width = self.width() / _DAYS
        top = (at // _DAYS + 1) * CELL_PX
        return QRectF(at % _DAYS * width, top, width, CELL_PX)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_DAYS * CELL_PX, (_WEEKS + 1) * CELL_PX)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position().toPoint())
        if day is not None:
            self._at = day
            self.picked.emit(day)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._at += timedelta(days=_STEPS[key])
            self.setAccessibleDescription(weekday_text(self._at))
            self._go(self._at.replace(day=1))
        elif key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
            self.turn(-1 if key == Qt.Key.Key_PageUp else 1)
            self._at = self.first
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.picked.emit(self._at)
        else:
            event.ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = worn_tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(TypeSize.CAPTION))
        painter.setPen(QColor(tokens.text_faint))
        width = self.width() / _DAYS
        for number, letter in enumerate("MTWTFSS"):
            place = QRectF(number * width, 0, width, CELL_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, letter)
        for at, day in enumerate(self.shown):
            self._paint_day(painter, self._cell(at), day, tokens)

    def _paint_day(self, painter: QPainter, cell: QRectF, day: date, tokens: Tokens) -> None:
        place = QRectF(cell.center().x() - 14, cell.center().y() - 14, 28, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = tokens.text if day.weekday() in self._open else tokens.text_faint
        if day.month != self.first.month:
            ink = tokens.text_disabled
        if day == self._chosen:
            painter.setBrush(QColor(tokens.accent))
            ink = tokens.on_accent
        elif day == self._today:
            painter.setPen(QPen(QColor(tokens.accent), 1))
            ink = tokens.link
        painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        if day == self._at and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), Radius.MEDIUM, Radius.MEDIUM)
        strong = day in {self._chosen, self._today}
        weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
        painter.setFont(ui_font(TypeSize.CAPTION, weight, tabular=True))
        painter.setPen(QColor(ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(day.day))

    def _day_at(self, point: QPoint) -> date | None:
        cells = enumerate(self.shown)
        return next((day for at, day in cells if self._cell(at).contains(point)), None)

    def _go(self, first: date) -> None:
        self.first = first
        self.update()
        self.turned.emit()
