"""Finding the patient to book: typing, arrow keys, Enter."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientPage, PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.shell.suggestion_list import ROW_PX, SuggestionList
from ehr_desktop.ui.shell.suggestions import Suggestion, patient_suggestion
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.avatar import Avatar
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.search_field import SearchField

MOST: Final = 6
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PatientPicker(QWidget):
    """A search with its answers below; once somebody is chosen, only their name.

    `picked` carries the `PatientSummary`, or None when another patient is looked for.
    """

    picked = Signal(object)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.patient: PatientSummary | None = None
        self._asked = ""
        self._shown = ""
        self._enter_waits = False
        self.search = SearchField("Name, birth date, phone or record id")
        self.search.searched.connect(self._search)
        self.search.installEventFilter(self)
        self.field = Field("Patient", self.search, self, required=True)
        self.list = SuggestionList(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.clicked.connect(self._clicked)
        self.list.hide()
        self._nobody = Caption("Nobody found. Register the patient first (Ctrl+N).", self)
        self._nobody.hide()
        self._chosen = self._chosen_row()
        self._chosen.hide()
        whole = column(self.field, self._chosen, self.list, self._nobody, spacing=Space.ONE)
        self.setLayout(whole)
        self.setFocusProxy(self.search)

    def show_patient(self, patient: PatientSummary) -> None:
        """Take `patient`."""
        self.patient = patient
        self._avatar.set_name(patient.name)
        self._name.setText(patient.name)
        self._birth.setText(patient_suggestion(patient, _nothing).detail or "Birth date not known")
        self.field.clear_error()
        for piece in (self.field, self.list, self._nobody):
            piece.hide()
        self._chosen.show()
        self.picked.emit(patient)

    def fetch(self, patient: PatientId) -> None:
        """Ask for `patient` and take them."""
        context = self._context
        context.bridge.call(
            self,
            context.clinic.patients.get(context.actor, patient),
            done=self.show_patient,
            failed=self._failed,
        )

    def clear(self) -> None:
        """Look for somebody else."""
        self.patient = None
        self._chosen.hide()
        self.list.hide()
        self.field.show()
        self.search.clear()
        self._shown = self._asked = ""
        self.picked.emit(None)

    def change(self) -> None:
        """Look for somebody else, the cursor in the search."""
        self.clear()
        self.search.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS and self.list.isVisible():
                self.list.step(_STEPS[key])
                return True
            if key in _ENTER:
                self._enter()
                return True
        return super().eventFilter(watched, event)

    def _chosen_row(self) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("look", "well")
        self._avatar = Avatar("", frame)
        self._name = ElidedLabel("", frame, font=ui_font(weight=ui_font().Weight.DemiBold))
        self._birth = Caption("", frame)
        self.change_button = ghost_button("Change")
        self.change_button.setAccessibleName("Choose another patient")
        self.change_button.clicked.connect(self.change)
        words = column(self._name, self._birth, spacing=0)
        line = row(self._avatar, words, self.change_button, spacing=Space.ONE_AND_HALF)
        line.setContentsMargins(Space.ONE_AND_HALF, Space.ONE, Space.ONE, Space.ONE)
        line.setStretch(1, 1)
        frame.setLayout(line)
        return frame

    def _enter(self) -> None:
        wanted = self.search.text().strip()
        if wanted and wanted == self._shown and self.list.isVisible():
            self._run_current()
        elif wanted:
            self._enter_waits = True
            self._search(wanted)

    def _search(self, text: str) -> None:
        self._asked = text
        if not text:
            self.list.hide()
            self._nobody.hide()
            return
        context = self._context
        context.bridge.call(
            self,
            context.clinic.patients.search(context.actor, text, limit=MOST),
            done=lambda page: self._show(text, page),
            failed=self._failed,
        )

    def _show(self, text: str, page: PatientPage) -> None:
        if text != self._asked or self.patient is not None:
            return
        self._shown = text
        found = tuple(self._suggestion(match.patient) for match in page.matches)
        self.list.suggestions.offer(found)
        self.list.setFixedHeight(ROW_PX * len(found))
        self.list.setVisible(bool(found))
        self._nobody.setVisible(not found)
        if found:
            self.list.setCurrentIndex(self.list.suggestions.index(0))
        # Enter before the answer: taken only if it cannot mean somebody else.
        if self._enter_waits and len(found) == 1:
            self._run_current()
        self._enter_waits = False

    def _suggestion(self, patient: PatientSummary) -> Suggestion:
        return patient_suggestion(patient, lambda: self.show_patient(patient))

    def _clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._run_current()

    def _run_current(self) -> None:
        row_number = self.list.currentIndex().row()
        if row_number >= 0:
            self.list.suggestions.at(row_number).run()

    def _failed(self, error: BaseException) -> None:
        self._enter_waits = False
        self.field.set_error(explain(error))


def _nothing() -> None:
    """A suggestion that only lends its words."""
