"""What the day book shows, column by column, and where cards stand beside each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ehr_desktop.domain.ids import AppointmentId, PersonId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_wall import DaySpan
from ehr_desktop.ui.models.day_words import minutes_of

SHORTEST_MINUTES = 10
"""A shorter appointment is drawn this long, so that it can be read and hit."""


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment in its column: from `minute` for `length` minutes, in one of `lanes`."""

    appointment: Appointment
    minute: int
    length: int
    lane: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Column:
    """One provider's day. `hours` are its full hours as minute and wall time; `open` the clinic's
    hours in minutes, None when it is closed.
    """

    provider: PersonId
    title: str
    remark: str
    span: DaySpan
    hours: tuple[tuple[int, str], ...]
    open: tuple[int, int] | None
    cards: tuple[Card, ...]

    @property
    def day(self) -> date:
        """The clinic's day."""
        return self.span.day

    def card_of(self, appointment: AppointmentId | None) -> Card | None:
        """Give the card of an appointment, or None when it is not in this column."""
        return next((card for card in self.cards if card.appointment.id == appointment), None)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the book: a column's number, a minute, and the card there, if there is one."""

    column: int
    minute: int
    card: AppointmentId | None = None


def cards_of(appointments: Iterable[Appointment], span: DaySpan) -> tuple[Card, ...]:
    """Lay appointments out by start; those that overlap share the width of their column."""
    placed: list[Card] = []
    group: list[tuple[int, int, Appointment]] = []
    group_end = 0
    for appointment in sorted(appointments, key=lambda a: (a.slot.start, -a.slot.length, a.id)):
        minute = span.minute_of(appointment.slot.start)
        length = max(minutes_of(appointment.slot.length), SHORTEST_MINUTES)
        if group and minute >= group_end:
            placed += _side_by_side(group)
            group = []
        group.append((minute, length, appointment))
        group_end = max(group_end if len(group) > 1 else 0, minute + length)
    return tuple(placed + _side_by_side(group))


def _side_by_side(group: list[tuple[int, int, Appointment]]) -> list[Card]:
    ends: list[int] = []
    lanes: list[int] = []
    for minute, length, _ in group:
        lane = next((number for number, end in enumerate(ends) if end <= minute), len(ends))
        ends[lane : lane + 1] = [minute + length]
        lanes.append(lane)
    return [
        Card(appointment, minute, length, lane, len(ends))
        for (minute, length, appointment), lane in zip(group, lanes, strict=True)
    ]


def stops_of(column: Column, number: int, cell: int) -> tuple[Spot, ...]:
    """Give where the arrow keys stop in column `number`: every card, and every free cell of
    `cell` minutes, from top to bottom.
    """
    covered = {
        minute
        for card in column.cards
        for minute in range(card.minute - card.minute % cell, card.minute + card.length, cell)
    }
    free = [
        Spot(number, minute)
        for minute in range(0, column.span.minutes, cell)
        if minute not in covered
    ]
    taken = [Spot(number, card.minute, card.appointment.id) for card in column.cards]
    return tuple(sorted(free + taken, key=lambda spot: spot.minute))
