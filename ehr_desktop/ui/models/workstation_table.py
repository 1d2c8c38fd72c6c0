"""The clinic's workstations as rows."""

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import LinkState, WorkstationStatus
from ehr_desktop.ui.models.network_words import (
    clock_words,
    ledger_words,
    round_trip_words,
    rung_words,
    state_words,
    trouble_words,
)
from ehr_desktop.ui.models.titled_rows import Index, TitledRows
from ehr_desktop.ui.widgets.row_delegate import CellRole

_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class Column(IntEnum):
    """The columns, in order."""

    NAME = 0
    STATE = 1
    LEDGER = 2
    ROUND_TRIP = 3
    FOUND = 4


_TITLES: Final = {
    Column.NAME: "Workstation",
    Column.STATE: "State",
    Column.LEDGER: "Ledger",
    Column.ROUND_TRIP: "Round trip",
    Column.FOUND: "How it was found",
}


class WorkstationTable(TitledRows[WorkstationStatus]):
    """This workstation first. Rows stay rows while the same workstations are told of, so that a
    choice and the place one scrolled to outlast every change of what they say.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(tuple(_TITLES.values()), parent)
        self._height = 0

    def show(self, workstations: tuple[WorkstationStatus, ...], height: int) -> None:
        """Show these; `height` is this workstation's own."""
        before = tuple(each.device for each in self.rows)
        if before != tuple(each.device for each in workstations):
            self.beginResetModel()
            self.rows, self._height = workstations, height
            self.endResetModel()
            return
        moved = height != self._height
        changed = [row for row, each in enumerate(workstations) if moved or each != self.rows[row]]
        self.rows, self._height = workstations, height
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))

    def row_of(self, device: DeviceId) -> int:
        """Give the row of a workstation, -1 if it has none."""
        return next((row for row, each in enumerate(self.rows) if each.device == device), -1)

    def troubled_row(self) -> int:
        """Give the first row somebody should look at, -1 if there is none."""
        return next((row for row, each in enumerate(self.rows) if _advice(each)), -1)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.ROUND_TRIP:
            return _RIGHT
        return super().headerData(section, orientation, role)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.at(index.row()) if index.isValid() else None
        return None if row is None else self._said(row, Column(index.column()), role)

    def _said(self, row: WorkstationStatus, column: Column, role: int) -> object:
        said: object = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                said = self._text(row, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                said = f"{_TITLES[column]}: {self._text(row, column) or 'not known'}"
            case Qt.ItemDataRole.ToolTipRole:
                said = _advice(row)
            case Qt.ItemDataRole.TextAlignmentRole if column is Column.ROUND_TRIP:
                said = _RIGHT
            case CellRole.TONE if column is Column.STATE:
                said = state_words(row)[1]
            case CellRole.ICON if column is Column.NAME:
                said = _icon(row)
            case CellRole.STRONG:
                said = column is Column.NAME
            case CellRole.MUTED:
                said = column is not Column.NAME
        return said

    def _text(self, row: WorkstationStatus, column: Column) -> str:
        match column:
            case Column.NAME:
                return row.name
            case Column.STATE:
                return state_words(row)[0]
            case Column.LEDGER:
                return ledger_words(row, self._height)
            case Column.ROUND_TRIP:
                return round_trip_words(row)
            case Column.FOUND:
                return rung_words(row)


def _advice(row: WorkstationStatus) -> str:
    return " ".join(part for part in (trouble_words(row), clock_words(row)) if part)


def _icon(row: WorkstationStatus) -> str:
    if row.stopped:
        return "monitor-x"
    if row.state in (LinkState.HERE, LinkState.LINKED):
        return "triangle-alert" if clock_words(row) else "monitor"
    return "triangle-alert" if trouble_words(row) and not row.away else "monitor-off"
