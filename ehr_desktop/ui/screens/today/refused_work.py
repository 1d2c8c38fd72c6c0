"""Asks for refused work, and does what is chosen instead."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from ehr_desktop.domain.refusals import RefusedWork
from ehr_desktop.domain.schedule import Appointment, Slot
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.appointments.changes import when_text
from ehr_desktop.ui.screens.pending_notice import notify_outcome
from ehr_desktop.ui.screens.today.kept_sheet import KeptSheet
from ehr_desktop.ui.screens.today.refused_card import RefusedCard
from ehr_desktop.ui.shell.context import Place, ScreenContext, ShowDay


class RefusedTeller(QObject):
    """Keeps a `RefusedCard` in step. `changed` carries an appointment that was made instead."""

    changed = Signal(object)
    patient_wanted = Signal(object)

    def __init__(self, context: ScreenContext, card: RefusedCard) -> None:
        super().__init__(card)
        self._context = context
        self._port = context.clinic.refusals
        self._card = card
        self._now: datetime | None = None
        self.sheet: KeptSheet | None = None
        card.taken.connect(self._take)
        card.dismissed.connect(self._dismiss)
        card.day_wanted.connect(self._open_day)
        card.text_wanted.connect(self._read)
        card.chart_wanted.connect(lambda work: self.patient_wanted.emit(work.patient))

    def ask(self, now: datetime) -> None:
        """Ask anew; `now` is in the clinic's zone."""
        self._now = now
        self._context.bridge.call(
            self, self._port.list(self._context.actor), done=self._show, failed=self._failed
        )

    def _show(self, refused: tuple[RefusedWork, ...]) -> None:
        if self._now is not None and isinstance(self._now.tzinfo, ZoneInfo):
            self._card.show_work(refused, self._now.tzinfo, self._now.date())

    def _take(self, work: RefusedWork, slot: Slot) -> None:
        self._context.bridge.call(
            self,
            self._port.take(self._context.actor, work, slot),
            done=self._took,
            failed=self._failed,
        )

    def _took(self, appointment: Appointment) -> None:
        words = f"Booked {appointment.patient_name}, {when_text(appointment)}."
        notify_outcome(self, self._context, words, pending=appointment.pending)
        self.changed.emit(appointment)
        self._again()

    def _dismiss(self, work: RefusedWork) -> None:
        self._context.bridge.call(
            self,
            self._port.dismiss(self._context.actor, work.transaction),
            done=lambda _: self._again(),
            failed=self._failed,
        )

    def _read(self, work: RefusedWork) -> None:
        """Show what was written, and what can be done with it."""
        zone = self._now.tzinfo if self._now is not None else None
        sheet = KeptSheet(self._context, self._card.window(), work, zone or UTC)
        sheet.discarded.connect(self._again)
        sheet.closed.connect(sheet.deleteLater)
        self.sheet = sheet
        sheet.begin()

    def _open_day(self, work: RefusedWork) -> None:
        if work.booking is not None:
            day = datetime.fromisoformat(work.booking.wall_start).date()
            self._context.navigate(Place.APPOINTMENTS, ShowDay(day))

    def _again(self) -> None:
        if self._now is not None:
            self.ask(self._now)

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))
