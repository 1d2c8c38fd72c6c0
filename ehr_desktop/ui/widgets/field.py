"""A labelled input with its help and its error."""

from typing import Generic, TypeVar

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QSizePolicy, QWidget

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, Label
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.looks import set_look

FIELD_WIDTH_PX = 480
Input = TypeVar("Input", bound=QWidget)


class Field(QWidget, Generic[Input]):
    """A label above `input`, help or an error below it; at most 480 px wide.

    The label is the input's accessible name, the help or error its description.
    """

    def __init__(
        self,
        label: str,
        input_widget: Input,
        parent: QWidget | None = None,
        *,
        required: bool = False,
        help_text: str = "",
    ) -> None:
        super().__init__(parent)
        self.input = input_widget
        self._help = help_text
        self._error = ""
        words = Label(label, self, font=ui_font(weight=QFont.Weight.Medium))
        words.setBuddy(input_widget)
        mark = Label("required" if required else "", self, font=ui_font())
        mark.setProperty("level", "faint")
        mark.setVisible(required)
        input_widget.setAccessibleName(f"{label}, required" if required else label)
        self._mark = IconLabel("circle-alert", tone=Tone.DANGER, size_px=14)
        self._below = Caption(help_text, self)
        note_row = row(self._mark, self._below, spacing=6)
        note_row.setStretch(1, 1)
        self._note = boxed(note_row, self)
        self.setLayout(
            column(row(words, SPRING, mark), input_widget, self._note, spacing=Space.HALF + 2)
        )
        self.setMaximumWidth(FIELD_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._show_note()

    @property
    def error(self) -> str:
        """What is wrong with the input; empty if nothing is."""
        return self._error

    def set_error(self, text: str) -> None:
        """Say beside the field what is wrong and how to mend it; empty text clears it."""
        self._error = text
        self._show_note()

    def clear_error(self) -> None:
        """Show the help again."""
        self.set_error("")

    def _show_note(self) -> None:
        text = self._error or self._help
        self._below.setText(text)
        set_look(self._below, "tone", "danger" if self._error else "")
        self._mark.setVisible(bool(self._error))
        self._note.setVisible(bool(text))
        set_look(self.input, "invalid", "true" if self._error else "false")
        self.input.setAccessibleDescription(text)
