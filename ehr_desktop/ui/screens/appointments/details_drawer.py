"""One appointment: what is known, its next steps, the chart."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.people import Action, may
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import (
    LOOKS,
    MOVABLE,
    USUAL_STEPS,
    day_of,
    may_cancel,
    minutes_of,
    next_steps,
    times_text,
    waiting_minutes,
)
from ehr_desktop.ui.screens.appointments.changes import Changes
from ehr_desktop.ui.shell.context import Place, ScreenContext, ShowPatient
from ehr_desktop.ui.shell.days import weekday_text
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import (
    Button,
    danger_button,
    ghost_button,
    primary_button,
    secondary_button,
)
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.key_values import KeyValueList
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.pending_mark import PendingMark
from ehr_desktop.ui.widgets.pill import Pill
from ehr_desktop.ui.widgets.text_field import TextField


class DetailsDrawer(Drawer):
    """Follows its appointment while it is open. `move_wanted` carries it for the move mode."""

    move_wanted = Signal(object)

    def __init__(self, context: ScreenContext, changes: Changes, host: QWidget) -> None:
        super().__init__(host, "Appointment")
        self._context = context
        self._changes = changes
        self.appointment: Appointment | None = None
        self._pill = Pill("", Tone.NEUTRAL, self)
        self._since = Caption("", self)
        self._name = Heading("", self)
        self._name.setWordWrap(True)
        self._pending = PendingMark(self)
        self._over = Callout(Tone.WARNING, "", parent=self)
        self._facts = KeyValueList(parent=self)
        self._steps = column(spacing=Space.ONE)
        self.step_buttons: list[Button] = []
        self.move_button = secondary_button("Move", icon_name="calendar-clock")
        self.move_button.clicked.connect(self._move)
        self.cancel_button = secondary_button("Cancel appointment", icon_name="ban")
        self.cancel_button.clicked.connect(self.ask_cancel)
        self.why = Field("Why is it cancelled?", TextField(), self, help_text="May stay empty.")
        self.why.input.setMaxLength(200)
        self.why.input.returnPressed.connect(self.confirm_cancel)
        self.confirm_button = danger_button("Cancel it")
        self.confirm_button.clicked.connect(self.confirm_cancel)
        self.keep_button = ghost_button("Keep it")
        self.keep_button.clicked.connect(self._ask_no_more)
        asking = column(self.why, row(self.confirm_button, self.keep_button, SPRING))
        self._asking = boxed(asking, self)
        self._asking.hide()
        self.chart_button = primary_button("Open chart", icon_name="file-text")
        self.chart_button.clicked.connect(self.open_chart)
        self._sees_charts = may(context.actor.role, Action.READ_CLINICAL)
        if not self._sees_charts:
            self.chart_button.setText("Show patient")
        self._lay()
        changes.changed.connect(self.follow)

    def show_appointment(self, appointment: Appointment) -> None:
        """Open for `appointment`."""
        self._tell(appointment)
        self.open_over()
        usual = self.step_buttons[0] if self.step_buttons else self.chart_button
        usual.setFocus()

    def follow(self, appointment: Appointment) -> None:
        """Show what has become of the appointment, if it is the one that is shown."""
        if self.isVisible() and self.appointment and appointment.id == self.appointment.id:
            self._tell(appointment)

    def ask_cancel(self) -> None:
        """Ask for the reason before it is cancelled."""
        self._asking.show()
        self._choices.hide()
        self.why.input.setFocus()

    def confirm_cancel(self) -> None:
        """Cancel it."""
        if self.appointment is not None:
            self._changes.cancel(self.appointment, self.why.input.text().strip())
            self.why.input.clear()
            self.leave()

    def open_chart(self) -> None:
        """Open the patient's chart, or for the front desk their place in the list."""
        if self.appointment is None:
            return
        patient = self.appointment.patient
        self.leave()
        if self._sees_charts:
            self._context.open_chart(patient)
        else:
            self._context.navigate(Place.PATIENTS, ShowPatient(patient))

    def _lay(self) -> None:
        head = row(self._pill, self._since, spacing=Space.ONE)
        head.setStretch(1, 1)
        moves = row(self.move_button, self.cancel_button, SPRING, spacing=Space.ONE)
        self.add(
            column(head, self._name, self._pending, spacing=Space.ONE), self._over, self._facts
        )
        self._choices = boxed(column(self._steps, moves), self)
        self.add(Rule(self), self._choices, self._asking)
        self.set_footer(self.chart_button)

    def _tell(self, appointment: Appointment) -> None:
        self.appointment = appointment
        look = LOOKS[appointment.status]
        self._pill.set_state(look.word, look.tone)
        waited = waiting_minutes(appointment, self._context.now())
        self._since.setText("" if waited is None else f"Waiting for {waited} min")
        self._name.setText(appointment.patient_name)
        self._pending.setVisible(appointment.pending)
        self._over.setVisible(bool(appointment.override_reason))
        self._over.say(Tone.WARNING, "Booked over another", appointment.override_reason)
        self._facts.set_pairs(
            (
                ("Date", weekday_text(day_of(appointment))),
                (
                    "Time",
                    f"{times_text(appointment)}  ({minutes_of(appointment.slot.length)} min)",
                ),
                ("With", appointment.provider_name),
                ("Reason", appointment.reason),
                ("Comment", appointment.comment),
            )
        )
        self._offer_steps(appointment)
        self.move_button.setVisible(appointment.status in MOVABLE)
        self.cancel_button.setVisible(may_cancel(appointment))
        self._ask_no_more()

    def _offer_steps(self, appointment: Appointment) -> None:
        for old in self.step_buttons:
            self._steps.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.step_buttons = []
        for status in next_steps(appointment.status):
            usual = USUAL_STEPS.get(appointment.status) is status
            words = f"{LOOKS[status].step}  (F9)" if usual else LOOKS[status].step
            button = secondary_button(words, icon_name=LOOKS[status].icon_name)
            button.clicked.connect(self._setting(status))
            self._steps.addWidget(button)
            self.step_buttons.append(button)

    def _setting(self, status: AppointmentStatus) -> Callable[[], None]:
        def set_status() -> None:
            if self.appointment is not None:
                self._changes.set_status(self.appointment, status)

        return set_status

    def _ask_no_more(self) -> None:
        self._asking.hide()
        self._choices.show()

    def _move(self) -> None:
        appointment = self.appointment
        self.leave()
        self.move_wanted.emit(appointment)
