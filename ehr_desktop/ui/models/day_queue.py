"""Today's people in the order in which somebody has to do something about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_rows import DayRows
from ehr_desktop.ui.models.day_words import LOOKS, sentence, start_text, waiting_minutes
from ehr_desktop.ui.models.pending_words import pending_icon, pending_words
from ehr_desktop.ui.models.titled_rows import Index
from ehr_desktop.ui.widgets.row_delegate import CellRole

OPEN_STATES: Final = (
    AppointmentStatus.ARRIVED,
    AppointmentStatus.IN_ROOM,
    AppointmentStatus.BOOKED,
)
"""Who needs somebody, in the order of the list: waiting, in a room, still to come."""
LONG_WAIT_MINUTES: Final = 20


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How the day stands; `longest` is the longest wait in minutes."""

    waiting: int
    longest: int
    in_room: int
    to_come: int
    done: int


def queue_of(appointments: Iterable[Appointment]) -> tuple[Appointment, ...]:
    """Give who waits (longest first), who is in a room, and who is still to come."""
    wanted = [a for a in appointments if a.status in OPEN_STATES]

    def rank(appointment: Appointment) -> tuple[int, datetime]:
        waits = appointment.status is AppointmentStatus.ARRIVED
        since = appointment.status_since if waits else None
        return OPEN_STATES.index(appointment.status), since or appointment.slot.start

    return tuple(sorted(wanted, key=rank))


def counts_of(appointments: Iterable[Appointment], now: datetime) -> DayCounts:
    """Count the day."""
    known = tuple(appointments)
    waits = [minutes for a in known if (minutes := waiting_minutes(a, now)) is not None]

    def count(status: AppointmentStatus) -> int:
        return sum(a.status is status for a in known)

    return DayCounts(
        waiting=len(waits),
        longest=max(waits, default=0),
        in_room=count(AppointmentStatus.IN_ROOM),
        to_come=count(AppointmentStatus.BOOKED),
        done=count(AppointmentStatus.DONE),
    )


def without_outcome(
    appointments: Iterable[Appointment], before: datetime
) -> tuple[Appointment, ...]:
    """Give the appointments that ended before `before` and of which nobody said what became."""
    return tuple(
        a
        for a in sorted(appointments, key=lambda a: a.slot)
        if a.slot.end <= before
        and a.status not in FREES_THE_SLOT
        and a.status is not AppointmentStatus.DONE
    )


class QueueColumn(IntEnum):
    """The columns, in order."""

    STATUS = 0
    WAIT = 1
    TIME = 2
    PATIENT = 3
    PROVIDER = 4
    REASON = 5


_TITLES: Final = ("Status", "Waiting", "Time", "Patient", "With", "Reason")


class DayQueue(DayRows):
    """The queue as rows. `show` again each minute, or nobody waits any longer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_TITLES, parent)
        self._now: datetime | None = None

    def show(self, appointments: Iterable[Appointment], now: datetime) -> None:
        """Show who needs somebody now; the same people stay the same rows."""
        self._now = now
        self.take(queue_of(appointments))

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        appointment = self.at(index.row()) if index.isValid() else None
        if appointment is None:
            return None
        column = QueueColumn(index.column())
        found: object = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                found = self._text(appointment, column)
            case Qt.ItemDataRole.AccessibleTextRole if column is QueueColumn.STATUS:
                found = self._spoken(appointment)
            case CellRole.TONE if column is QueueColumn.STATUS:
                found = LOOKS[appointment.status].tone
            case CellRole.ICON if column is QueueColumn.PATIENT:
                found = pending_icon(pending=appointment.pending)
            case Qt.ItemDataRole.ToolTipRole if column is QueueColumn.PATIENT:
                found = pending_words(pending=appointment.pending)
            case CellRole.STRONG:
                found = column is QueueColumn.PATIENT
            case CellRole.MUTED:
                found = column in {QueueColumn.PROVIDER, QueueColumn.REASON}
        return found

    def _waited(self, appointment: Appointment) -> str:
        waited = waiting_minutes(appointment, self._now) if self._now is not None else None
        return "" if waited is None else f"{waited} min"

    def _spoken(self, appointment: Appointment) -> str:
        waited = self._waited(appointment)
        return f"{sentence(appointment)}, waiting {waited}" if waited else sentence(appointment)

    def _text(self, appointment: Appointment, column: QueueColumn) -> str:
        match column:
            case QueueColumn.STATUS:
                return LOOKS[appointment.status].word
            case QueueColumn.WAIT:
                return self._waited(appointment)
            case QueueColumn.TIME:
                return start_text(appointment)
            case QueueColumn.PATIENT:
                return appointment.patient_name
            case QueueColumn.PROVIDER:
                return appointment.provider_name
            case QueueColumn.REASON:
                return appointment.reason
