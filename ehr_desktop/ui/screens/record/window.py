"""The record window: one patient, from the opening that is recorded to the last draft kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.domain.events import ChartChanged, Event, PatientsChanged
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Clinic
from ehr_desktop.services.values import OpenChart
from ehr_desktop.ui.screens.record.chart_view import ChartView
from ehr_desktop.ui.screens.record.locked_page import LockedPage
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.shell.context import Place, ScreenContext, ShowPatient
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.skeleton import Skeleton
from ehr_desktop.ui.widgets.snackbar import Snackbar

_LEAST_SIZE = (900, 600)


class RecordWindow(QWidget):
    """A top-level window that belongs to one patient for as long as it exists."""

    def __init__(self, context: ScreenContext, patient: PatientId) -> None:
        super().__init__()
        self._patient = patient
        self.snackbar = Snackbar(self)
        self._context = replace(context, notify=self._notify)
        self.view: ChartView | None = None
        self._pages = QStackedLayout(self)
        self._pages.addWidget(boxed(column(Skeleton(8), margin=Space.SIX), self))
        self.setWindowTitle("Record")
        self.setMinimumSize(*_LEAST_SIZE)
        for keys, run in self._keys():
            QShortcut(QKeySequence(keys), self).activated.connect(run)
        context.bridge.node_event.connect(self._heard)
        self._open()

    @property
    def patient(self) -> PatientId:
        """Whose window it is."""
        return self._patient

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys this window listens to."""
        return (
            ("F5", "Summary"),
            ("F6", "Notes"),
            ("F7", "Results"),
            ("F8", "Medications"),
            ("Ctrl+N", "Add to this section"),
            ("Ctrl+F", "Search in this section"),
            ("Ctrl+S", "Save what is being written"),
            ("Ctrl+P", "Print this section"),
            ("Ctrl+W", "Close this record; drafts are kept"),
        )

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self.view is not None:
            self.view.keep_drafts()
        super().closeEvent(event)

    def _open(self) -> None:
        self._context.bridge.call(self, self._ask(), done=self._opened, failed=self._stayed_closed)

    async def _ask(self) -> tuple[Clinic, OpenChart]:
        """Ask on the node for the clinic, then for the chart: the opening comes last."""
        clinic = await self._context.clinic.session.clinic()
        chart = await self._context.clinic.charts.open(self._context.actor, self._patient)
        return clinic, chart

    def _opened(self, answer: tuple[Clinic, OpenChart]) -> None:
        clinic, chart = answer
        zone = _zone(clinic.time_zone)
        opened = OpenedChart(self._context, chart, zone, self._context.now().astimezone(zone))
        self.view = ChartView(opened, self)
        self._show(self.view)
        self.setWindowTitle(opened.identity)

    def _stayed_closed(self, error: BaseException) -> None:
        no_key = isinstance(error, NoKeyError)
        action = secondary_button("Show registration" if no_key else "Try again")
        action.clicked.connect(self._show_registration if no_key else self._try_again)
        self._show(LockedPage(error, self._context.actor.role, action, self))

    def _show_registration(self) -> None:
        self._context.navigate(Place.PATIENTS, ShowPatient(self._patient))
        self.close()

    def _try_again(self) -> None:
        self._pages.setCurrentIndex(0)
        self._open()

    def _show(self, page: QWidget) -> None:
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        self.snackbar.raise_()

    def _heard(self, event: Event) -> None:
        if self.view is None:
            return
        if isinstance(event, ChartChanged) and event.patient == self._patient:
            self.view.refresh()
        elif isinstance(event, PatientsChanged) and event.patient == self._patient:
            self._context.bridge.call(
                self,
                self._context.clinic.patients.get(self._context.actor, self._patient),
                done=self._changed,
                failed=lambda _: None,
            )

    def _changed(self, patient: PatientSummary) -> None:
        if self.view is not None:
            self.view.banner.show_patient(patient, self._context.now().date())

    def _notify(
        self, text: str, *, action: str = "", on_action: Callable[[], object] | None = None
    ) -> None:
        def act() -> None:
            if on_action is not None:
                on_action()

        self.snackbar.say(text, action, act)
        self.snackbar.raise_()

    def _keys(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        return (
            ("Ctrl+W", self.close),
            ("Ctrl+N", self._add_here),
            ("Ctrl+F", self._find_here),
            ("Ctrl+P", self._print_here),
        )

    def _add_here(self) -> None:
        if self.view is not None:
            self.view.add_here()

    def _print_here(self) -> None:
        if self.view is not None:
            self.view.print_here()

    def _find_here(self) -> None:
        if self.view is not None:
            self.view.find_here()


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
