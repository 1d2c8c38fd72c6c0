"""The page before the work: one calm card in the middle of the window."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Scheme, Space
from ehr_desktop.ui.widgets.layouts import SPRING, column, row

CARD_WIDTH_PX: Final = 440
MARK_PX: Final = 44
_GLOW_HEIGHT_PX: Final = 320


class BrandMark(QWidget):
    """The program's mark: a pulse on a rounded square in the accent colour."""

    def __init__(self, parent: QWidget | None = None, *, size_px: int = MARK_PX) -> None:
        super().__init__(parent)
        self._size_px = size_px
        self.setFixedSize(size_px, size_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, size = worn_tokens(), self._size_px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.26, size * 0.26)
        inner = size * 6 // 10
        place = QPointF((size - inner) / 2, (size - inner) / 2)
        painter.drawPixmap(place, icon_pixmap("activity", tokens.on_accent, inner))


class Backdrop(QWidget):
    """The canvas with a soft light at the top; plain in high contrast."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.canvas))
        if tokens.scheme is not Scheme.HIGH_CONTRAST:
            glow = QLinearGradient(0, 0, 0, _GLOW_HEIGHT_PX)
            glow.setColorAt(0, QColor(tokens.accent_soft))
            glow.setColorAt(1, QColor(tokens.canvas))
            painter.fillRect(0, 0, self.width(), _GLOW_HEIGHT_PX, glow)


class Gate(QScrollArea):
    """A card in the middle of the backdrop; scrolls when the window is too small for it.

    Put the content into `body`; `below` takes what stands under the card.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = QFrame(self)
        card.setProperty("look", "card")
        card.setFixedWidth(CARD_WIDTH_PX)
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.body: QVBoxLayout = column(spacing=Space.TWO)
        self.body.setContentsMargins(Space.FOUR, Space.FOUR, Space.FOUR, Space.FOUR)
        card.setLayout(self.body)
        self.below: QVBoxLayout = column(spacing=Space.ONE)
        page = Backdrop(self)
        middle = column(SPRING, card, self.below, SPRING, spacing=Space.TWO)
        page.setLayout(row(SPRING, middle, SPRING, margin=Space.THREE))
        self.setWidget(page)
