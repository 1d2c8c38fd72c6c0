"""The patients one worked with last, one click away while nothing is searched for."""

from datetime import UTC

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.models.chart_times import shown_when
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_SHOWN = 4
_NAME_LETTERS = 22


class RecentRow(QWidget):
    """Up to four buttons; `chosen` carries the `PatientSummary` of the one pressed."""

    chosen = Signal(object)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._buttons = row(spacing=Space.ONE)
        self._made: list[PatientButton] = []
        self._people: list[PatientSummary] = []
        self.setLayout(column(Caption("Last worked with", self), self._buttons, spacing=Space.ONE))
        self._buttons.addStretch(1)
        self.hide()

    def refresh(self) -> None:
        """Ask who it was."""
        self._context.bridge.call(
            self,
            self._context.clinic.patients.recent(self._context.actor, _SHOWN),
            done=self._show,
            failed=lambda _: self.hide(),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nobody was worked with yet."""
        return not self._people

    def _show(self, people: tuple[PatientSummary, ...]) -> None:
        for old in self._made:
            self._buttons.removeWidget(old)
            old.deleteLater()
        self._people = list(people)
        self._made = [self._button(patient) for patient in people]
        for at, button in enumerate(self._made):
            self._buttons.insertWidget(at, button)
        self.setVisible(bool(people))

    def _button(self, patient: PatientSummary) -> "PatientButton":
        button = PatientButton(patient, self)
        button.picked.connect(self.chosen)
        return button


class PatientButton(Button):
    """Name and birth date of a patient; `picked` carries the patient."""

    picked = Signal(object)

    def __init__(self, patient: PatientSummary, parent: QWidget | None = None) -> None:
        born = shown_when(patient.demographics.birth_date, UTC)
        name = isolated(_short(patient.name))
        text = f"{name}  ·  {born}" if born else name
        # An ampersand in a button's text would mark a shortcut letter.
        super().__init__(text.replace("&", "&&"), parent)
        self._patient = patient
        self.setAccessibleName(f"{patient.name}, born {born}" if born else patient.name)
        set_plain_tooltip(self, patient.name)
        self.clicked.connect(self._pick)

    def _pick(self) -> None:
        self.picked.emit(self._patient)


def _short(name: str) -> str:
    if len(name) <= _NAME_LETTERS:
        return name
    return f"{name[: _NAME_LETTERS - 8]}…{name[-7:]}"
