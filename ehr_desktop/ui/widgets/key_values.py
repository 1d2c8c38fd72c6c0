"""Names and values in two columns."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import Label, Level

_NAME_WIDTH_PX = 120


class KeyValueList(QWidget):
    """Muted names on the left, values on the right; an empty value reads *Not recorded*."""

    def __init__(
        self, pairs: Sequence[tuple[str, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.TWO)
        self._grid.setVerticalSpacing(Space.ONE)
        self._grid.setColumnMinimumWidth(0, _NAME_WIDTH_PX)
        self._grid.setColumnStretch(1, 1)
        self.set_pairs(pairs)

    def set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show `pairs` instead of what stood here."""
        while held := self._grid.takeAt(0):
            if widget := held.widget():
                widget.hide()
                widget.deleteLater()
        for line, (name, value) in enumerate(pairs):
            left = Label(name, self, level=Level.MUTED)
            level = Level.PLAIN if value else Level.FAINT
            right = Label(
                value or "Not recorded", self, font=ui_font(tabular=True), level=level, wrap=True
            )
            right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(left, line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(right, line, 1, Qt.AlignmentFlag.AlignTop)
