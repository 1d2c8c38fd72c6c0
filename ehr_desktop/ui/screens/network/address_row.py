"""A way to a workstation that is not found by itself."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.text_field import TextField

LONGEST: Final = 260
_LABEL_PX: Final = 22


class AddressRow(Card):
    """`given` carries an address as it was typed; Enter in the field gives it too."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, margin=Space.TWO)
        self.field = Field(
            "Not found? Type the address shown on the other workstation",
            TextField(placeholder="192.168.1.24 or reception-pc:47411"),
            self,
        )
        self.field.input.setMaxLength(LONGEST)
        self.button = secondary_button("Look there", icon_name="search")
        self.button.clicked.connect(self._give)
        self.field.input.returnPressed.connect(self._give)
        self.field.input.textChanged.connect(self.field.clear_error)
        beside = column(self.button, SPRING, spacing=0)
        # level with the input, under the label
        beside.setContentsMargins(0, _LABEL_PX, 0, 0)
        line = row(self.field, beside, SPRING, spacing=Space.ONE)
        line.setStretch(0, 1)
        self.add(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def clear(self) -> None:
        """Empty the field, once the address was taken."""
        self.field.input.clear()

    def refuse(self, sentence: str) -> None:
        """Say beside the field what is wrong with the address."""
        self.field.set_error(sentence)
        self.field.input.setFocus()

    def _give(self) -> None:
        typed = self.field.input.text().strip()
        if typed:
            self.given.emit(typed)
        else:
            self.refuse("Type the address first. It is shown on the other workstation, here.")
