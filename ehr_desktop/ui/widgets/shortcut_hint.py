"""Keys drawn as keys."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, TypeSize

_HEIGHT_PX = 20
_GAP_PX = 4


class ShortcutHint(QWidget):
    """One key cap per key of `keys`, such as `Ctrl+K`."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self._caps = shown.split("+")
        self.setAccessibleName(shown)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        widths = [_cap_width(cap) for cap in self._caps]
        return QSize(sum(widths) + _GAP_PX * (len(widths) - 1), _HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(_cap_font())
        left = 0
        for cap in self._caps:
            width = _cap_width(cap)
            place = QRectF(left + 0.5, 0.5, width - 1, _HEIGHT_PX - 1)
            painter.setPen(QColor(tokens.edge))
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(place, Radius.SMALL, Radius.SMALL)
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, cap)
            left += width + _GAP_PX


def _cap_font() -> QFont:
    return ui_font(TypeSize.CAPTION, QFont.Weight.Medium)


def _cap_width(cap: str) -> int:
    return max(_HEIGHT_PX, QFontMetrics(_cap_font()).horizontalAdvance(cap) + 12)
