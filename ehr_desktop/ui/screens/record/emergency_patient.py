"""For whom emergency access is wanted, when it is asked for from anywhere."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.screens.appointments.patient_picker import PatientPicker
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.sheet import Sheet


class EmergencyPatientSheet(Sheet):
    """`chosen` carries the patient's id; the window of that record asks for the rest."""

    chosen = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host, "Emergency access", width_px=528)
        self.picker = PatientPicker(context, self)
        self.picker.picked.connect(self._picked)
        self.add(Body("For whom?", self, level=Level.MUTED), self.picker)
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.cancel)
        self.cancel.clicked.connect(self.leave)

    @override
    def open_over(self) -> None:
        super().open_over()
        self.picker.search.setFocus()

    def _picked(self, patient: PatientSummary | None) -> None:
        if patient is not None:
            self.leave()
            self.chosen.emit(patient.id)
