"""A new appointment: who, with whom, when, how long, why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.ids import PatientId, PersonId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Staff
from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment, Slot
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Booking
from ehr_desktop.ui.models.day_wall import MINUTE, moments_of
from ehr_desktop.ui.models.day_words import day_of, minutes_of, start_text
from ehr_desktop.ui.screens.appointments.book_canvas import FreeTime
from ehr_desktop.ui.screens.appointments.changes import Changes
from ehr_desktop.ui.screens.appointments.free_times import FreeTimes
from ehr_desktop.ui.screens.appointments.patient_picker import PatientPicker
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.layouts import row
from ehr_desktop.ui.widgets.text_area import TextArea
from ehr_desktop.ui.widgets.text_field import TextField
from ehr_desktop.ui.widgets.time_field import TimeField

LENGTHS: Final = (5, 10, 15, 20, 30, 40, 45, 60, 90, 120)
USUAL_MINUTES: Final = 20
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What booking needs to know of the clinic; `today` gives its present day."""

    providers: tuple[Staff, ...]
    zone: ZoneInfo
    today: Callable[[], date]


class BookingDrawer(Drawer):
    """Esc closes it and keeps what was typed. F3 takes the next free time, Ctrl+Enter books."""

    def __init__(self, context: ScreenContext, changes: Changes, host: QWidget) -> None:
        super().__init__(host, "New appointment")
        self._context = context
        self._changes = changes
        self._desk: Desk | None = None
        self._start: datetime | None = None
        self.picker = PatientPicker(context, self)
        self.known = Callout(Tone.NOTE, "", parent=self)
        self.known.hide()
        self.provider = Field("With", ComboField([]), self, required=True)
        self.day = Field("Date", DateField(), self, required=True)
        self.time = Field("Time", TimeField(), self, required=True)
        choices = [(str(minutes), f"{minutes} minutes") for minutes in LENGTHS]
        self.length = Field("Length", ComboField(choices), self)
        self.free = FreeTimes(context, self)
        self.reason = Field("Reason", TextField(), self, help_text="Shown on the card.")
        self.reason.input.setMaxLength(_LONGEST_REASON)
        self.comment = Field("Comment", TextArea(rows=2), self)
        self.book_button = primary_button("Book", icon_name="calendar-plus")
        self.book_button.clicked.connect(self.submit)
        cancel = secondary_button("Cancel")
        cancel.clicked.connect(self.leave)
        when = row(self.day, self.time, spacing=Space.TWO)
        whom = row(self.provider, self.length, spacing=Space.TWO)
        whom.setStretch(0, 3)
        whom.setStretch(1, 2)
        self.add(self.picker, self.known, whom, when, self.free, self.reason, self.comment)
        self.set_footer(self.book_button, cancel)
        self._listen()

    def set_desk(self, desk: Desk) -> None:
        """Say who can be booked and what clock the clinic goes by."""
        self._desk = desk
        key = self.provider.input.key
        self.provider.input.set_choices([(str(s.id), s.display_name) for s in desk.providers])
        self.provider.input.choose(key)
        self.free.set_clock(desk.zone, desk.today)

    def begin(self, time: FreeTime, patient: PatientId | None = None) -> None:
        """Open for a time; a patient not given is kept, or looked for."""
        self.provider.input.choose(time.provider)
        length = minutes_of(time.length) if time.length is not None else USUAL_MINUTES
        self._show_length(length)
        self._show_start(time.start)
        self.open_over()
        if patient is not None:
            self.picker.fetch(patient)
        self._focus()

    def begin_for(self, patient: PatientId, provider: PersonId, after: datetime) -> None:
        """Open for a patient, at the next free time of `provider`."""
        self.begin(FreeTime(provider, after), patient)
        self.free.take_first()

    def submit(self) -> None:
        """Book if everything fits, else say beside each field what does not."""
        wanted = self._wanted()
        if wanted is not None:
            self.book_button.setEnabled(False)
            self._changes.book(wanted)

    def next_free(self) -> None:
        """Take the next free time; again for the one after it."""
        self.free.take_next()

    def _listen(self) -> None:
        self.picker.picked.connect(self._patient_changed)
        self.provider.input.chosen.connect(self._look_again)
        self.length.input.chosen.connect(self._look_again)
        self.day.input.date_changed.connect(self._time_typed)
        self.time.input.time_changed.connect(self._time_typed)
        self.reason.input.returnPressed.connect(self.submit)
        self.free.chosen.connect(self._take_slot)
        self._changes.booked.connect(self._booked)
        self._changes.collided.connect(self._ready)
        self._changes.refused.connect(self._ready)
        QShortcut(QKeySequence("F3"), self).activated.connect(self.next_free)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.submit)

    def _focus(self) -> None:
        (self.book_button if self.picker.patient is not None else self.picker).setFocus()

    def _show_length(self, minutes: int) -> None:
        key = str(minutes)
        if self.length.input.findData(key) < 0:
            self.length.input.addItem(f"{minutes} minutes", key)
        self.length.input.choose(key)

    def _show_start(self, start: datetime) -> None:
        if self._desk is None:
            return
        local = start.astimezone(self._desk.zone)
        self.day.input.set_value(local.date())
        self.time.input.set_value(local.time())
        # After the fields: a time the clocks show twice keeps the one that was pointed at.
        self._start = start
        self._look_again()

    def _time_typed(self) -> None:
        self._start = None
        for field in (self.day, self.time):
            field.clear_error()
        if self._typed_start() is not None:
            self._look_again()

    def _typed_start(self) -> datetime | None:
        day, wall = self.day.input.value, self.time.input.value
        if day is None or wall is None or self._desk is None:
            return None
        return next(iter(moments_of(day, wall, self._desk.zone)), None)

    def _minutes(self) -> timedelta:
        return int(self.length.input.key or USUAL_MINUTES) * MINUTE

    def _look_again(self) -> None:
        start = self._start or self._typed_start()
        if start is not None and self.provider.input.key:
            provider = PersonId(self.provider.input.key)
            self.free.look(provider, self._minutes(), start)

    def _take_slot(self, slot: Slot) -> None:
        self._show_start(slot.start)
        self.book_button.setFocus()

    def _wanted(self) -> Booking | None:
        patient, start = self.picker.patient, self._start or self._typed_start()
        self.picker.field.set_error("" if patient else "Choose who comes.")
        self.day.set_error(self._day_problem())
        self.time.set_error(self._time_problem())
        if patient is None:
            self.picker.search.setFocus()
            return None
        if start is None:
            (self.day if self.day.error else self.time).input.setFocus()
            return None
        return Booking(
            provider=PersonId(self.provider.input.key),
            patient=patient.id,
            start=start,
            length=self._minutes(),
            reason=self.reason.input.text().strip(),
            comment=self.comment.input.toPlainText().strip(),
        )

    def _day_problem(self) -> str:
        field = self.day.input
        return "" if field.value is not None else field.problem or "Write the date."

    def _time_problem(self) -> str:
        field = self.time.input
        if field.value is None:
            return field.problem or "Write the time."
        if self.day.input.value is not None and self._typed_start() is None:
            return "The clocks skip this time on that day."
        return ""

    def _patient_changed(self, patient: PatientSummary | None) -> None:
        self.known.hide()
        if patient is None:
            return
        if self.isVisible():
            self.book_button.setFocus()
        context = self._context
        context.bridge.call(
            self,
            context.clinic.appointments.of_patient(context.actor, patient.id),
            done=self._show_known,
            failed=lambda error: context.notify(explain(error)),
        )

    def _show_known(self, appointments: tuple[Appointment, ...]) -> None:
        now = self._context.now()
        coming = [a for a in appointments if a.slot.end > now and a.status not in FREES_THE_SLOT]
        patient = self.picker.patient
        coming = [a for a in coming if patient is not None and a.patient == patient.id]
        if coming:
            first = coming[0]
            more = f" and {len(coming) - 1} more" if len(coming) > 1 else ""
            when = f"{shown_date(day_of(first))} {start_text(first)}"
            words = f"{when} with {first.provider_name}{more}."
            self.known.say(Tone.NOTE, "Already has an appointment", words)
            self.known.show()

    def _booked(self, _appointment: Appointment) -> None:
        self._ready()
        self.picker.clear()
        self.reason.input.clear()
        self.comment.input.clear()
        self.leave()

    def _ready(self) -> None:
        self.book_button.setEnabled(True)
