"""The list of a ledger's entries."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from ehr_desktop.ui.models.ledger_entries import LedgerEntries
from ehr_desktop.ui.screens.ledger.entry_delegate import ENTRY_PX, EntryDelegate
from ehr_desktop.ui.widgets.table import Table


class EntryList(Table):
    """One column of tall rows. It asks its model for more when the end comes in sight."""

    def __init__(self, model: LedgerEntries, parent: QWidget | None = None) -> None:
        super().__init__("Ledger", parent)
        self.setModel(model)
        self._entries = model
        self._painter = EntryDelegate(self)
        self.setItemDelegate(self._painter)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(ENTRY_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def chosen(self) -> str:
        """The id of the chosen entry, or an empty text."""
        entry = self._entries.at(self.currentIndex().row())
        return entry.id if entry else ""

    def choose(self, row: int) -> None:
        """Choose a row and bring it into sight."""
        if 0 <= row < self._entries.rowCount():
            self.selectRow(row)
            self.scrollTo(self._entries.index(row, 0))

    @property
    def offset(self) -> int:
        """How far the list is scrolled, in pixels."""
        return self.verticalScrollBar().value()

    def settle_after_growth(self, chosen: str, offset: int, rows_above: int) -> None:
        """Keep what was chosen and what was in sight after `rows_above` rows came on top."""
        row = self._entries.row_of(chosen)
        if row >= 0:
            self.selectRow(row)
        self.verticalScrollBar().setValue(offset + rows_above * ENTRY_PX if offset else 0)
