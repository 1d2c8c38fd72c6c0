"""A text that is always shown whole, however long a word in it is."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tone

_LEAST_WIDTH_PX = 200


class WholeLabel(QWidget):
    """Plain text that breaks between words, and inside one that is longer than a line.

    Never elided, never markup; grows downwards.
    """

    def __init__(self, font: QFont, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._tone = Tone.NEUTRAL
        self.setFont(font)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    def set_text(self, text: str, tone: Tone = Tone.NEUTRAL) -> None:
        """Show `text`, line breaks as spaces."""
        self._text, self._tone = " ".join(text.split()), tone
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return round(self._laid_out(width)[1] + 0.5)

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._text) + 2
        return QSize(width, self.fontMetrics().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH_PX, self.heightForWidth(max(self.width(), _LEAST_WIDTH_PX)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        plain = self._tone is Tone.NEUTRAL
        painter = QPainter(self)
        painter.setPen(QColor(tokens.text if plain else tokens.tone(self._tone).foreground))
        self._laid_out(self.width())[0].draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, float]:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        # A name in a right-to-left script still starts where the banner starts.
        option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        layout = QTextLayout(self._text, self.font())
        layout.setTextOption(option)
        layout.beginLayout()
        down = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, down))
            down += line.height()
        layout.endLayout()
        return layout, max(down, float(self.fontMetrics().height()))
