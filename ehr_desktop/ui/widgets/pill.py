"""A short word on a coloured ground."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Scheme, Tone, TypeSize

PILL_HEIGHT_PX = 22
_SIDE_PX = 8


class Pill(QWidget):
    """A state, such as *arrived* or *final*, in a tone; the word says it, the tone repeats it."""

    def __init__(self, text: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(text, tone)

    @property
    def text(self) -> str:
        """The word that is shown."""
        return self._text

    def set_state(self, text: str, tone: Tone) -> None:
        """Show another word and tone."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(pill_width(self._text), PILL_HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        paint_pill(QPainter(self), QRectF(self.rect()), self._text, self._tone)


def pill_width(text: str) -> int:
    """Return the width in pixels a pill with `text` asks for."""
    return QFontMetrics(_pill_font()).horizontalAdvance(text) + 2 * _SIDE_PX + 2


def paint_pill(painter: QPainter, place: QRectF, text: str, tone: Tone) -> None:
    """Paint a pill that fills `place`; text that does not fit gives way at its end."""
    tokens = worn_tokens()
    pair = tokens.tone(tone)
    outlined = tokens.scheme is Scheme.HIGH_CONTRAST
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(pair.foreground)) if outlined else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(pair.background))
    ground = place.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2)
    painter.setPen(QColor(pair.foreground))
    painter.setFont(_pill_font())
    room = place.adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
    fitted = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, round(room.width()) + 2
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, fitted)
    painter.restore()


def _pill_font() -> QFont:
    return ui_font(TypeSize.CAPTION, QFont.Weight.Medium, tabular=True)
