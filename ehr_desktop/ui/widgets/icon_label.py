"""An icon that only shows; it follows the scheme by itself."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.icons import ICON_PX, icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tone


class IconLabel(QWidget):
    """The icon `name` in the colour of `tone`. Decoration: the words beside it say the same."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.NEUTRAL,
        size_px: int = ICON_PX,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._tone = tone
        self._size_px = size_px
        self.setFixedSize(size_px, size_px)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_icon(self, name: str, tone: Tone) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colour = worn_tokens().tone(self._tone).foreground
        painter = QPainter(self)
        place = QRect(0, 0, self._size_px, self._size_px)
        painter.drawPixmap(place, icon_pixmap(self._name, colour, self._size_px))
