"""Typing custodians' shares back in from paper."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.text_area import TextArea

_ROWS: Final = 3
_HELP: Final = "All 25 words, in order. Capital letters, numbers and line breaks do not matter."


class ShareEntry(QWidget):
    """So many fields as shares are needed; each custodian types in the own one."""

    def __init__(self, parent: QWidget | None = None, *, label: str = "Share") -> None:
        super().__init__(parent)
        self._label = label
        self.fields: list[Field[TextArea]] = []
        self._column = column(spacing=Space.TWO)
        self.setLayout(self._column)

    def ask_for(self, count: int) -> None:
        """Show `count` empty fields."""
        for field in self.fields:
            self._column.removeWidget(field)
            field.hide()
            field.deleteLater()
        self.fields = []
        for number in range(1, count + 1):
            field = Field(
                f"{self._label} {number} of {count}",
                TextArea(rows=_ROWS),
                self,
                required=True,
                help_text=_HELP if number == 1 else "",
            )
            self._column.addWidget(field)
            self.fields.append(field)

    @property
    def texts(self) -> list[str]:
        """What was typed, a share each."""
        return [field.input.toPlainText() for field in self.fields]

    def check(self) -> bool:
        """Tell whether something stands in every field; say beside those where nothing does."""
        for field in self.fields:
            empty = not field.input.toPlainText().strip()
            field.set_error("Type this share in." if empty else "")
        wrong = next((field for field in self.fields if field.error), None)
        if wrong is not None:
            wrong.input.setFocus()
        return wrong is None

    def clear(self) -> None:
        """Forget what was typed."""
        for field in self.fields:
            field.input.clear()
            field.clear_error()
