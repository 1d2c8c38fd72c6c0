"""What the program is, beside the first form."""

from typing import Final

from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.shell.gate import BrandMark
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Scheme, Space, TypeSize
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, row
from ehr_desktop.ui.widgets.point import Point

_PROMISES: Final = (
    ("hard-drive", "On your own computers", "Works without the internet and without a server."),
    ("key-round", "Keys, not settings", "Who may read a record is decided by encryption."),
    ("blocks", "Every change is signed", "Nothing can be altered later without being found."),
    ("file-text", "Your data stays yours", "Records are HL7 FHIR and leave as they came."),
)
_WIDTH_PX: Final = 340


class Welcome(QWidget):
    """A panel in a soft accent with four promises."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(_WIDTH_PX + 2 * Space.FOUR)
        title = Heading("EHR Desktop", self, size=TypeSize.DISPLAY)
        remark = Body("Your clinic's records, on your own computers.", self, level=Level.MUTED)
        pieces: list[Piece] = [BrandMark(self), column(title, remark, spacing=Space.HALF)]
        pieces.extend(Point(*promise, self) for promise in _PROMISES)
        inner = QWidget(self)
        inner.setFixedWidth(_WIDTH_PX)
        inner.setLayout(column(*pieces, spacing=Space.THREE))
        self.setLayout(row(SPRING, column(SPRING, inner, SPRING), SPRING, margin=Space.FOUR))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        if tokens.scheme is Scheme.HIGH_CONTRAST:
            painter.fillRect(self.rect(), QColor(tokens.canvas))
        else:
            shade = QLinearGradient(0, 0, self.width(), self.height())
            shade.setColorAt(0, QColor(tokens.accent_soft))
            shade.setColorAt(1, QColor(tokens.raised))
            painter.fillRect(self.rect(), shade)
        painter.setPen(QColor(tokens.edge))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
