"""The one kind of table."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.row_delegate import ROW_PX, RowDelegate
from ehr_desktop.ui.widgets.skeleton import Skeleton

SORTABLE_ROLE = Qt.ItemDataRole.UserRole + 110


class Table(QTableView):
    """Whole rows of 36 px, hairlines, no grid; say with `set_widths` who takes the spare room.

    `opened` carries the index of the row one double-clicks or presses Enter on. A column can
    be sorted only if the model's `headerData` says True for `SORTABLE_ROLE`; sorting is the
    model's own `sort`. What a cell may say beyond its text is in `CellRole`.
    """

    opened = Signal(QModelIndex)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty: EmptyState | None = None
        self._loading = Skeleton(12, self.viewport())
        self._loading.hide()
        self._rows = RowDelegate(self)
        self.setAccessibleName(name)
        self.setItemDelegate(self._rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._dress_headers()
        self.doubleClicked.connect(self.opened)

    def set_empty_state(self, empty: EmptyState) -> None:
        """Show `empty` over the table whenever it has no rows."""
        self._empty = empty
        empty.setParent(self.viewport())
        self._settle()

    def set_loading(self, *, loading: bool) -> None:
        """Show grey bars instead of rows until the first answer is there."""
        self._loading.setVisible(loading)
        self._settle()

    def set_widths(self, *widths_px: int) -> None:
        """Set the columns' widths from the first on, once there is a model.

        A column of width 0 takes the room that is left; without one the last column does.
        """
        header = self.horizontalHeader()
        header.setStretchLastSection(0 not in widths_px)
        for column, width in enumerate(widths_px):
            if width:
                self.setColumnWidth(column, width)
            else:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    @override
    def setModel(self, model: QAbstractItemModel | None) -> None:
        before = self._rows_model()
        if before is not None:
            for signal in (before.modelReset, before.rowsInserted, before.rowsRemoved):
                signal.disconnect(self._settle)
        super().setModel(model)
        if model is not None:
            for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
                signal.connect(self._settle)
        self._settle()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at.isValid():
            self.opened.emit(at)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self.currentIndex().isValid():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(worn_tokens().focus), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._loading.setGeometry(self.viewport().rect())
        if self._empty:
            self._empty.setGeometry(self.viewport().rect())

    def _dress_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(ROW_PX)
        # Measured: sizing columns from every row of a long table takes ten times as long.
        across.setResizeContentsPrecision(0)
        across.setStretchLastSection(True)
        across.setMinimumSectionSize(56)
        across.setHighlightSections(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionsClickable(True)
        across.setFixedHeight(ROW_PX)
        across.sectionClicked.connect(self._sort)

    def _sort(self, column: int) -> None:
        model, header = self._rows_model(), self.horizontalHeader()
        if model is None or not model.headerData(column, Qt.Orientation.Horizontal, SORTABLE_ROLE):
            return
        again = header.isSortIndicatorShown() and header.sortIndicatorSection() == column
        falling = again and header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        header.setSortIndicatorShown(True)
        header.setSortIndicator(column, order)
        model.sort(column, order)

    def _settle(self) -> None:
        """Show what stands in for rows where there are none."""
        model = self._rows_model()
        rows = 0 if model is None else model.rowCount()
        if self._empty:
            self._empty.setVisible(rows == 0 and self._loading.isHidden())
            self._empty.setGeometry(self.viewport().rect())

    def _rows_model(self) -> QAbstractItemModel | None:
        """Return the model; before one is set there is none, whatever Qt's stubs say."""
        return self.model()

    def _hover(self, row: int) -> None:
        if row != self._rows.hovered_row:
            self._rows.hovered_row = row
            self.viewport().update()
