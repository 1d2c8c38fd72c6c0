"""When the clinic is open: a line for each day of the week."""

from dataclasses import dataclass
from datetime import time
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.domain.people import OpeningHours
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import Caption, Label, Level
from ehr_desktop.ui.widgets.looks import set_look
from ehr_desktop.ui.widgets.time_field import TimeField
from ehr_desktop.ui.widgets.toggle import Toggle

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIELD_WIDTH_PX: Final = 108
_DASH_WIDTH_PX: Final = 20
_USUAL: Final = (time(8), time(18))


@dataclass(frozen=True, slots=True)
class _Line:
    open: Toggle
    start: TimeField
    dash: Label
    end: TimeField
    closed: Label


class OpeningHoursEditor(QWidget):
    """A switch and two times a day; weekends start closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.ONE)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(0, 140)
        grid.setColumnMinimumWidth(1, _FIELD_WIDTH_PX)
        grid.setColumnMinimumWidth(3, _FIELD_WIDTH_PX)
        usual = OpeningHours()
        self.lines = tuple(self._line(grid, number, usual) for number in range(len(DAYS)))
        self._error = Caption("", self)
        self._error.setProperty("tone", "danger")
        self._error.hide()
        grid.addWidget(self._error, len(DAYS), 0, 1, 4)

    @property
    def error(self) -> str:
        """What is wrong with the times."""
        return self._error.text()

    def hours(self) -> OpeningHours:
        """Give the hours of the days that are open; call `check` first."""
        days = []
        for number, line in enumerate(self.lines):
            start, end = line.start.value, line.end.value
            if line.open.isChecked() and start is not None and end is not None:
                days.append((number, start, end))
        return OpeningHours(tuple(days))

    def check(self) -> bool:
        """Tell whether all times fit; mark those that do not and say why."""
        wrong = [self._check(line) for line in self.lines]
        sentence = "Closing comes after opening, each written as 09:30." if any(wrong) else ""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        return not sentence

    def _check(self, line: _Line) -> bool:
        start, end = line.start.value, line.end.value
        wrong = line.open.isChecked() and (start is None or end is None or start >= end)
        for field in (line.start, line.end):
            set_look(field, "invalid", "true" if wrong else "false")
        return wrong

    def _line(self, grid: QGridLayout, number: int, usual: OpeningHours) -> _Line:
        name, hours = DAYS[number], usual.on(number)
        start, end = hours or _USUAL
        line = _Line(
            Toggle(name, self),
            TimeField(self, value=start),
            Label("to", self, level=Level.MUTED),
            TimeField(self, value=end),
            Label("Closed", self, level=Level.FAINT),
        )
        line.open.setAccessibleName(f"{name}: open")
        line.start.setAccessibleName(f"{name}: opens at")
        line.end.setAccessibleName(f"{name}: closes at")
        for field in (line.start, line.end):
            field.setFixedWidth(_FIELD_WIDTH_PX)
        grid.setRowMinimumHeight(number, 36)
        grid.addWidget(line.open, number, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(line.start, number, 1)
        grid.addWidget(line.dash, number, 2)
        grid.addWidget(line.end, number, 3, Qt.AlignmentFlag.AlignRight)
        line.dash.setFixedWidth(_DASH_WIDTH_PX)
        line.dash.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(line.closed, number, 1)
        line.open.setProperty("day", number)
        line.open.toggled.connect(self._show_lines)
        line.open.setChecked(hours is not None)
        _show(line)
        return line

    def _show_lines(self) -> None:
        for line in getattr(self, "lines", ()):
            _show(line)


def _show(line: _Line) -> None:
    opened = line.open.isChecked()
    for piece in (line.start, line.dash, line.end):
        piece.setVisible(opened)
    line.closed.setVisible(not opened)
