"""A QR code, on screen and on paper: dark on white whatever the theme, as readers expect it.

Source: ISO/IEC 18004, 9.1 (a quiet zone of four modules).
"""

from typing import Final

import segno
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

Modules = tuple[tuple[bool, ...], ...]
"""Rows of modules, dark ones true, without the quiet zone."""

QUIET_MODULES: Final = 4
_DARK: Final = QColor(0, 0, 0)
_LIGHT: Final = QColor(255, 255, 255)
_MODULE_PX: Final = 4


def modules_of(text: str) -> Modules:
    """Give the QR code of a text. Capital letters, digits and hyphens alone make a smaller one. A
    quarter of it may be soiled.
    """
    code = segno.make_qr(text, error="q")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def paint_modules(painter: QPainter, place: QRectF, modules: Modules) -> None:
    """Paint a code into the largest square in the middle of `place`, on white, its quiet zone
    around it. Modules are whole device pixels where there are enough of them.
    """
    across = len(modules) + 2 * QUIET_MODULES
    side = min(place.width(), place.height()) / across
    ratio = painter.device().devicePixelRatioF()
    if side * ratio >= 1:
        side = int(side * ratio) / ratio
    whole = QRectF(0, 0, side * across, side * across)
    whole.moveCenter(place.center())
    left, top = round(whole.left() * ratio) / ratio, round(whole.top() * ratio) / ratio
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(left, top, whole.width(), whole.height()), _LIGHT)
    for down, row in enumerate(modules, QUIET_MODULES):
        for right, dark in enumerate(row, QUIET_MODULES):
            if dark:
                painter.fillRect(QRectF(left + right * side, top + down * side, side, side), _DARK)
    painter.restore()


class QrCode(QWidget):
    """Shows a text as a QR code; `words` say to whom cannot see it what it is."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modules: Modules = ()
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.MinimumExpanding)

    def show_text(self, text: str) -> None:
        """Show another text; an empty one shows nothing, and nothing of the last stays."""
        self._modules = modules_of(text) if text else ()
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        side = _MODULE_PX * (len(self._modules) + 2 * QUIET_MODULES)
        return QSize(side, side)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def heightForWidth(self, width: int) -> int:
        return width

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._modules:
            paint_modules(QPainter(self), QRectF(self.rect()), self._modules)
