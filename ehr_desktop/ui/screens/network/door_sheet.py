"""Letting a new workstation in."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.sheet import Sheet


class DoorSheet(Sheet):
    """Says how a workstation is added."""

    def __init__(self, context: ScreenContext, parent: QWidget) -> None:
        super().__init__(parent, "Add a workstation")
        self._context = context
        self.add(Body("Start the program on the new computer and choose Join a clinic.", self))
        close = primary_button("Close")
        close.clicked.connect(self.leave)
        self.set_buttons(close)
        self.closed.connect(self.deleteLater)

    def open(self) -> None:
        """Show it."""
        self.open_over()
