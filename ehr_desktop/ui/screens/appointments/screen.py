"""Appointments: the day book, the week, the list."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import AppointmentId, PersonId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_words import day_of
from ehr_desktop.ui.screens.appointments.agenda import AgendaView
from ehr_desktop.ui.screens.appointments.book_canvas import SCALES, USUAL_SCALE, FreeTime
from ehr_desktop.ui.screens.appointments.book_store import BookStore
from ehr_desktop.ui.screens.appointments.book_view import BookView
from ehr_desktop.ui.screens.appointments.day_sheet import print_sheet
from ehr_desktop.ui.screens.appointments.desk_work import DeskWork
from ehr_desktop.ui.screens.appointments.keys import KEYS, listen
from ehr_desktop.ui.screens.appointments.shown_book import Mode, Window, counts_text
from ehr_desktop.ui.screens.appointments.side_pane import SidePane
from ehr_desktop.ui.screens.appointments.toolbar import Toolbar
from ehr_desktop.ui.shell.context import BookFor, ScreenContext, ShowDay, Wish
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.skeleton import Skeleton

SIDE_FROM_PX: Final = 1080
"""The month stands beside the book from this width on."""
STRIP_FROM_PX: Final = 440
_NOW_MS: Final = 20_000
_ZOOM: Final = "appointments/zoom"
_MODE: Final = "appointments/view"


class AppointmentsScreen(QWidget):
    """Grants `ShowDay` and `BookFor`."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._later: Wish | None = None
        self._goal: FreeTime | AppointmentId | None = None
        self.store = BookStore(context, self)
        self.toolbar = Toolbar(self)
        self.book = BookView(context.now, self)
        self.agenda = AgendaView(self)
        self.side = SidePane(self)
        self.counts = Caption("", self)
        self._build()
        self.work = DeskWork(context, self.store, self.book, self)
        self._listen()
        self._listen_to_toolbar()
        self.store.begin()

    @property
    def current(self) -> Appointment | None:
        """The appointment the keyboard is on."""
        return self.agenda.current if self._is_list() else self.book.current

    def grant(self, wish: Wish) -> None:
        """Show a day, or book for a patient; see `GrantsWishes`."""
        if not self.store.providers:
            self._later = wish
        elif isinstance(wish, ShowDay):
            self.show_day(wish.day)
            self.setFocus()
        elif isinstance(wish, BookFor):
            self.work.book_for(wish.patient)

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return KEYS

    def show_day(self, day: date) -> None:
        """Go to a day."""
        self._go_to_day(day, None)

    def _go_to_day(self, day: date, goal: FreeTime | AppointmentId | None) -> None:
        self._goal = goal
        if self.store.wanted is not None:
            self.store.show(replace(self.store.wanted, day=day))

    def step(self, days: int) -> None:
        """Go some days on; one step in the week view is a week."""
        wanted = self.store.wanted
        if wanted is not None:
            by = days * 7 if wanted.mode is Mode.WEEK and abs(days) == 1 else days
            self.show_day(wanted.day + timedelta(days=by))

    def show_mode(self, mode: Mode) -> None:
        """Show the day book, the week or the list; remembered."""
        wanted, pointed = self.store.wanted, self.book.current_time
        if wanted is None:
            return
        provider = wanted.provider if pointed is None else pointed.provider
        self._goal = self.current.id if self.current is not None else None
        self.book.end_move()
        self.store.show(replace(wanted, mode=mode, provider=provider))
        self._context.prefs.set_text(_MODE, mode.value)

    def zoom(self, steps: int) -> None:
        """Give a minute more or less room; remembered."""
        at = self._zoom_step() + steps
        if 0 <= at < len(SCALES):
            self._context.prefs.set_text(_ZOOM, str(at))
            self.book.set_scale(SCALES[at])

    def print_day(self) -> None:
        """Ask for a printer and print the list of the day."""
        window = self.store.window
        if window is None:
            return
        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = f"Appointments, {weekday_text(window.day)}"
        dialog.accepted.connect(lambda: print_sheet(printer, title, self.store.appointments))
        dialog.setModal(True)
        dialog.show()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.store.wake()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.store.sleep()

    @override
    def minimumSizeHint(self) -> QSize:
        # Smaller than its pieces ask for: at 200 % they give way one after the other.
        return QSize(480, 260)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.setVisible(self.width() >= SIDE_FROM_PX)
        for piece in (self.toolbar.strip, self.counts):
            piece.setVisible(self.height() >= STRIP_FROM_PX)

    def _build(self) -> None:
        self.views = QStackedWidget(self)
        self.nobody = EmptyState(
            "stethoscope",
            "No doctors or nurses yet",
            "Appointments are with somebody. An administrator adds accounts under People.",
        )
        for view in (Skeleton(10, self), self.book, self.agenda, self.nobody):
            self.views.addWidget(view)
        card = Card(margin=1)
        card.add(self.views)
        middle = row(card, self.side, spacing=Space.TWO)
        middle.setStretch(0, 1)
        whole = column(self.toolbar, middle, self.counts, spacing=Space.ONE_AND_HALF)
        whole.setContentsMargins(Space.THREE, Space.TWO, Space.THREE, Space.ONE)
        whole.setStretch(1, 1)
        self._desk = QWidget(self)
        self._desk.setLayout(whole)
        self.setLayout(column(self._desk, spacing=0))
        self.setFocusProxy(self.book)
        self.book.set_scale(SCALES[self._zoom_step()])
        self._timer = QTimer(self, interval=_NOW_MS)
        self._timer.timeout.connect(self.book.viewport().update)
        self._timer.start()

    def _listen(self) -> None:
        work, store = self.work, self.store
        store.ready.connect(self._ready)
        store.changed.connect(self._refresh)
        store.failed.connect(self._context.notify)
        work.changes.changed.connect(store.put)
        work.changes.booked.connect(self._booked)
        work.gone_to.connect(self._go_to)
        self.book.booking_wanted.connect(work.book_at)
        self.book.move_wanted.connect(work.changes.move)
        self.book.hold_changed.connect(self._tell_counts)
        self.side.picked.connect(self.show_day)
        for view in (self.book, self.agenda):
            view.opened.connect(work.details.show_appointment)
            view.menu_wanted.connect(work.open_menu)

    def _listen_to_toolbar(self) -> None:
        bar, work = self.toolbar, self.work
        bar.picked.connect(self.show_day)
        bar.stepped.connect(self.step)
        bar.mode_chosen.connect(self.show_mode)
        bar.hidden_chosen.connect(self._hide)
        bar.provider_chosen.connect(self._show_provider)
        bar.cancelled_toggled.connect(self._show_cancelled)
        bar.zoomed.connect(self.zoom)
        bar.print_wanted.connect(self.print_day)
        bar.booking_wanted.connect(work.new_appointment)
        runs = {
            "N": work.new_appointment,
            "F3": work.next_free,
            "F4": lambda: work.begin_move(None if self._is_list() else self.current),
            "F9": lambda: work.advance(self.current),
            "T": lambda: self.show_day(work.today),
            "M": bar.open_calendar,
            "Alt+Left": lambda: self.step(-1),
            "Alt+Right": lambda: self.step(1),
            "Ctrl+Left": lambda: self.step(-7),
            "Ctrl+Right": lambda: self.step(7),
            "D": lambda: self.show_mode(Mode.DAY),
            "W": lambda: self.show_mode(Mode.WEEK),
            "L": lambda: self.show_mode(Mode.AGENDA),
            "C": bar.cancelled.trigger,
            "Ctrl++": lambda: self.zoom(1),
            "Ctrl+=": lambda: self.zoom(1),
            "Ctrl+-": lambda: self.zoom(-1),
            "Ctrl+P": self.print_day,
        }
        listen(self._desk, runs)

    def _is_list(self) -> bool:
        return self.store.window is not None and self.store.window.mode is Mode.AGENDA

    def _zoom_step(self) -> int:
        kept = self._context.prefs.text(_ZOOM)
        step = int(kept) if kept.isascii() and kept.isdigit() else USUAL_SCALE
        return min(step, len(SCALES) - 1)

    def _ready(self) -> None:
        if not self.store.providers:
            return
        self.work.open_desk()
        mode = self._context.prefs.choice(_MODE, Mode.DAY)
        self.store.show(Window(mode, self.work.today, self.work.usual_provider))
        wish, self._later = self._later, None
        if wish is not None:
            self.grant(wish)

    def _hide(self, hidden: frozenset[PersonId]) -> None:
        if self.store.wanted is not None:
            self.store.show(replace(self.store.wanted, hidden=hidden))

    def _show_provider(self, provider: PersonId) -> None:
        if self.store.wanted is not None:
            self.store.show(replace(self.store.wanted, provider=provider))

    def _show_cancelled(self, wanted: bool) -> None:  # noqa: FBT001  Qt's signal
        if self.store.wanted is not None:
            self.store.show(replace(self.store.wanted, with_cancelled=wanted))

    def _refresh(self) -> None:
        store, window, clinic = self.store, self.store.window, self.store.clinic
        if not store.providers and clinic is not None:
            self.views.setCurrentWidget(self.nobody)
            return
        if window is None or clinic is None:
            return
        before = self.book.columns[0].day if self.book.columns else None
        open_days = frozenset(day for day, _, _ in clinic.hours.days)
        self.toolbar.show_window(window, store.providers, self.work.today, open_days)
        self.book.show_columns(store.columns)
        if window.mode is Mode.AGENDA:
            self.agenda.show_appointments(store.appointments)
        whole_week = window.mode is Mode.WEEK
        self.side.show_day(
            window.day, self.work.today, open_days, store.appointments, whole_week=whole_week
        )
        self._tell_counts()
        self._show_view(window)
        if before is None:
            self.book.show_minute(self._first_minute())
        self._reach_goal()

    def _show_view(self, window: Window) -> None:
        view = self.agenda if window.mode is Mode.AGENDA else self.book
        if self.views.currentWidget() is not view:
            focus = QApplication.focusWidget()
            ours = focus is not None and self._desk.isAncestorOf(focus)
            self.views.setCurrentWidget(view)
            self.setFocusProxy(view)
            if ours:
                view.setFocus()

    def _tell_counts(self) -> None:
        hold = self.book.hold
        words = counts_text(self.store.appointments)
        if hold is not None:
            words = (
                f"Moving {hold.appointment.patient_name}: arrow keys, Alt+Right for the next day, "
                "Enter drops, Esc stops."
            )
        self.counts.setText(words)

    def _first_minute(self) -> int:
        """Give the minute to show at first: the present today, else the opening."""
        first = self.book.columns[0]
        now = first.span.minute_of(self._context.now())
        opens = first.open[0] if first.open else 0
        return now if first.day == self.work.today else opens

    def _go_to(self, goal: FreeTime) -> None:
        self._go_to_day(goal.start.astimezone(self.work.zone).date(), goal)

    def _booked(self, appointment: Appointment) -> None:
        self._go_to_day(day_of(appointment), appointment.id)

    def _reach_goal(self) -> None:
        goal, self._goal = self._goal, None
        if isinstance(goal, FreeTime):
            spot = self.book.spot_of(goal.provider, goal.start)
            if spot is not None:
                (self.book.carry_to if self.book.hold is not None else self.book.go_to)(spot)
        elif goal is not None and not self.book.go_to_appointment(goal):
            # A day one has seen is shown at once, before the new appointment is known.
            self._goal = goal
