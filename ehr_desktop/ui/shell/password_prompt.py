"""A password, a button, and what goes with them: refusal, caps lock, waiting."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.password_field import PasswordField

CAPS_HINT: Final = "Caps lock seems to be on."


def caps_lock_shows(event: QKeyEvent) -> bool | None:
    """Tell whether a typed letter gives caps lock away; None when the key says nothing.

    Qt has no question for caps lock; a letter whose case disagrees with Shift answers it.
    """
    text = event.text()
    if len(text) != 1 or text.lower() == text.upper():
        return None
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return text.isupper() is not shifted


class PasswordPrompt(QWidget):
    """Emits `submitted` with the password. While `wait` holds nothing can be typed."""

    submitted = Signal(str)

    def __init__(self, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = Field("Password", PasswordField(), self)
        self.input = self._field.input
        self.input.returnPressed.connect(self._submit)
        self.input.installEventFilter(self)
        self.button = primary_button(action)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(self._submit)
        self._progress = QProgressBar(self)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Opening your keys")
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._progress.hide()
        foot = column(self.button, self._progress, spacing=Space.ONE)
        self.setLayout(column(self._field, foot, spacing=Space.TWO))

    @property
    def error(self) -> str:
        """What stands beside the field."""
        return self._field.error

    def begin(self) -> None:
        """Empty the field and put the cursor into it."""
        self.settle()
        self.input.clear()
        self._field.clear_error()
        self.input.setFocus()

    def wait(self) -> None:
        """Show that the keys are being opened."""
        self._field.clear_error()
        self.input.setEnabled(False)
        self.button.setEnabled(False)
        self._progress.show()

    def settle(self) -> None:
        """Take input again."""
        self.input.setEnabled(True)
        self.button.setEnabled(True)
        self._progress.hide()

    def refuse(self, sentence: str) -> None:
        """Say no, and let the person type again."""
        self.settle()
        self.input.clear()
        self._field.set_error(sentence)
        self.input.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.input and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._notice_caps_lock(event)
        elif event.type() == QEvent.Type.FocusOut and self._field.error == CAPS_HINT:
            self._field.clear_error()
        return super().eventFilter(watched, event)

    def _notice_caps_lock(self, event: QKeyEvent) -> None:
        on = caps_lock_shows(event)
        if on:
            self._field.set_error(CAPS_HINT)
        elif on is False:
            self._field.clear_error()

    def _submit(self) -> None:
        password = self.input.text()
        if not password:
            self.refuse("Type your password.")
            return
        self.submitted.emit(password)
