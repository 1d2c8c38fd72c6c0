"""Asking a patient for access: which records, why, until when, and how long they are kept."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import AccessRequest
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.closed_categories import asked_first
from ehr_desktop.ui.models.consent_times import KEEP, UNTIL, choices, end_of
from ehr_desktop.ui.models.consent_words import PURPOSES
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.category_ticks import CategoryTicks
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.layouts import row
from ehr_desktop.ui.widgets.sheet import Sheet

_WIDTH_PX = 528


class AskSheet(Sheet):
    """`asked` carries the `AccessRequest` once it is written down."""

    asked = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget, patient: PatientId) -> None:
        super().__init__(host, "Ask the patient", width_px=_WIDTH_PX)
        self._context = context
        self._patient = patient
        self._now = context.now()
        self.ticks = CategoryTicks("Records to ask for", self)
        self.ticks.changed.connect(self._check)
        self.purpose = ComboField(list(PURPOSES.items()))
        self.until = ComboField(choices(UNTIL))
        self.until.choose("month")
        self.keep = ComboField(choices(KEEP))
        self._failure = Failure(self)
        words = Body(
            "The patient sees who asks and all of this, may allow less, and may stop it any time.",
            self,
            level=Level.MUTED,
        )
        ends = row(
            Field("Open until", self.until, self),
            Field("Copies kept for", self.keep, self),
            spacing=Space.TWO,
        )
        self.add(words, self.ticks, Field("Purpose", self.purpose, self), ends, self._failure)
        self.send = primary_button("Ask")
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.send, self.cancel)
        self.send.clicked.connect(self._send)
        self.cancel.clicked.connect(self.leave)

    def begin(
        self, closed: frozenset[Category], now: datetime, only: Category | None = None
    ) -> None:
        """Open for what is `closed`; with `only` one category is ticked. `now` is in the clinic's
        zone.
        """
        self._now = now
        self.ticks.offer(closed, {only} if only else asked_first(closed))
        self._failure.hide()
        self._check()
        self.open_over()
        self.send.setFocus()

    def _check(self) -> None:
        self.send.setEnabled(bool(self.ticks.chosen))

    def _send(self) -> None:
        self.send.setEnabled(False)
        context = self._context
        context.bridge.call(
            self,
            context.clinic.sharing.ask(
                context.actor,
                self._patient,
                categories=self.ticks.chosen,
                purpose=self.purpose.key,
                until=end_of(UNTIL, self.until.key, self._now),
                keep_until=end_of(KEEP, self.keep.key, self._now),
            ),
            done=self._sent,
            failed=self._failed,
        )

    def _sent(self, request: AccessRequest) -> None:
        self.leave()
        self.asked.emit(request)

    def _failed(self, error: BaseException) -> None:
        self._check()
        self._failure.tell("Nobody was asked", explain(error))
