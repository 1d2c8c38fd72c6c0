"""A dot and a word for a state that lasts, such as online."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.labels import ElidedLabel, Level
from ehr_desktop.ui.widgets.layouts import row


class StatusDot(QWidget):
    """A dot in `tone` with `text` beside it, which gives way at its end where room is short."""

    def __init__(self, text: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dot = _Dot(self)
        self._words = ElidedLabel("", self, level=Level.MUTED, mode=Qt.TextElideMode.ElideRight)
        self.setLayout(row(self._dot, self._words, spacing=Space.ONE))
        self.set_state(text, tone)

    def set_state(self, text: str, tone: Tone) -> None:
        """Show another state."""
        self._words.setText(text)
        self.setAccessibleName(text)
        self._dot.tone = tone
        self._dot.update()


class _Dot(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tone = Tone.NEUTRAL
        self.setFixedSize(QSize(8, 8))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(worn_tokens().tone(self.tone).foreground)
        painter.setPen(colour)
        # Calm states are hollow, so that colour is not all there is to tell them apart.
        painter.setBrush(QColor("transparent") if self.tone is Tone.NEUTRAL else colour)
        painter.drawEllipse(1, 1, 6, 6)
