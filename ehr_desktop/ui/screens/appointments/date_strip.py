"""The days of one week in a row."""

from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_date
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Space
from ehr_desktop.ui.widgets.layouts import row

HEIGHT_PX: Final = 36
DAYS_A_WEEK: Final = 7


class DateStrip(QWidget):
    """Monday to Sunday; `picked` carries the `date` one clicks. Closed days are faint."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.days = [DayButton(self) for _ in range(DAYS_A_WEEK)]
        for button in self.days:
            self._group.addButton(button)
        self._group.buttonClicked.connect(self._clicked)
        self.setLayout(row(*self.days, spacing=Space.HALF))
        self.setFixedHeight(HEIGHT_PX)

    def show_week(self, chosen: date, today: date, open_weekdays: frozenset[int]) -> None:
        """Show the week of `chosen`; `open_weekdays` counts from 0 = Monday."""
        monday = chosen - timedelta(days=chosen.weekday())
        for number, button in enumerate(self.days):
            day = monday + timedelta(days=number)
            button.show_day(day, today=day == today, closed=number not in open_weekdays)
            button.setChecked(day == chosen)

    def _clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, DayButton):
            self.picked.emit(button.day)


class DayButton(QAbstractButton):
    """One day: its weekday and its number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.day = date.min
        self._today = self._closed = False
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_day(self, day: date, *, today: bool, closed: bool) -> None:
        """Show another day."""
        self.day, self._today, self._closed = day, today, closed
        state = ", today" if today else ""
        self.setAccessibleName(weekday_text(day) + state + (", closed" if closed else ""))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(64, HEIGHT_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(44, HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = worn_tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ink = tokens.text_faint if self._closed else tokens.text_muted
        if self.isChecked():
            ink = tokens.on_accent_soft
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        weight = QFont.Weight.DemiBold if self._today or self.isChecked() else QFont.Weight.Normal
        painter.setFont(ui_font(weight=weight, tabular=True))
        painter.setPen(QColor(tokens.link if self._today else ink))
        whole = f"{weekday_text(self.day)[:3]} {shown_date(self.day)[:6]}"
        short = f"{weekday_text(self.day)[:2]} {self.day.day}"
        fits = painter.fontMetrics().horizontalAdvance(whole) < place.width() - 8
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, whole if fits else short)
        if self._today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.link))
            painter.drawEllipse(QRectF(place.center().x() - 2, place.bottom() - 6, 4, 4))
