"""Two to five choices side by side, one of them taken."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QWidget

from ehr_desktop.ui.widgets.buttons import Button, ButtonLook
from ehr_desktop.ui.widgets.layouts import row


class Segmented(QFrame):
    """A row of (key, words) choices; `chosen` carries the key. Arrow keys move the choice."""

    chosen = Signal(str)

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "well")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, Button] = {}
        for key, words in choices:
            button = Button(words, self, look=ButtonLook.SEGMENT)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {words}")
            self._group.addButton(button)
            self._buttons[key] = button
        self.setLayout(row(*self._buttons.values(), spacing=2, margin=4))
        next(iter(self._buttons.values())).setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    @property
    def key(self) -> str:
        """The key of the choice taken."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Take the choice `key`."""
        self._buttons[key].setChecked(True)

    def _toggled(self, _button: Button, checked: bool) -> None:  # noqa: FBT001  Qt's signal
        if checked:
            self.chosen.emit(self.key)
