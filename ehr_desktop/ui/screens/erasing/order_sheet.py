"""Ordering an erasure: on what ground, and the day before which the law still holds the record."""

from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.consent_words import ERASURE_BASES
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import danger_button, secondary_button
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.sheet import Sheet

MEANS: Final = (
    "The record is locked at once: nobody reads it, not even in an emergency. The order can be "
    "taken back, and whoever could read before can read again. On the day below or later a doctor "
    "confirms, and then every workstation destroys the keys and every copy. That cannot be undone, "
    "also not from a backup."
)
NO_DAY: Final = "Until which day does the law hold this record?"
PAST: Final = "That day is over. Take today or a later one."


class OrderErasureSheet(Sheet):
    """`ordered` carries the `Erasure`."""

    ordered = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget, patient: PatientSummary) -> None:
        super().__init__(host, "Erase this record", width_px=528)
        self._context, self._patient = context, patient
        self.basis = ComboField(list(ERASURE_BASES.items()))
        self.day = DateField()
        self._day_field = Field(
            "Not before",
            self.day,
            self,
            help_text="The first day on which the law no longer has it kept.",
        )
        self._failure = Failure(self)
        self.add(
            Body(isolated(patient.name), self, strong=True),
            Body(MEANS, self),
            Field("Ground", self.basis, self),
            self._day_field,
            self._failure,
        )
        self.order = danger_button("Lock and order the erasure")
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.order, self.cancel)
        self.order.clicked.connect(self._order)
        self.cancel.clicked.connect(self.leave)

    @property
    def error(self) -> str:
        """What is wrong with the day."""
        return self._day_field.error

    @override
    def open_over(self) -> None:
        super().open_over()
        self.cancel.setFocus()

    def _order(self) -> None:
        day = self.day.value
        self._day_field.set_error(self._problem(day))
        if day is None or self.error:
            self.day.setFocus()
            return
        self.order.setEnabled(False)
        context = self._context
        context.bridge.call(
            self,
            context.clinic.erasing.order(
                context.actor, self._patient.id, not_before=day, basis=self.basis.key
            ),
            done=self._ordered,
            failed=self._failed,
        )

    def _problem(self, day: date | None) -> str:
        if day is None:
            return self.day.problem or NO_DAY
        return PAST if day < self._context.now().date() else ""

    def _ordered(self, erasure: Erasure) -> None:
        self.leave()
        self.ordered.emit(erasure)

    def _failed(self, error: BaseException) -> None:
        self.order.setEnabled(True)
        self._failure.tell("Nothing was ordered", explain(error))
