"""A few made-up rows for the gallery's tables."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QWidget,
)
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.row_delegate import CellRole
from ehr_desktop.ui.widgets.table import SORTABLE_ROLE

_HEADS = ("Name", "Born", "Record id", "State", "Visits")
_ROWS = (
    ("Asante, Akosua Nyamekye", "14-Aug-1980", "MR-004211", "Arrived", 1204, Tone.SUCCESS),
    ("Brandvold, Ingrid", "02-Mar-1957", "MR-000018", "Booked", 9, Tone.NEUTRAL),
    (
        "Costa de Albuquerque e Figueiredo dos Santos, Maria Aparecida Conceição",
        "30-Nov-2003",
        "MR-010934",
        "In room",
        31,
        Tone.NOTE,
    ),
    ("Dvořák, Jiří", "11-Jan-1969", "MR-003377", "Late", 112, Tone.WARNING),
    ("Παπαδοπούλου, Ελένη", "19-May-1991", "MR-007710", "No-show", 4, Tone.DANGER),
)


class GalleryModel(QAbstractTableModel):
    """A few made-up rows with names of many scripts and lengths."""

    def __init__(self, parent: QWidget, rows: int = len(_ROWS)) -> None:
        super().__init__(parent)
        self._rows = _ROWS[:rows]

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(_HEADS)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADS[section]
            if role == SORTABLE_ROLE:
                return section == 0
            if role == Qt.ItemDataRole.TextAlignmentRole and section == 4:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    @override
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        line, at = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{line[4]:,}" if at == 4 else line[at]
            case Qt.ItemDataRole.TextAlignmentRole if at == 4:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case CellRole.TONE if at == 3:
                return line[5]
            case CellRole.STRONG:
                return at == 0
            case CellRole.MUTED:
                return at in (1, 2)
        return None

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        falling = order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._rows = tuple(sorted(self._rows, key=lambda line: str(line[column]), reverse=falling))
        self.endResetModel()
