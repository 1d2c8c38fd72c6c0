"""The clinic's name at the top of the rail."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.shell.gate import BrandMark
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import ElidedLabel
from ehr_desktop.ui.widgets.layouts import row

_MARK_PX: Final = 26
_NAME_FROM_PX: Final = 100


class RailHead(QWidget):
    """The mark and the name; only the mark while the rail is narrow."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bold = ui_font(weight=QFont.Weight.DemiBold)
        self._name = ElidedLabel(name, self, font=bold, mode=Qt.TextElideMode.ElideRight)
        line = row(BrandMark(self, size_px=_MARK_PX), self._name, spacing=Space.ONE)
        line.setContentsMargins(Space.HALF, 2, 0, Space.TWO)
        line.setStretch(1, 1)
        self.setLayout(line)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._name.setVisible(event.size().width() >= _NAME_FROM_PX)
        super().resizeEvent(event)
