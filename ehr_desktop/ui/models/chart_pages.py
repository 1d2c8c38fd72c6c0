"""A table that knows how long it is and holds only the pages somebody looked at."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.row_delegate import CellRole

Row = TypeVar("Row")
PAGE_ROWS = 50
_KEPT_PAGES = 40
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title, the text of a row, and how that is shown.

    `numbers` stand right; with `tone` the text is a pill; `icon` names one before the text,
    and `remark` says what it means, where there is one.
    """

    title: str
    text: Callable[[Row], str]
    numbers: bool = False
    strong: bool = False
    muted: bool = False
    tone: Callable[[Row], Tone] | None = None
    icon: Callable[[Row], str] | None = None
    remark: Callable[[Row], str] | None = None


class PagedTable(QAbstractTableModel, Generic[Row]):
    """Rows in pages of `PAGE_ROWS`; `page_wanted` carries the offset of a page that is missing.

    Answer `page_wanted` with `put`. A row whose page is on its way shows empty.
    """

    page_wanted = Signal(int)

    # Qt may ask once more while Python takes a model apart, when its own attributes are gone
    _columns: tuple[Column[Row], ...] = ()
    _total = 0

    def __init__(self, columns: Sequence[Column[Row]]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._asked: set[int] = set()

    def show(self, rows: Sequence[Row], total: int) -> None:
        """Start a new list with its first page; `total` counts all its rows."""
        self.beginResetModel()
        self._total = total
        self._pages.clear()
        self._asked.clear()
        self._keep(0, rows)
        self.endResetModel()

    def put(self, offset: int, rows: Sequence[Row]) -> None:
        """Take a page that was asked for."""
        self._keep(offset, rows)
        end = min(offset + len(rows), self._total)
        if offset < end:
            last = self.index(end - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(offset, 0), last)

    def give_up(self, offset: int) -> None:
        """Note that a page did not come, so that it is asked for again."""
        self._asked.discard(offset // PAGE_ROWS)

    def row(self, number: int) -> Row | None:
        """Give row `number`, or None while its page is not here."""
        if not 0 <= number < self._total:
            return None
        page = self._pages.get(number // PAGE_ROWS)
        at = number % PAGE_ROWS
        return page[at] if page is not None and at < len(page) else None

    def rows_here(self) -> tuple[Row, ...]:
        """Give the rows of all pages that are here, in order."""
        return tuple(row for page in sorted(self._pages) for row in self._pages[page])

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self._total

    @override
    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.column() >= len(self._columns):
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_RIGHT if column.numbers else _AT_LEFT
        if role == CellRole.STRONG:
            return column.strong
        if role == CellRole.MUTED:
            return column.muted
        row = self.row(index.row())
        if row is None:
            self._want(index.row() // PAGE_ROWS)
            return None
        return _said(column, row, role)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_RIGHT if self._columns[section].numbers else _AT_LEFT
        return self._columns[section].title if role == Qt.ItemDataRole.DisplayRole else None

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self.page_wanted.emit(page * PAGE_ROWS)

    def _keep(self, offset: int, rows: Sequence[Row]) -> None:
        first = offset // PAGE_ROWS
        for at in range(0, len(rows), PAGE_ROWS):
            page = first + at // PAGE_ROWS
            self._pages[page] = tuple(rows[at : at + PAGE_ROWS])
            self._asked.discard(page)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)


def _said(column: Column[Row], row: Row, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return " ".join(column.text(row).split())
        case Qt.ItemDataRole.AccessibleTextRole:
            remark = column.remark(row) if column.remark else ""
            said = f"{column.title}: {column.text(row)}"
            return f"{said}, {remark.lower()}" if remark else said
        case Qt.ItemDataRole.ToolTipRole:
            return (column.remark(row) if column.remark else "") or None
        case CellRole.TONE:
            return column.tone(row) if column.tone else None
        case CellRole.ICON:
            return column.icon(row) if column.icon else None
        case _:
            return None
