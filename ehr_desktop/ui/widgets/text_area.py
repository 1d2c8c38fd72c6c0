"""Several lines of plain text."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font


class TextArea(QPlainTextEdit):
    """Plain text, `rows` lines high; Tab moves on, pasted markup loses its markup."""

    def __init__(
        self, parent: QWidget | None = None, *, placeholder: str = "", rows: int = 4
    ) -> None:
        super().__init__(parent)
        self.setFont(ui_font())
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self._rows = rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self.fontMetrics().lineSpacing() * self._rows + 24)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() * min(self._rows, 2) + 24)
