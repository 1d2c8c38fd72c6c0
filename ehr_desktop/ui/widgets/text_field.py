"""One line of text, with icons inside it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.icons import icon


class TextField(QLineEdit):
    """A line edit whose icons follow the scheme."""

    def __init__(self, parent: QWidget | None = None, *, placeholder: str = "") -> None:
        self._icons: dict[QAction, str] = {}
        super().__init__(parent)
        self.setPlaceholderText(placeholder)

    def add_icon(
        self,
        name: str,
        *,
        leading: bool = False,
        tip: str = "",
        pressed: Callable[[], None] | None = None,
    ) -> QAction:
        """Put the icon `name` inside the field; with `pressed` it can be clicked."""
        position = QLineEdit.ActionPosition
        where = position.LeadingPosition if leading else position.TrailingPosition
        action = self.addAction(icon(name, size_px=16), where)
        action.setToolTip(tip)
        if leading:
            self.setProperty("leading", "true")
        self._icons[action] = name
        if pressed:
            action.triggered.connect(pressed)
        return action

    def set_icon(self, action: QAction, name: str) -> None:
        """Show another icon in the place of `action`."""
        self._icons[action] = name
        action.setIcon(icon(name, size_px=16))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for action, name in self._icons.items():
                action.setIcon(icon(name, size_px=16))
