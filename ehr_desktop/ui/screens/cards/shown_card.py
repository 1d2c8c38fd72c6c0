"""Sheets for a card somebody shows at the front desk: one that was found, and a guardian's."""

from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import of_age_on
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.ui.models.confirm_words import GUARDIAN_LATER
from ehr_desktop.ui.screens.cards.pin_pages import PinSheet
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.text_field import TextField


class ShownCardSheet(PinSheet):
    """A code from a reader, which ends with Enter, or typed; then the PIN of that card."""

    def __init__(
        self, context: ScreenContext, host: QWidget, patient: PatientSummary, title: str
    ) -> None:
        super().__init__(context, host, title, twice=False)
        self.patient = patient
        self.code = TextField(placeholder="EHR1-…")
        self.code.textChanged.connect(self.check)
        self.code.returnPressed.connect(self._scanned)
        self.code_field = Field(
            "Code of the card",
            self.code,
            self,
            help_text="Hold it to the reader, or type it.",
        )

    @override
    def begin(self) -> None:
        self.code.clear()
        super().begin()
        self.check()
        self.code.setFocus()

    def check(self) -> None:
        """Let one go on once everything is there."""
        self.next.setEnabled(self.is_complete)

    @property
    def is_complete(self) -> bool:
        """Whether the PIN may be asked for."""
        return bool(self.code.text().strip())

    def _scanned(self) -> None:
        if self.is_complete:
            self.ask_for_pin()


class FoundCardSheet(ShownCardSheet):
    """The patient shows that the card was not lost."""

    def __init__(self, context: ScreenContext, host: QWidget, patient: PatientSummary) -> None:
        super().__init__(context, host, patient, "The card was found")
        words = "The card works again once the patient has shown it here and entered its PIN."
        self.put_together(Body(words, self), self.code_field)

    @override
    def work(self, pin: str) -> Coroutine[Any, Any, object]:
        cards = self.context.clinic.cards
        return cards.find(self.context.actor, self.patient.id, self.code.text().strip(), pin)


class GuardianSheet(ShownCardSheet):
    """A parent or carer, who has a card, decides for a patient without one."""

    def __init__(
        self, context: ScreenContext, host: QWidget, patient: PatientSummary, *, counts: bool
    ) -> None:
        super().__init__(context, host, patient, "Name a guardian")
        self.until = DateField(value=last_day_as_a_child(patient))
        self.until.date_changed.connect(self.check)
        words = (
            "A parent or carer shows their own card. From then on they decide about this record, "
            "up to and including the day below, or until the patient takes up a card of their own."
        )
        if not counts:
            words += f" {GUARDIAN_LATER}"
        self.put_together(Body(words, self), self.code_field, Field("Until", self.until, self))

    @property
    @override
    def is_complete(self) -> bool:
        until = self.until.value
        return super().is_complete and until is not None and until > self.context.now().date()

    @override
    def work(self, pin: str) -> Coroutine[Any, Any, object]:
        until = self.until.value
        assert until is not None
        return self.context.clinic.cards.name_guardian(
            self.context.actor, self.patient.id, self.code.text().strip(), pin, until
        )


def last_day_as_a_child(patient: PatientSummary) -> date | None:
    """Give the day before a patient comes of age; None where the birth is not known to the day."""
    of_age = of_age_on(patient.demographics.birth_date)
    return of_age - timedelta(days=1) if of_age else None
