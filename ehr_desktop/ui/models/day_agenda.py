"""The day book as rows: for reading line by line, by eye, by ear or on paper."""

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment
from ehr_desktop.ui.models.day_rows import DayRows
from ehr_desktop.ui.models.day_words import LOOKS, sentence, times_text
from ehr_desktop.ui.models.pending_words import pending_icon, pending_words
from ehr_desktop.ui.models.titled_rows import Index
from ehr_desktop.ui.widgets.row_delegate import CellRole


class AgendaColumn(IntEnum):
    """The columns, in order."""

    TIME = 0
    PATIENT = 1
    PROVIDER = 2
    STATUS = 3
    REASON = 4
    COMMENT = 5


TITLES: Final = ("Time", "Patient", "With", "Status", "Reason", "Comment")


class DayAgenda(DayRows):
    """One row an appointment, by start. What is read out for a row is a whole sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(TITLES, parent)

    def show(self, appointments: tuple[Appointment, ...]) -> None:
        """Show these appointments; where only some of the same rows changed, they stay rows."""
        self.take(tuple(sorted(appointments, key=lambda a: (a.slot, a.provider_name))))

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        appointment = self.at(index.row()) if index.isValid() else None
        if appointment is None:
            return None
        column = AgendaColumn(index.column())
        found: object = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                found = cell_text(appointment, column)
            case Qt.ItemDataRole.AccessibleTextRole if column is AgendaColumn.TIME:
                found = sentence(appointment)
            case CellRole.TONE if column is AgendaColumn.STATUS:
                found = LOOKS[appointment.status].tone
            case CellRole.ICON if column is AgendaColumn.PATIENT:
                found = pending_icon(pending=appointment.pending)
            case Qt.ItemDataRole.ToolTipRole if column is AgendaColumn.PATIENT:
                found = pending_words(pending=appointment.pending)
            case CellRole.STRONG:
                found = column is AgendaColumn.PATIENT
            case CellRole.MUTED:
                freed = appointment.status in FREES_THE_SLOT
                found = freed or column not in {AgendaColumn.TIME, AgendaColumn.PATIENT}
        return found


def cell_text(appointment: Appointment, column: AgendaColumn) -> str:
    """Write one cell."""
    match column:
        case AgendaColumn.TIME:
            return times_text(appointment)
        case AgendaColumn.PATIENT:
            return appointment.patient_name
        case AgendaColumn.PROVIDER:
            return appointment.provider_name
        case AgendaColumn.STATUS:
            return LOOKS[appointment.status].word
        case AgendaColumn.REASON:
            return appointment.reason
        case AgendaColumn.COMMENT:
            over = appointment.override_reason
            notes = (f"Booked over: {over}" if over else "", appointment.comment)
            return "; ".join(note for note in notes if note)
