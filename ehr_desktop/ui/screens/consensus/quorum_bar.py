"""How much of the vote is in, against how much is needed."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import TypeSize

_BAR_PX: Final = 12
_GAP_PX: Final = 3
_TICK_PX: Final = 5
_LABEL_PX: Final = 18


class QuorumBar(QWidget):
    """One piece for each validator, as wide as its weight, those that confirmed filled first; a
    mark stands where the quorum is reached.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weights: tuple[int, ...] = ()
        self._confirmed = self._quorum = 0
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_votes(self, weights: tuple[int, ...], confirmed: int, quorum: int, label: str) -> None:
        """Show the validators' `weights`, those that confirmed first; `label` names the mark."""
        now = (weights, confirmed, quorum, label)
        if now == (self._weights, self._confirmed, self._quorum, self._label):
            return
        self._weights, self._confirmed, self._quorum, self._label = now
        self.setAccessibleName(f"{confirmed} of {sum(weights)} confirmed, {label}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, _BAR_PX + 2 * _TICK_PX + _LABEL_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(self._weights)
        if not total:
            return
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() - 2.0
        enough = self._confirmed >= self._quorum
        filled = QColor(tokens.success.foreground if enough else tokens.accent)
        round_bar = QPainterPath()
        round_bar.addRoundedRect(QRectF(1, _TICK_PX, width, _BAR_PX), 6, 6)
        painter.setClipPath(round_bar)
        reached = 0
        for weight in self._weights:
            left, piece = 1 + width * reached / total, width * weight / total
            reached += weight
            gap = _GAP_PX if reached < total else 0
            box = QRectF(left, _TICK_PX, max(piece - gap, 1), _BAR_PX)
            painter.fillRect(box, filled if reached <= self._confirmed else QColor(tokens.raised))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(1, _TICK_PX, width, _BAR_PX), 6, 6)
        at = 1 + width * self._quorum / total - (_GAP_PX / 2 if self._quorum < total else 0)
        painter.setPen(QPen(QColor(tokens.text), 2))
        painter.drawLine(round(at), 0, round(at), _BAR_PX + 2 * _TICK_PX)
        painter.setPen(QColor(tokens.text_muted))
        painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
        wide = painter.fontMetrics().horizontalAdvance(self._label) + 4
        left = min(max(at - wide / 2, 0), self.width() - wide)
        label = QRectF(left, _BAR_PX + 2 * _TICK_PX, wide, _LABEL_PX)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self._label)
