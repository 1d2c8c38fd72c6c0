"""A time of day one types."""

from datetime import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.dates import shown_time, typed_time
from ehr_desktop.ui.widgets.text_field import TextField


class TimeField(TextField):
    """Takes `9:05`, `0905`, `9` or `2:30 pm` and shows `09:05`.

    `time_changed` carries a `time`, or None once the field is empty or not a time.
    """

    time_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, value: time | None = None) -> None:
        super().__init__(parent, placeholder="09:30")
        self.add_icon("clock")
        self._last: time | None = None
        self.set_value(value)
        self.textChanged.connect(self._announce)
        self.editingFinished.connect(self._tidy)

    @property
    def value(self) -> time | None:
        """The time that stands in the field, or None."""
        return typed_time(self.text())

    @property
    def problem(self) -> str:
        """What is wrong with what was typed, as a sentence; empty if nothing is."""
        if not self.text().strip() or self.value is not None:
            return ""
        return "Write the time as 09:30."

    def set_value(self, value: time | None) -> None:
        """Show `value`; None empties the field."""
        self.setText(shown_time(value) if value is not None else "")

    def _tidy(self) -> None:
        if self.value is not None:
            self.set_value(self.value)

    def _announce(self) -> None:
        if self.value != self._last:
            self._last = self.value
            self.time_changed.emit(self.value)
