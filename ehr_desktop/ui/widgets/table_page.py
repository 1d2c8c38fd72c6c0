"""A screen that is a list: title, search, actions, table, count."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.table import Table


class TablePage(QWidget):
    """`table` in a card under its title, with `search` and `actions` above it.

    `Ctrl+F` goes to the search box, Down from there into the table.
    """

    def __init__(
        self,
        title: str,
        table: Table,
        parent: QWidget | None = None,
        *,
        search: SearchField | None = None,
        actions: tuple[QWidget, ...] = (),
    ) -> None:
        super().__init__(parent)
        self.table = table
        self.search = search
        self._count = Caption("", self)
        top = row(Heading(title, self, size=TypeSize.DISPLAY), SPRING, spacing=Space.ONE)
        if search:
            search.setFixedWidth(320)
            top.addWidget(search)
            self._connect_keys(search)
        for action in actions:
            top.addWidget(action)
        card = Card(margin=1)
        card.add(table)
        self.setLayout(column(top, card, self._count, spacing=Space.TWO, margin=Space.THREE))

    def set_count(self, text: str) -> None:
        """Say under the table how much there is, such as *200 of 10,412 patients*."""
        self._count.setText(text)

    def _connect_keys(self, search: SearchField) -> None:
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(search.setFocus)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._enter_table)

    def _enter_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.table.currentIndex().isValid():
            self.table.selectRow(0)
