"""A person's initials in a circle."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import TypeSize


class Avatar(QWidget):
    """The initials of `name`; decoration beside the name itself, `size_px` wide and high."""

    def __init__(self, name: str, parent: QWidget | None = None, *, size_px: int = 32) -> None:
        super().__init__(parent)
        self._size_px = size_px
        self.setFixedSize(size_px, size_px)
        self.set_name(name)

    def set_name(self, name: str) -> None:
        """Show the initials of another name."""
        self._initials = initials(name)
        self.setAccessibleName(name)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.edge))
        painter.setBrush(QColor(tokens.accent_soft))
        circle = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawEllipse(circle)
        painter.setPen(QColor(tokens.on_accent_soft))
        size = TypeSize.CAPTION if self._size_px < 40 else TypeSize.MEDIUM
        painter.setFont(ui_font(size, QFont.Weight.DemiBold))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, self._initials)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, at most two."""
    words = [word for word in name.replace(",", " ").split() if word[0].isalnum()]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()
