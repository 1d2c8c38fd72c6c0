"""A small whole number, such as doses a day."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget
from typing_extensions import override


class NumberField(QSpinBox):
    """A whole number from `least` to `most` with its `unit`; Up and Down change it by one.

    The wheel scrolls the form, not the value. For measurements use a `TextField`: a decimal
    must keep the digits it was written with.
    """

    def __init__(
        self, least: int, most: int, parent: QWidget | None = None, *, unit: str = ""
    ) -> None:
        super().__init__(parent)
        self.setRange(least, most)
        self.setSuffix(f" {unit}" if unit else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A style sheet's padding does not reach the line edit inside (Qt 6.11).
        self.lineEdit().setTextMargins(9, 0, 0, 0)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
