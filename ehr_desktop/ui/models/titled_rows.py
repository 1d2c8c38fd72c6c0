"""Rows under titled columns: what every small table shares."""

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class TitledRows(QAbstractTableModel, Generic[Row]):
    """All rows are held. A subclass says when `rows` change, and writes `data`."""

    # Qt may ask once more while Python takes a model apart, when its own attributes are gone
    _titles: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    def __init__(self, titles: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = tuple(titles)
        self.rows = ()

    def at(self, row: int) -> Row | None:
        """Give what stands in a row, or None outside the table."""
        return self.rows[row] if 0 <= row < len(self.rows) else None

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._titles)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        shown = role == Qt.ItemDataRole.DisplayRole
        if shown and orientation == Qt.Orientation.Horizontal and section < len(self._titles):
            return self._titles[section]
        return None
