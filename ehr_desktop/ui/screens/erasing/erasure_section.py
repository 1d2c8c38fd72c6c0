"""Erasure in a patient's registration: the lock, for everybody, and ordering it."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.events import Event, PatientErased
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.models.consent_words import locked_words
from ehr_desktop.ui.screens.erasing.lock import erasure_of
from ehr_desktop.ui.screens.erasing.order_sheet import OrderErasureSheet
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.layouts import SPRING, column, row


class ErasureSection(QWidget):
    """Asks for itself; shows nothing where there is nothing to say or do."""

    told = Signal(str)
    locked = Signal(bool)
    """Whether the record is locked or gone."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._patient: PatientSummary | None = None
        self._zone: tzinfo = ZoneInfo("UTC")
        self.sheet: OrderErasureSheet | None = None
        self.lock = Callout(Tone.DANGER, "", parent=self)
        self.lock.hide()
        self.order = ghost_button("Erase this record…", icon_name="trash-2")
        self.order.hide()
        self.order.clicked.connect(self._order)
        self.setLayout(column(self.lock, row(self.order, SPRING), spacing=Space.ONE))
        context.bridge.node_event.connect(self._heard)

    def show_patient(self, patient: PatientSummary) -> None:
        """Show whether a record is locked."""
        if self._patient is None or self._patient.id != patient.id:
            self.lock.hide()
            self.order.hide()
        self._patient = patient
        self._ask()

    def _ask(self) -> None:
        if self._patient is not None:
            patient = self._patient
            self._context.bridge.call(
                self,
                self._asked(patient),
                done=lambda answer: self._show(patient, *answer),
                failed=lambda _: None,
            )

    async def _asked(self, patient: PatientSummary) -> tuple[Erasure | None, str]:
        """Ask on the node."""
        zone = (await self._context.clinic.session.clinic()).time_zone
        return await erasure_of(self._context, patient.id), zone

    def _show(self, patient: PatientSummary, erasure: Erasure | None, zone: str) -> None:
        if self._patient is None or patient.id != self._patient.id:
            return
        self._zone = ZoneInfo(zone)
        administers = self._context.actor.role is Role.ADMINISTRATOR
        self.order.setVisible(erasure is None and administers)
        self.lock.setVisible(erasure is not None)
        self.locked.emit(erasure is not None)
        if erasure is not None:
            self.lock.say(Tone.DANGER, *locked_words(erasure, self._zone))

    def _heard(self, event: Event) -> None:
        mine = self._patient is not None and self.isVisible()
        if isinstance(event, PatientErased) and mine:
            self._ask()

    def _order(self) -> None:
        if self._patient is None:
            return
        sheet = OrderErasureSheet(self._context, self.window(), self._patient)
        sheet.ordered.connect(lambda _: self.told.emit("The record is locked"))
        sheet.closed.connect(sheet.deleteLater)
        self.sheet = sheet
        sheet.open_over()
