"""The workstations that would let this one in, and a place to type where one is."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QProgressBar, QRadioButton, QWidget

from ehr_desktop.domain.network import FoundDoor
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.text_field import TextField

_LOOKING = "Looking for workstations on the network…"
_FOUND = "Found on the network. More appear by themselves."


class DoorList(QWidget):
    """Emits `changed` when something else is chosen or typed. The first workstation that is found
    is chosen, unless the person has chosen already; what is chosen stays chosen while it is there.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doors: tuple[FoundDoor, ...] = ()
        self._choices: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._toggled)
        self.looking = Caption(_LOOKING, self)
        bar = QProgressBar(self)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Looking for workstations")
        self.typed = QRadioButton("Type its address", self)
        self.typed.setFont(ui_font())
        self._group.addButton(self.typed)
        self.address = Field(
            "Address",
            TextField(placeholder="192.168.1.20"),
            self,
            help_text="The other workstation shows it under “Add a workstation”.",
        )
        self.address.input.textChanged.connect(self.address.clear_error)
        self.address.input.textChanged.connect(self.changed)
        self.address.hide()
        self._list = column(spacing=Space.HALF)
        self.setLayout(
            column(
                column(self.looking, bar, spacing=Space.ONE),
                boxed(self._list, self),
                self.typed,
                self.address,
                spacing=Space.ONE,
            )
        )

    @property
    def chosen(self) -> tuple[str, ...]:
        """The addresses of what is chosen, to be tried in turn; none if nothing is."""
        if self.typed.isChecked():
            text = self.address.input.text().strip()
            return (text,) if text else ()
        choice = self._group.checkedButton()
        chosen = (door for door in self._doors if self._choices.get(door.name) is choice)
        return next((door.addresses for door in chosen), ()) if choice is not None else ()

    def show_doors(self, doors: Sequence[FoundDoor]) -> None:
        """Show what is there now."""
        names = {door.name for door in doors}
        for name in [name for name in self._choices if name not in names]:
            self._drop(self._choices.pop(name))
        for door in doors:
            if door.name not in self._choices:
                self._choices[door.name] = self._choice()
            self._choices[door.name].setText(f"Workstation at {door.addresses[0]}")
        self._doors = tuple(doors)
        self.looking.setText(_FOUND if doors else _LOOKING)
        if doors and self._group.checkedButton() is None:
            self._choices[doors[0].name].setChecked(True)
        self.changed.emit()

    def first_choice(self) -> QWidget:
        """Give what takes the focus."""
        return self._group.checkedButton() or self.typed

    def _choice(self) -> QRadioButton:
        choice = QRadioButton(self)
        choice.setFont(ui_font(tabular=True))
        self._group.addButton(choice)
        self._list.addWidget(choice)
        choice.show()
        return choice

    def _drop(self, choice: QRadioButton) -> None:
        self._group.setExclusive(False)
        choice.setChecked(False)
        self._group.setExclusive(True)
        self._group.removeButton(choice)
        self._list.removeWidget(choice)
        choice.hide()
        choice.deleteLater()

    def _toggled(self) -> None:
        self.address.setVisible(self.typed.isChecked())
        if self.typed.isChecked() and self.typed.hasFocus():
            self.address.input.setFocus()
        self.changed.emit()
