"""A card in the hand: dragged with the mouse, or moved with the arrow keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_wall import MINUTE
from ehr_desktop.ui.models.day_words import minutes_of
from ehr_desktop.ui.screens.appointments.columns import Column

SNAP: Final = 5
"""Cards move in steps of so many minutes."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an appointment is wanted. `start` is aware UTC."""

    appointment: Appointment
    provider: PersonId
    start: datetime
    length: timedelta

    @property
    def changes_anything(self) -> bool:
        """Tell whether it is wanted anywhere but where it is."""
        known = self.appointment
        here = (known.provider, known.slot.start, known.slot.length)
        return here != (self.provider, self.start, self.length)


@dataclass(frozen=True, slots=True)
class Hold:
    """`appointment` over a column, a minute and with a length in minutes."""

    appointment: Appointment
    column: int
    minute: int
    length: int

    def moved_to(self, columns: Sequence[Column], column: int, minute: int) -> "Hold":
        """Give the hold over another place, kept within the book and on whole steps."""
        column = min(max(column, 0), len(columns) - 1)
        last = max(columns[column].span.minutes - self.length, 0)
        minute = min(max(round(minute / SNAP) * SNAP, 0), last)
        return replace(self, column=column, minute=minute)

    def lasting(self, minutes: int) -> "Hold":
        """Give the hold with another length, on whole steps."""
        return replace(self, length=max(round(minutes / SNAP) * SNAP, SNAP))

    def dropped(self, columns: Sequence[Column]) -> Move:
        """Give the move that letting go here asks for."""
        column = columns[self.column]
        start = column.span.moment_at(self.minute)
        return Move(self.appointment, column.provider, start, self.length * MINUTE)


def taken_up(appointment: Appointment, columns: Sequence[Column]) -> Hold:
    """Take an appointment into the hand where it stands; one of another day, at its time."""
    length = minutes_of(appointment.slot.length)
    for number, column in enumerate(columns):
        if column.card_of(appointment.id) is not None:
            minute = column.span.minute_of(appointment.slot.start)
            return Hold(appointment, number, minute, length)
    same = (n for n, column in enumerate(columns) if column.provider == appointment.provider)
    return Hold(appointment, 0, 0, length).moved_to(columns, next(same, 0), 0)
