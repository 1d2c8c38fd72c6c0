"""How many digits of a PIN were entered, and nothing of which."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import PIN_DIGITS
from ehr_desktop.ui.theme.palette import worn_tokens


class PinDots(QWidget):
    """As many filled dots as digits were entered, `step_px` apart; a PIN longer than usual gets
    further places. `words` are read out.
    """

    def __init__(self, step_px: int, radius_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step_px, self._radius_px = step_px, radius_px
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.filled = 0

    def show_count(self, filled: int, words: str) -> None:
        """Fill so many."""
        self.filled = filled
        self.setAccessibleName(words)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._places * self._step_px, self._step_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = (self.width() - (self._places - 1) * self._step_px) / 2
        for place in range(self._places):
            filled = place < self.filled
            painter.setPen(QPen(QColor(tokens.text if filled else tokens.border), 2))
            painter.setBrush(QColor(tokens.text) if filled else Qt.BrushStyle.NoBrush)
            middle = QPointF(left + place * self._step_px, self.height() / 2)
            painter.drawEllipse(middle, self._radius_px, self._radius_px)

    @property
    def _places(self) -> int:
        return max(PIN_DIGITS, self.filled)
