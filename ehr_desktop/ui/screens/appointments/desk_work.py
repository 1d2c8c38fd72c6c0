"""What one does in the day book: book, move, set statuses, and what a collision leads to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.people import Action, may
from ehr_desktop.domain.schedule import Appointment, Slot
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.day_wall import MINUTE
from ehr_desktop.ui.models.day_words import USUAL_STEPS
from ehr_desktop.ui.screens.appointments.book_canvas import FreeTime
from ehr_desktop.ui.screens.appointments.book_store import BookStore
from ehr_desktop.ui.screens.appointments.book_view import BookView
from ehr_desktop.ui.screens.appointments.booking_drawer import USUAL_MINUTES, BookingDrawer, Desk
from ehr_desktop.ui.screens.appointments.card_menu import CardActions, card_menu, free_menu
from ehr_desktop.ui.screens.appointments.changes import Changes, Collision
from ehr_desktop.ui.screens.appointments.conflict_sheet import ConflictSheet
from ehr_desktop.ui.screens.appointments.details_drawer import DetailsDrawer
from ehr_desktop.ui.shell.context import ScreenContext

STEP_MINUTES = 10


class DeskWork(QObject):
    """Works on what `book` stands on, unless told another appointment.

    `gone_to` carries the `FreeTime` somebody should see now, maybe on another day.
    """

    gone_to = Signal(object)

    def __init__(
        self, context: ScreenContext, store: BookStore, book: BookView, host: QWidget
    ) -> None:
        super().__init__(host)
        self._context = context
        self._store = store
        self._book = book
        self._host = host
        self._last_free: FreeTime | None = None
        self.changes = Changes(context, self)
        self.booking = BookingDrawer(context, self.changes, host)
        self.details = DetailsDrawer(context, self.changes, host)
        self.conflict: ConflictSheet | None = None
        sees_charts = may(context.actor.role, Action.READ_CLINICAL)
        self.actions = CardActions(
            details=self.details.show_appointment,
            set_status=self.changes.set_status,
            move=self.begin_move,
            cancel=self._ask_cancel,
            open_chart=self._open_chart if sees_charts else None,
            book=self.book_at,
        )
        self.changes.collided.connect(self._collided)
        self.details.move_wanted.connect(self.begin_move)

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self._store.clinic.time_zone if self._store.clinic else "UTC")

    @property
    def today(self) -> date:
        """The clinic's present day."""
        return self._context.now().astimezone(self.zone).date()

    @property
    def usual_provider(self) -> PersonId:
        """The person signed in if they see patients, else the first who does."""
        known = [staff.id for staff in self._store.providers]
        return self._context.actor.id if self._context.actor.id in known else known[0]

    def open_desk(self) -> None:
        """Take up the providers and the clock, once they are known."""
        self.booking.set_desk(Desk(self._store.providers, self.zone, lambda: self.today))

    def new_appointment(self) -> None:
        """Open the booking panel for the time the keyboard is on."""
        if self._store.providers:
            self.book_at(self._pointed())

    def book_at(self, time: FreeTime) -> None:
        """Open the booking panel for a time."""
        self.booking.begin(time)

    def book_for(self, patient: PatientId) -> None:
        """Open the booking panel for a patient at the next free time."""
        time = self._pointed()
        after = max(time.start, self._context.now())
        self.booking.begin_for(patient, time.provider, after)

    def next_free(self) -> None:
        """Go to the next free time of the column the keyboard is on; a card in hand goes along."""
        if not self._store.providers:
            return
        hold = self._book.hold
        time = self._pointed() if hold is None else self._book.time_under(hold)
        length = (hold.length if hold is not None else USUAL_MINUTES) * MINUTE
        again = self._last_free == FreeTime(time.provider, time.start)
        start = time.start + STEP_MINUTES * MINUTE if again else time.start
        context = self._context
        context.bridge.call(
            self,
            context.clinic.appointments.next_free(
                context.actor, time.provider, length, max(start, context.now()), count=1
            ),
            done=lambda slots: self._go_free(time.provider, slots),
            failed=self._failed,
        )

    def begin_move(self, appointment: Appointment | None) -> None:
        """Take an appointment into the hand."""
        if appointment is not None:
            self._book.begin_move(appointment)

    def advance(self, appointment: Appointment | None) -> None:
        """Set the usual next status."""
        if appointment is not None and appointment.status in USUAL_STEPS:
            self.changes.set_status(appointment, USUAL_STEPS[appointment.status])

    def open_menu(self, subject: Appointment | FreeTime, where: QPoint) -> None:
        """Open the menu of a card or of free time."""
        if isinstance(subject, Appointment):
            menu = card_menu(subject, self.actions, self._host)
        else:
            menu = free_menu(subject, self.actions, self._host)
        menu.popup(where)

    def _pointed(self) -> FreeTime:
        """Give the time the keyboard is on, or now in the column of the usual provider."""
        pointed = self._book.current_time
        if pointed is not None and self._book.isVisible():
            return pointed
        return FreeTime(self.usual_provider, self._next_step())

    def _next_step(self) -> datetime:
        """Give the present, or opening time of the day shown, on a whole step."""
        now = self._context.now().replace(second=0, microsecond=0)
        columns = self._book.columns
        if columns and columns[0].day != self.today:
            span, hours = columns[0].span, columns[0].open
            return span.moment_at(hours[0] if hours else 0)
        return now + (-now.minute % STEP_MINUTES) * MINUTE

    def _go_free(self, provider: PersonId, slots: tuple[Slot, ...]) -> None:
        if not slots:
            self._context.notify("Nothing is free in the days that follow.")
            return
        self._last_free = FreeTime(provider, slots[0].start)
        self.gone_to.emit(self._last_free)

    def _ask_cancel(self, appointment: Appointment) -> None:
        self.details.show_appointment(appointment)
        self.details.ask_cancel()

    def _open_chart(self, appointment: Appointment) -> None:
        self._context.open_chart(appointment.patient)

    def _collided(self, collision: Collision) -> None:
        self.conflict = ConflictSheet(self._host, self.changes, collision, self.zone, self.today)
        self.conflict.open_over()

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))
