"""A password, hidden until one asks to see it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from ehr_desktop.ui.widgets.text_field import TextField


class PasswordField(TextField):
    """Hidden text; the eye or `Alt+V` shows it, leaving the field does not."""

    def __init__(self, parent: QWidget | None = None, *, placeholder: str = "") -> None:
        super().__init__(parent, placeholder=placeholder)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self.add_icon("eye", tip="Show or hide (Alt+V)", pressed=self.toggle_shown)
        shortcut = QShortcut(QKeySequence("Alt+V"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.toggle_shown)

    def toggle_shown(self) -> None:
        """Show what is hidden or hide what is shown."""
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        mode = QLineEdit.EchoMode
        self.setEchoMode(mode.Normal if hidden else mode.Password)
        self.set_icon(self._eye, "eye-off" if hidden else "eye")
