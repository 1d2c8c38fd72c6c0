"""Appointments as rows of a table: what the queue and the agenda share."""

from ehr_desktop.domain.ids import AppointmentId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.titled_rows import TitledRows


class DayRows(TitledRows[Appointment]):
    """One row an appointment, in the order in which a subclass takes them; it writes `data`."""

    def take(self, ordered: tuple[Appointment, ...]) -> None:
        """Show these; where the same appointments stand in the same order, they stay rows."""
        if [a.id for a in ordered] == [a.id for a in self.rows]:
            self.rows = ordered
            if ordered:
                last = self.index(len(ordered) - 1, self.columnCount() - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.rows = ordered
        self.endResetModel()

    def row_of(self, appointment: AppointmentId) -> int:
        """Give the row of an appointment, or -1."""
        rows = (row for row, known in enumerate(self.rows) if known.id == appointment)
        return next(rows, -1)
