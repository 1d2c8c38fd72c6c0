"""The names that signed in here before, one click away."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, ButtonLook

CHIPS_A_ROW = 2


class NameChips(QWidget):
    """Buttons for account names, two in a row; hidden while there are none."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.ONE)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.buttonClicked.connect(self._pressed)
        self.hide()

    @property
    def names(self) -> tuple[str, ...]:
        """The names on offer."""
        return tuple(str(button.property("account")) for button in self._group.buttons())

    def offer(self, names: tuple[str, ...]) -> None:
        """Show a chip for each of `names`."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        for place, name in enumerate(names):
            chip = Button("", self, look=ButtonLook.SECONDARY, icon_name="user")
            # An ampersand in a name is not a shortcut.
            chip.setText(name.replace("&", "&&"))
            chip.setProperty("account", name)
            chip.setAccessibleName(f"Sign in as {name}")
            self._group.addButton(chip)
            self._grid.addWidget(chip, place // CHIPS_A_ROW, place % CHIPS_A_ROW)
        self.setVisible(bool(names))

    def mark(self, name: str) -> None:
        """Show which name is chosen."""
        for button in self._group.buttons():
            button.setDown(button.property("account") == name)

    def _pressed(self, button: Button) -> None:
        self.picked.emit(str(button.property("account")))
