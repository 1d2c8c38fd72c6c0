"""Several lines of plain text."""

from PySide6.QtWidgets import QPlainTextEdit, QWidget

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
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * rows + 24)
