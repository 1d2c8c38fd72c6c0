"""Grey bars where text is about to be."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens

_LINE_PX = 36
_WIDTHS = (0.62, 0.81, 0.47, 0.72, 0.55)


class Skeleton(QWidget):
    """`rows` bars of uneven length, standing still: a pulse would draw the eye to waiting."""

    def __init__(self, rows: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName("Loading")

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self._rows * _LINE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(worn_tokens().raised))
        for line in range(min(self._rows, self.height() // _LINE_PX)):
            width = (self.width() - 24) * _WIDTHS[line % len(_WIDTHS)]
            painter.drawRoundedRect(QRectF(12, line * _LINE_PX + 12, width, 12), 6, 6)
