"""What the day book knows, kept true while other workstations change it."""

from datetime import date

from PySide6.QtCore import QObject, Signal

from ehr_desktop.domain.events import AppointmentsChanged, DayBookChanged, Event, PeopleChanged
from ehr_desktop.domain.ids import AppointmentId, PersonId
from ehr_desktop.domain.people import Clinic, Staff
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.day_words import day_of
from ehr_desktop.ui.screens.appointments.columns import Column
from ehr_desktop.ui.screens.appointments.shown_book import (
    Mode,
    Window,
    columns_of,
    shown_appointments,
)
from ehr_desktop.ui.shell.context import ScreenContext

_HEARD = (AppointmentsChanged, DayBookChanged, PeopleChanged)


class BookStore(QObject):
    """`changed` says that `window`, `providers` or appointments are others now.

    A day asked for is shown once it is known: what is on the screen always belongs to the day
    that stands above it.
    """

    ready = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, context: ScreenContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.clinic: Clinic | None = None
        self.providers: tuple[Staff, ...] = ()
        self.window: Window | None = None
        self.wanted: Window | None = None
        self._known: dict[AppointmentId, Appointment] = {}
        self._asleep = False
        self._missed = False
        context.bridge.node_event.connect(self._hear)

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        """The appointments that are shown."""
        if self.window is None:
            return ()
        return shown_appointments(self.window, self.providers, self._known.values())

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown."""
        if self.window is None or self.clinic is None:
            return ()
        return columns_of(self.window, self.clinic, self.providers, self._known.values())

    def begin(self) -> None:
        """Ask who works here and what the clinic's hours are; `ready` follows."""
        self._context.bridge.call(
            self,
            self._context.clinic.session.clinic(),
            done=self._take_clinic,
            failed=self._fail,
        )

    def show(self, window: Window) -> None:
        """Look at another part of the book."""
        self.wanted = window
        known = self.window
        if known is not None and _same_source(known, window):
            self._shown(window)
            return
        context, port = self._context, self._context.clinic.appointments
        if window.mode is Mode.WEEK:
            work = port.week(context.actor, window.days[0], (window.provider,))
        else:
            work = port.day(context.actor, window.day)
        context.bridge.call(
            self, work, done=lambda found: self._take_all(window, found), failed=self._fail
        )

    def reload(self) -> None:
        """Ask again for the people and for what is shown."""
        wanted, self.window = self.wanted, None
        if self.clinic is not None:
            self._ask_providers()
        if wanted is not None:
            self.show(wanted)

    def sleep(self) -> None:
        """Ask for nothing while nobody looks; behind a lock there is no key to ask with."""
        self._asleep = True

    def wake(self) -> None:
        """Ask again, at once if something was missed."""
        self._asleep = False
        if self._missed:
            self._missed = False
            self.reload()

    def put(self, appointment: Appointment) -> None:
        """Take one appointment as it is now."""
        self._known[appointment.id] = appointment
        self.changed.emit()

    def _take_clinic(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._ask_providers()

    def _ask_providers(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.people.providers(context.actor),
            done=self._take_providers,
            failed=self._fail,
        )

    def _take_providers(self, providers: tuple[Staff, ...]) -> None:
        first = not self.providers
        self.providers = providers
        if first:
            self.ready.emit()
        self.changed.emit()

    def _take_all(self, window: Window, found: tuple[Appointment, ...]) -> None:
        if self.wanted is None or not _same_source(self.wanted, window):
            return
        self._known = {appointment.id: appointment for appointment in found}
        self._shown(self.wanted)

    def _shown(self, window: Window) -> None:
        self.window = window
        self.changed.emit()

    def _hear(self, event: Event) -> None:
        if self._asleep:
            self._missed = self._missed or isinstance(event, _HEARD)
        elif isinstance(event, PeopleChanged) and self.clinic is not None:
            self._ask_providers()
        elif isinstance(event, DayBookChanged) and self.wanted is not None:
            self.show(self.wanted)
        elif isinstance(event, AppointmentsChanged) and self._shows(event.day, event.provider):
            context = self._context
            day, provider = event.day, event.provider
            context.bridge.call(
                self,
                context.clinic.appointments.day(context.actor, day, (provider,)),
                done=lambda found: self._take_some(day, provider, found),
                failed=self._fail,
            )

    def _shows(self, day: date, provider: PersonId) -> bool:
        window = self.window
        if window is None or day not in window.days:
            return False
        return window.mode is not Mode.WEEK or window.provider == provider

    def _take_some(self, day: date, provider: PersonId, found: tuple[Appointment, ...]) -> None:
        kept = {
            identifier: appointment
            for identifier, appointment in self._known.items()
            if (day_of(appointment), appointment.provider) != (day, provider)
        }
        self._known = kept | {appointment.id: appointment for appointment in found}
        self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        self.failed.emit(explain(error))


def _same_source(one: Window, other: Window) -> bool:
    """Tell whether both windows are filled by the same question."""
    week = Mode.WEEK in {one.mode, other.mode}
    provider = one.provider == other.provider or not week
    return one.days == other.days and provider
