"""A switch with words beside it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens

_TRACK = QSize(36, 20)
_GAP_PX = 10


class Toggle(QAbstractButton):
    """On or off, at once; use a check box where something else must be pressed to save."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_TRACK.width() + _GAP_PX + words + 8, 32)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _TRACK.height()) / 2
        track = QRectF(3, top, _TRACK.width(), _TRACK.height())
        on, enabled = self.isChecked(), self.isEnabled()
        fill = (tokens.accent if on else tokens.surface) if enabled else tokens.raised
        edge = (tokens.accent if on else tokens.border) if enabled else tokens.hairline
        knob = (tokens.on_accent if on else tokens.border) if enabled else tokens.text_disabled
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 12, 12)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(knob))
        centre = QPointF(track.right() - 10 if on else track.left() + 10, track.center().y())
        painter.drawEllipse(centre, 6, 6)
        painter.setPen(QColor(tokens.text if enabled else tokens.text_disabled))
        words = self.rect().adjusted(_TRACK.width() + _GAP_PX + 3, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
