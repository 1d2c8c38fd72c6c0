"""Today: how the day stands, who needs somebody next, what waits."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.events import (
    AppointmentsChanged,
    CheckFinished,
    DayBookChanged,
    Event,
    PeopleChanged,
    WorkRefused,
)
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId
from ehr_desktop.domain.people import Action, Clinic, Role, may
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.day_queue import DayQueue, QueueColumn, counts_of, queue_of
from ehr_desktop.ui.models.day_words import USUAL_STEPS, day_of, start_text
from ehr_desktop.ui.screens.appointments.changes import Changes
from ehr_desktop.ui.screens.appointments.keys import listen
from ehr_desktop.ui.screens.today.consent_column import ConsentColumn
from ehr_desktop.ui.screens.today.refused_card import RefusedCard
from ehr_desktop.ui.screens.today.refused_work import RefusedTeller
from ehr_desktop.ui.screens.today.tiles import Tiles
from ehr_desktop.ui.screens.today.waiting import WaitingWork, waiting_work
from ehr_desktop.ui.screens.today.waiting_card import WaitingCard
from ehr_desktop.ui.shell.context import (
    Place,
    RegisterPatient,
    ScreenContext,
    ShowDay,
    ShowPatient,
)
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import ElidedLabel, Heading, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.scrolling import Scrolling
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.table import Table

SIDE_PX: Final = 352
SIDE_BESIDE_PX: Final = 1000
"""From this width on, what waits stands beside the list, below it otherwise."""
_MINUTE_MS: Final = 30_000
_NOON: Final = 12
_EVENING: Final = 18
KEYS: Final = (
    ("Alt+1", "Open the chart of the next waiting patient"),
    ("Return", "Open the chart"),
    ("F9", "Next status: arrived, in room, done"),
)


class TodayScreen(QWidget):
    """A provider sees their own appointments first, everybody else the whole clinic's."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._clinic: Clinic | None = None
        self._known: dict[AppointmentId, Appointment] = {}
        self._missed = False
        self._is_provider = context.actor.role in {Role.DOCTOR, Role.NURSE}
        self._sees_charts = may(context.actor.role, Action.READ_CLINICAL)
        self.changes = Changes(context, self)
        large = Heading(size=TypeSize.DISPLAY).font()
        self.greeting = ElidedLabel("", self, font=large, mode=Qt.TextElideMode.ElideRight)
        self.date = Label("", self, level=Level.MUTED)
        choices = [("mine", "Mine"), ("all", "Whole clinic")]
        self.whose = Segmented("Whose appointments", choices, self)
        self.whose.setVisible(self._is_provider)
        self.tiles = Tiles(self)
        self.model = DayQueue(self)
        self.table = Table("People to see today", self)
        self.waiting = WaitingCard(self)
        self.refused = RefusedCard(self)
        self._teller = RefusedTeller(context, self.refused)
        self.consent = ConsentColumn(context, self)
        self.consent.chart_wanted.connect(self.open_patient)
        self._timer = QTimer(self, interval=_MINUTE_MS)
        self._build()
        self._listen()
        self._ask_clinic()

    @property
    def provider(self) -> PersonId | None:
        """Whose appointments are shown; None for everybody's."""
        mine = self._is_provider and self.whose.key == "mine"
        return self._context.actor.id if mine else None

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        """Today's appointments of `provider`, or of everybody."""
        own = self.provider
        return tuple(a for a in self._known.values() if own is None or a.provider == own)

    @property
    def current(self) -> Appointment | None:
        """The appointment the keyboard is on."""
        return self.model.at(self.table.currentIndex().row())

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return KEYS

    def open_next(self) -> None:
        """Open the chart of whoever has waited longest."""
        waits = (a for a in self.model.rows if a.status is AppointmentStatus.ARRIVED)
        first = next(waits, None)
        if first is None:
            self._context.notify("Nobody is waiting.")
        else:
            self.open_patient(first.patient)

    def open_patient(self, patient: PatientId) -> None:
        """Open a chart, or for the front desk the patient's place in the list."""
        if self._sees_charts:
            self._context.open_chart(patient)
        else:
            self._context.navigate(Place.PATIENTS, ShowPatient(patient))

    def advance(self) -> None:
        """Set the usual next status of the appointment the keyboard is on."""
        appointment = self.current
        if appointment is not None and appointment.status in USUAL_STEPS:
            self.changes.set_status(appointment, USUAL_STEPS[appointment.status])

    def tell_time(self) -> None:
        """Show the queue and the greeting as of now."""
        context, clinic = self._context, self._clinic
        if clinic is None:
            return
        now = context.now().astimezone(ZoneInfo(clinic.time_zone))
        name = context.actor.staff.display_name
        self.greeting.setText(f"{greeting(now)}, {name}")
        self.date.setText(f"{weekday_text(now.date())}  ·  {clinic.name}")
        row_before = self.current
        self.model.show(self.appointments, context.now())
        if row_before is not None:
            self.table.selectRow(max(self.model.row_of(row_before.id), 0))
        elif self.model.rowCount():
            self.table.selectRow(0)
        self.table.setColumnHidden(QueueColumn.PROVIDER, self.provider is not None)
        self.tiles.show_counts(counts_of(self.appointments, context.now()), self._next_time())
        if self._known and {day_of(a) for a in self._known.values()} != {now.date()}:
            self._ask_day()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.consent.ask()
        self._ask_waiting()
        if self._missed:
            self._missed = False
            self._ask_day()
        self.tell_time()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= SIDE_BESIDE_PX
        way = QBoxLayout.Direction
        self._middle.setDirection(way.LeftToRight if beside else way.TopToBottom)
        self._side.setFixedWidth(SIDE_PX) if beside else self._side.setMaximumWidth(16_777_215)

    def _build(self) -> None:
        self.table.setModel(self.model)
        self.table.set_widths(96, 76, 68, 196, 148)
        self.table.set_empty_state(EmptyState("circle-check", "Nobody is left to see today"))
        self.table.set_loading(loading=True)
        self.table.setMinimumHeight(240)
        if self._sees_charts:
            self.main_button = primary_button("Open next chart", icon_name="file-text")
            set_plain_tooltip(self.main_button, "Chart of whoever has waited longest (Alt+1)")
            self.main_button.clicked.connect(self.open_next)
        else:
            self.main_button = primary_button("Book an appointment", icon_name="calendar-plus")
            self.main_button.clicked.connect(self._book)
        self.step_button = secondary_button("Next status", icon_name="user-check")
        set_plain_tooltip(self.step_button, "Arrived, in room, done (F9)")
        words = column(self.greeting, self.date, spacing=Space.HALF)
        top = row(words, self.whose, self.main_button, spacing=Space.ONE)
        top.setStretch(0, 1)
        people = Card("Who is next", self, actions=(self.step_button,), margin=Space.TWO)
        people.add(self.table)
        self._side = QWidget(self)
        beside = (self.refused, self.consent, self.waiting, self._actions())
        self._side.setLayout(column(*beside, SPRING))
        self._middle = row(people, self._side, spacing=Space.TWO)
        self._middle.setStretch(0, 1)
        whole = column(top, self.tiles, self._middle, spacing=Space.TWO, margin=Space.THREE)
        whole.setStretch(2, 1)
        self.setLayout(column(Scrolling(boxed(whole), self), spacing=0))
        self.setFocusProxy(self.table)

    def _actions(self) -> Card:
        card = Card("Quick actions", self, margin=Space.TWO)
        self.book_button = secondary_button("Day book", icon_name="calendar-days")
        self.register_button = secondary_button("Register patient", icon_name="user-plus")
        card.add(row(self.book_button, self.register_button, spacing=Space.ONE))
        return card

    def _listen(self) -> None:
        navigate = self._context.navigate
        self._context.bridge.node_event.connect(self._hear)
        self._timer.timeout.connect(self.tell_time)
        self.changes.changed.connect(self._put)
        self.whose.chosen.connect(self._whose_changed)
        self.table.opened.connect(self._row_opened)
        self.step_button.clicked.connect(self.advance)
        self.book_button.clicked.connect(self._book)
        self.register_button.clicked.connect(lambda: navigate(Place.PATIENTS, RegisterPatient()))
        self.waiting.check_wanted.connect(lambda: navigate(Place.INTEGRITY))
        self.waiting.chart_wanted.connect(self.open_patient)
        self.waiting.settled.connect(self.changes.set_status)
        self._teller.patient_wanted.connect(self.open_patient)
        listen(self, {"Alt+1": self.open_next, "F9": self.advance})

    def _book(self) -> None:
        if self._clinic is not None:
            zone = ZoneInfo(self._clinic.time_zone)
            today = self._context.now().astimezone(zone).date()
            self._context.navigate(Place.APPOINTMENTS, ShowDay(today))

    def _next_time(self) -> str:
        coming = [a for a in self.appointments if a.status is AppointmentStatus.BOOKED]
        return start_text(queue_of(coming)[0]) if coming else ""

    def _row_opened(self, index: QModelIndex) -> None:
        appointment = self.model.at(index.row())
        if appointment is not None:
            self.open_patient(appointment.patient)

    def _whose_changed(self) -> None:
        self.tell_time()
        self._ask_waiting()

    def _hear(self, event: Event) -> None:
        # Unseen, for instance behind a lock, nothing is asked: it is made up for when shown.
        if not self.isVisible():
            appointments = isinstance(event, (AppointmentsChanged, DayBookChanged))
            self._missed = self._missed or appointments
        elif isinstance(event, DayBookChanged):
            self._ask_day()
        elif isinstance(event, AppointmentsChanged):
            self._ask_provider(event)
        elif isinstance(event, (CheckFinished, PeopleChanged)):
            self._ask_waiting()
        elif isinstance(event, WorkRefused) and event.person == self._context.actor.id:
            self._teller.ask(self._today())

    def _ask_clinic(self) -> None:
        self._context.bridge.call(
            self, self._context.clinic.session.clinic(), done=self._take_clinic, failed=self._failed
        )

    def _take_clinic(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._ask_day()
        self._teller.ask(self._today())

    def _today(self) -> datetime:
        zone = self._clinic.time_zone if self._clinic is not None else "UTC"
        return self._context.now().astimezone(ZoneInfo(zone))

    def _ask_day(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.appointments.day(context.actor, self._today().date()),
            done=self._take_day,
            failed=self._failed,
        )

    def _take_day(self, found: tuple[Appointment, ...]) -> None:
        self.table.set_loading(loading=False)
        self._known = {appointment.id: appointment for appointment in found}
        self.tell_time()

    def _ask_provider(self, event: AppointmentsChanged) -> None:
        if self._clinic is None or event.day != self._today().date():
            self._ask_waiting()
            return
        context, provider = self._context, event.provider
        context.bridge.call(
            self,
            context.clinic.appointments.day(context.actor, event.day, (provider,)),
            done=lambda found: self._take_provider(provider, found),
            failed=self._failed,
        )

    def _take_provider(self, provider: PersonId, found: tuple[Appointment, ...]) -> None:
        others = {key: a for key, a in self._known.items() if a.provider != provider}
        self._known = others | {appointment.id: appointment for appointment in found}
        self.tell_time()

    def _put(self, appointment: Appointment) -> None:
        if appointment.id in self._known:
            self._known[appointment.id] = appointment
            self.tell_time()

    def _ask_waiting(self) -> None:
        context = self._context
        if self._clinic is not None:
            self._teller.ask(self._today())
        context.bridge.call(
            self,
            waiting_work(context.clinic, context.actor, context.now(), self.provider),
            done=self._show_waiting,
            failed=self._failed,
        )

    def _show_waiting(self, work: WaitingWork) -> None:
        if self._clinic is not None:
            self.waiting.show_work(work, ZoneInfo(self._clinic.time_zone))

    def _failed(self, error: BaseException) -> None:
        self.table.set_loading(loading=False)
        self._context.notify(explain(error))


def greeting(now: datetime) -> str:
    """Give what people say at this hour of the clinic's day."""
    if now.hour < _NOON:
        return "Good morning"
    return "Good afternoon" if now.hour < _EVENING else "Good evening"
