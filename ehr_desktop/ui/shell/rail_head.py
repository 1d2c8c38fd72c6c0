"""The clinic's name at the top of the rail."""

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.shell.gate import BrandMark
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import Label
from ehr_desktop.ui.widgets.layouts import row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_MARK_PX: Final = 26
_NAME_FROM_PX: Final = 100
_LINES: Final = 2


class ClinicName(Label):
    """A name on one line, on two where it is long; what is longer still is in the tooltip."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, font=ui_font(weight=QFont.Weight.DemiBold))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_NAME_FROM_PX, _LINES * self.fontMetrics().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        room, metrics = self.contentsRect(), self.fontMetrics()
        lines = two_lines(self.text(), metrics, room.width())
        whole = " ".join(lines) == " ".join(self.text().split())
        set_plain_tooltip(self, "" if whole else self.text())
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        top = room.center().y() + 1 - len(lines) * metrics.height() // 2
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        for number, line in enumerate(lines):
            height = metrics.height()
            painter.drawText(
                QRect(room.left(), top + number * height, room.width(), height), int(flags), line
            )


class RailHead(QWidget):
    """The mark and the name; only the mark while the rail is narrow."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ClinicName(name, self)
        line = row(BrandMark(self, size_px=_MARK_PX), self._name, spacing=Space.ONE)
        line.setContentsMargins(Space.HALF, 0, 0, Space.ONE_AND_HALF)
        line.setStretch(1, 1)
        self.setLayout(line)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._name.setVisible(event.size().width() >= _NAME_FROM_PX)
        super().resizeEvent(event)


def two_lines(text: str, metrics: QFontMetrics, width_px: int) -> tuple[str, ...]:
    """Break `text` between words into at most two lines; the last one is cut where it must be."""
    words = text.split()
    first = words[:1]
    while len(first) < len(words):
        longer = " ".join(words[: len(first) + 1])
        if metrics.horizontalAdvance(longer) > width_px:
            break
        first = words[: len(first) + 1]
    rest = " ".join(words[len(first) :])
    cut = Qt.TextElideMode.ElideRight
    lines = (" ".join(first), rest) if rest else (" ".join(first),)
    return tuple(metrics.elidedText(line, cut, width_px) for line in lines)
