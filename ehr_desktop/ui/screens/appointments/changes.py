"""Changes in the day book, each with the way back."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Booking, SlotTakenError
from ehr_desktop.ui.models.day_wall import wall_text
from ehr_desktop.ui.models.day_words import (
    LOOKS,
    day_of,
    start_text,
    steps_to,
)
from ehr_desktop.ui.screens.appointments.hold import Move
from ehr_desktop.ui.screens.pending_notice import notify_outcome
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.shell.days import weekday_text

UNDO: Final = "Undo"
Work = Coroutine[Any, Any, Appointment]


@dataclass(frozen=True, slots=True)
class Collision:
    """What was wanted, a booking or a move, and why it was refused."""

    wanted: Booking | Move
    error: SlotTakenError


class Changes(QObject):
    """Books, moves, cancels and sets statuses; says so with an undo.

    `changed` carries the appointment as it is now, `booked` one that is new, `collided` a
    `Collision`.
    """

    changed = Signal(object)
    booked = Signal(object)
    collided = Signal(object)
    refused = Signal(str)

    def __init__(self, context: ScreenContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._port = context.clinic.appointments

    def book(self, wanted: Booking) -> None:
        """Book, or report the collision."""

        def booked(appointment: Appointment) -> None:
            self.booked.emit(appointment)
            self._done(
                appointment,
                f"Booked {appointment.patient_name}, {when_text(appointment)}.",
                lambda: self._port.cancel(self._context.actor, appointment.id),
            )

        self._run(self._port.book(self._context.actor, wanted), booked, wanted)

    def move(self, wanted: Move, override_reason: str = "") -> None:
        """Move, or report the collision."""
        before = wanted.appointment

        def moved(appointment: Appointment) -> None:
            back = Move(appointment, before.provider, before.slot.start, before.slot.length)
            self._done(
                appointment,
                f"Moved {appointment.patient_name} to {when_text(appointment)}.",
                lambda: self._move(back, before.override_reason),
            )

        self._run(self._move(wanted, override_reason), moved, wanted)

    def set_status(self, appointment: Appointment, status: AppointmentStatus) -> None:
        """Set a status, by way of those that must come before it."""

        def changed(now: Appointment) -> None:
            self._done(
                now,
                f"{now.patient_name}: {LOOKS[now.status].word.lower()}.",
                lambda: self._walk(now, steps_to(now.status, appointment.status)),
            )

        self._run(self._walk(appointment, steps_to(appointment.status, status)), changed)

    def cancel(self, appointment: Appointment, reason: str = "") -> None:
        """Cancel; its time is free again."""
        actor = self._context.actor

        def cancelled(now: Appointment) -> None:
            self._done(
                now,
                f"Cancelled {now.patient_name}, {when_text(now)}.",
                lambda: self._walk(now, steps_to(now.status, appointment.status)),
            )

        self._run(self._port.cancel(actor, appointment.id, reason), cancelled)

    def _move(self, wanted: Move, override_reason: str) -> Work:
        return self._port.move(
            self._context.actor,
            wanted.appointment.id,
            wanted.provider,
            wanted.start,
            wanted.length,
            override_reason,
        )

    async def _walk(
        self, appointment: Appointment, steps: tuple[AppointmentStatus, ...]
    ) -> Appointment:
        for step in steps:
            appointment = await self._port.change_status(self._context.actor, appointment.id, step)
        return appointment

    def _done(self, now: Appointment, words: str, undo: Callable[[], Work]) -> None:
        self.changed.emit(now)
        notify_outcome(
            self,
            self._context,
            words,
            pending=now.pending,
            action=UNDO,
            on_action=lambda: self._undo(undo),
        )

    def _undo(self, undo: Callable[[], Work]) -> None:
        self._run(undo(), self._undone)

    def _undone(self, appointment: Appointment) -> None:
        self.changed.emit(appointment)
        word = LOOKS[appointment.status].word.lower()
        undone = f"Undone. {appointment.patient_name}: {when_text(appointment)}, {word}."
        notify_outcome(self, self._context, undone, pending=appointment.pending)

    def _run(
        self,
        work: Work,
        done: Callable[[Appointment], None],
        wanted: Booking | Move | None = None,
    ) -> None:
        def failed(error: BaseException) -> None:
            if wanted is not None and isinstance(error, SlotTakenError):
                self.collided.emit(Collision(wanted, error))
            else:
                sentence = explain(error)
                self.refused.emit(sentence)
                self._context.notify(sentence)

        self._context.bridge.call(self, work, done=done, failed=failed)


def when_text(appointment: Appointment) -> str:
    """Say when and with whom: *Friday 14-Aug-2026 10:20 with Dr Osei*."""
    day = weekday_text(day_of(appointment))
    return f"{day} {start_text(appointment)} with {appointment.provider_name}"


def wanted_text(wanted: Booking | Move, zone: ZoneInfo, today: date) -> str:
    """Say what time was wanted."""
    day = wanted.start.astimezone(zone).date()
    named = "Today" if day == today else weekday_text(day)
    ends = wall_text(wanted.start + wanted.length, zone)
    return f"{named} {wall_text(wanted.start, zone)}\u2013{ends}"
