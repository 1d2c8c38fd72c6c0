"""The record window: one patient, from the opening that is recorded to the last draft kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, AccessRequest, EmergencyAccess
from ehr_desktop.domain.errors import NoKeyError, NotHereYetError
from ehr_desktop.domain.events import (
    ChartChanged,
    ConsentChanged,
    ContainersArrived,
    Event,
    PatientErased,
    PatientsChanged,
    RequestAnswered,
)
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.services.values import OpenChart
from ehr_desktop.ui.models.closed_categories import closed_to
from ehr_desktop.ui.models.consent_words import listed
from ehr_desktop.ui.screens.record.ask_sheet import AskSheet
from ehr_desktop.ui.screens.record.chart_view import ChartView
from ehr_desktop.ui.screens.record.closed_page import ClosedPage
from ehr_desktop.ui.screens.record.emergency_sheet import EmergencySheet
from ehr_desktop.ui.screens.record.locked_page import LockedPage
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.opening import Opening, open_record
from ehr_desktop.ui.shell.context import (
    AmendWith,
    BeginEmergency,
    Place,
    ScreenContext,
    ShowPatient,
    Wish,
)
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
        self._begins_emergency = False
        self._waits_for_name = False
        self._amendment: AmendWith | None = None
        self._opening: Opening | None = None
        self.closed_page: ClosedPage | None = None
        self._asking: AskSheet | None = None
        self._emergency: EmergencySheet | None = None
        self._open()

    @property
    def patient(self) -> PatientId:
        """Whose window it is."""
        return self._patient

    @property
    def asking(self) -> AskSheet:
        """The sheet that asks the patient, made when it is first wanted."""
        if self._asking is None:
            self._asking = AskSheet(self._context, self, self._patient)
            self._asking.asked.connect(self._asked)
        return self._asking

    @property
    def emergency(self) -> EmergencySheet:
        """The sheet for emergency access, made when it is first wanted."""
        if self._emergency is None:
            self._emergency = EmergencySheet(self._context, self, self._patient)
            self._emergency.opened_chart.connect(self._opened_in_emergency)
        return self._emergency

    def begin_emergency(self) -> None:
        """Ask for emergency access."""
        self.emergency.begin()

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

    def grant(self, wish: Wish) -> None:
        """Ask for emergency access, unless the record is open; or amend a note, once it is."""
        if isinstance(wish, BeginEmergency):
            self._begins_emergency = True
            self._begin_emergency_if_closed()
        elif isinstance(wish, AmendWith):
            self._amendment = wish
            self._amend_if_open()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # behind a lock nothing could be asked
        if self._opening is not None:
            self._look_again()

    def _open(self) -> None:
        self._context.bridge.call(
            self,
            open_record(self._context, self._patient),
            done=self._opened,
            failed=self._stayed_closed,
        )

    def _opened(self, opening: Opening) -> None:
        self._opening = opening
        if opening.chart is None:
            self._show_closed(opening)
        else:
            self._show_chart(opening, opening.chart)
        self._begin_emergency_if_closed()
        self._amend_if_open()

    def _amend_if_open(self) -> None:
        wanted = self._amendment
        if self.view is not None and wanted is not None:
            self._amendment = None
            self.view.amend_with(wanted)

    def _show_chart(self, opening: Opening, chart: OpenChart) -> None:
        zone = _zone(opening.clinic.time_zone)
        opened = OpenedChart(
            self._context,
            chart,
            zone,
            self._context.now().astimezone(zone),
            opening.closed,
            opening.access,
        )
        self._let_go_of_view()
        self.view = ChartView(opened, self)
        self.view.ask_wanted.connect(self.ask)
        self.view.over.connect(self._emergency_over)
        self.view.emergency_wanted.connect(self.begin_emergency)
        self._show(self.view)
        self.setWindowTitle(opened.identity)

    def _show_closed(self, opening: Opening) -> None:
        self._let_go_of_view()
        page = ClosedPage(opening, self._now(opening), self)
        page.ask_wanted.connect(self.ask)
        page.open_wanted.connect(self._try_again)
        page.withdraw_wanted.connect(self._withdraw)
        page.emergency_wanted.connect(self.begin_emergency)
        page.details_wanted.connect(self._show_registration)
        self.closed_page = page
        self._show(page)
        self.setWindowTitle(opening.patient.name)

    def ask(self, only: Category | None = None) -> None:
        """Ask the patient for what is closed; with `only` for one category."""
        if self._opening is not None:
            self.asking.begin(self._opening.closed, self._now(self._opening), only)

    def _asked(self, request: AccessRequest) -> None:
        if self._opening is not None:
            self._opening = replace(self._opening, request=request)
        if self.closed_page is not None:
            self.closed_page.show_request(request)
        else:
            self.snackbar.say("Asked. The patient can answer at the kiosk.", "", _nothing)

    def _withdraw(self) -> None:
        request = self._opening.request if self._opening is not None else None
        if request is None:
            return
        self._context.bridge.call(
            self,
            self._context.clinic.sharing.withdraw(self._context.actor, request.id),
            done=lambda _: self._withdrawn(),
            failed=self._tell,
        )

    def _withdrawn(self) -> None:
        if self._opening is not None:
            self._opening = replace(self._opening, request=None)
        if self.closed_page is not None:
            self.closed_page.show_request(None)

    def _begin_emergency_if_closed(self) -> None:
        if self._begins_emergency and self._opening is not None:
            self._begins_emergency = False
            if self._opening.erasure is not None:
                return
            if self.closed_page is not None or Category.EMERGENCY in self._opening.closed:
                self.begin_emergency()

    def _opened_in_emergency(self, access: EmergencyAccess, chart: OpenChart) -> None:
        if self._opening is None:
            return
        closed = self._opening.closed - {Category.EMERGENCY}
        self._opening = replace(self._opening, chart=chart, access=access, closed=closed)
        self._show_chart(self._opening, chart)

    def _emergency_over(self) -> None:
        self._notify("Emergency access is over. What was opened is closed again.")
        self._try_again()

    def _answered(self, *, granted: bool) -> None:
        if self.closed_page is not None:
            self.closed_page.answered(granted=granted)
        elif granted:
            self._notify("The patient has allowed more.", action="Open", on_action=self._try_again)
        else:
            self._notify("The patient has refused.")

    def _look_again(self) -> None:
        """Find out whether something was closed since, or whether keys have come."""
        self._context.bridge.call(
            self,
            self._context.clinic.sharing.open_to(self._context.actor, self._patient),
            done=self._compare,
            failed=_nothing,
        )

    def _compare(self, open_to: frozenset[Category]) -> None:
        opening = self._opening
        if opening is None:
            return
        shut = closed_to(open_to) - opening.closed
        if self.view is not None and shut:
            self._notify(f"Closed by the patient: {listed(shut)}")
            self._try_again()
        elif self._waits_for_keys and open_to & CONTROLLED:
            self._open()

    @property
    def _waits_for_keys(self) -> bool:
        waits = self._opening is not None and self._opening.waits_for_keys
        return waits and self.closed_page is not None

    def _stayed_closed(self, error: BaseException) -> None:
        no_key = isinstance(error, NoKeyError)
        self._waits_for_name = isinstance(error, NotHereYetError)
        action = secondary_button("Show registration" if no_key else "Try again")
        action.clicked.connect(self._show_registration if no_key else self._try_again)
        self._let_go_of_view()
        self._show(LockedPage(error, self._context.actor.role, action, self))

    def _let_go_of_view(self) -> None:
        """Keep what is being written, and take what was shown away."""
        view, self.view = self.view, None
        page, self.closed_page = self.closed_page, None
        if view is not None:
            view.keep_drafts()
        for old in (view, page):
            if old is not None:
                self._pages.removeWidget(old)
                old.hide()
                old.deleteLater()

    def _now(self, opening: Opening) -> datetime:
        return self._context.now().astimezone(_zone(opening.clinic.time_zone))

    def _tell(self, error: BaseException) -> None:
        self._notify(explain(error))

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
        self._heard_consent(event)
        if self._waits_for_name and isinstance(event, ContainersArrived):
            self._waits_for_name = False
            self._open()
        if self.view is None:
            return
        if isinstance(event, ChartChanged) and event.patient == self._patient:
            self.view.refresh()
        elif isinstance(event, ContainersArrived):
            self.view.look_for_arrived()
        elif isinstance(event, PatientsChanged) and event.patient == self._patient:
            self._context.bridge.call(
                self,
                self._context.clinic.patients.get(self._context.actor, self._patient),
                done=self._changed,
                failed=lambda _: None,
            )

    def _heard_consent(self, event: Event) -> None:
        mine = getattr(event, "patient", None) == self._patient
        if isinstance(event, RequestAnswered) and mine:
            if event.person == self._context.actor.id:
                self._answered(granted=event.granted)
        elif isinstance(event, PatientErased) and mine:
            self._try_again()
        elif (isinstance(event, ConsentChanged) and mine) or (
            isinstance(event, ContainersArrived) and self._waits_for_keys
        ):
            self._look_again()

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


def _nothing(*_: object) -> None:
    """Take an answer nobody waits for."""


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
