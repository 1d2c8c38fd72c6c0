"""A hash or an id with its name, and a button that copies it."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.fonts import mono_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import icon_button
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel
from ehr_desktop.ui.widgets.layouts import column, row


class HashRow(QWidget):
    """`name` over `value`, which gives way in the middle. `copied` is told what was copied."""

    def __init__(
        self, name: str, value: str, copied: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._value = value
        self._copied = copied
        self.value = ElidedLabel(value, self, font=mono_font())
        self.copy_button = icon_button("copy", f"Copy {name.lower()}")
        self.copy_button.clicked.connect(self._copy)
        words = column(Caption(name, self), self.value, spacing=2)
        line = row(words, self.copy_button, spacing=Space.ONE)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)
        self._copied(self._name)
