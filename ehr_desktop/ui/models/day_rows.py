"""Appointments as rows of a table: what the queue and the agenda share."""

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from ehr_desktop.domain.ids import AppointmentId
from ehr_desktop.domain.schedule import Appointment

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class DayRows(QAbstractTableModel):
    """One row an appointment, in the order in which a subclass takes them; it writes `data`."""

    def __init__(self, titles: tuple[str, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self.appointments: tuple[Appointment, ...] = ()

    def take(self, ordered: tuple[Appointment, ...]) -> None:
        """Show these; where the same appointments stand in the same order, they stay rows."""
        if [a.id for a in ordered] == [a.id for a in self.appointments]:
            self.appointments = ordered
            if ordered:
                last = self.index(len(ordered) - 1, len(self._titles) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.appointments = ordered
        self.endResetModel()

    def at(self, row: int) -> Appointment | None:
        """Give the appointment of a row, or None outside the table."""
        return self.appointments[row] if 0 <= row < len(self.appointments) else None

    def row_of(self, appointment: AppointmentId) -> int:
        """Give the row of an appointment, or -1."""
        rows = (row for row, known in enumerate(self.appointments) if known.id == appointment)
        return next(rows, -1)

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.appointments)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._titles)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        shown = role == Qt.ItemDataRole.DisplayRole
        if shown and orientation == Qt.Orientation.Horizontal and section < len(self._titles):
            return self._titles[section]
        return None
