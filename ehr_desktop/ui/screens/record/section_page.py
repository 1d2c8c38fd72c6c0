"""A section of the chart as a list, with the entry one stands on beside it."""

from collections.abc import Coroutine
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.chart import Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_pages import PAGE_ROWS, PagedTable
from ehr_desktop.ui.models.chart_words import SECTIONS
from ehr_desktop.ui.models.on_way_words import NOT_COMPLETE
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.patients.words import counted
from ehr_desktop.ui.screens.record.columns import columns_of, widths_of
from ehr_desktop.ui.screens.record.entry_reader import EntryReader
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, primary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.search_field import SearchField
from ehr_desktop.ui.widgets.table import Table

_SEARCH_PX: Final = 260


class SectionPage(QWidget):
    """Search, list and reader of one section. `add_wanted` asks for the form that adds to it."""

    add_wanted = Signal(object)

    def __init__(
        self, opened: OpenedChart, kind: SectionKind, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._opened, self.kind = opened, kind
        self._asking, self._text = 0, ""
        self._total, self._complete = 0, True
        words = SECTIONS[kind]
        self.search = SearchField(f"Search in {words.name.lower()}")
        self.search.setFixedWidth(_SEARCH_PX)
        self.search.searched.connect(self._look_for)
        self.rows = PagedTable[Entry](columns_of(kind, opened))
        self.rows.page_wanted.connect(self._fetch)
        self.table = Table(words.name, self)
        self.table.setModel(self.rows)
        fit_columns(self.table, *widths_of(kind))
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.reader = EntryReader(opened, self)
        self._count = Caption("", self)
        self.add_button = self._make_add_button()
        self._empty = self._empty_state()
        self._not_found = EmptyState(
            "search", "Nothing found", "No entry of this section has that text."
        )
        self._choose_empty_state()
        self._build(words.name)

    def show_section(self, section: Section) -> None:
        """Show a first page that is already here."""
        stood = self.reader.entry
        self.reader.setVisible(bool(section.entries))
        self.table.set_loading(loading=False)
        self.rows.show(section.entries, section.total)
        self._total = section.total
        self._say_count()
        records = [entry.source.record for entry in section.entries]
        if not records:
            self.reader.show_entry(None)
            return
        at = records.index(stood.source.record) if stood and stood.source.record in records else 0
        self.table.setCurrentIndex(self.rows.index(at, 0))
        self.reader.show_entry(section.entries[at])

    def say_whether_complete(self, *, complete: bool) -> None:
        """Say whether all of the section has come to this workstation."""
        self._complete = complete
        self._empty.set_title(SECTIONS[self.kind].empty if complete else NOT_COMPLETE)
        self._say_count()

    def _say_count(self) -> None:
        count = counted(self._total, "entry", "entries") if self._total else ""
        # an empty section says it in its middle
        more = NOT_COMPLETE if not self._complete and (self._total or self._text) else ""
        self._count.setText(" · ".join(part for part in (count, more) if part))

    def begin_search(self) -> None:
        """Put the cursor into the search box."""
        self.search.setFocus()
        self.search.selectAll()

    def refresh(self) -> None:
        """Ask anew for what is shown."""
        self._look_for(self._text)

    def stand_on(self, entry: Entry) -> None:
        """Read `entry`, which need not be on a page that is here."""
        for at, here in enumerate(self.rows.rows_here()):
            if here.source.record == entry.source.record:
                self.table.setCurrentIndex(self.rows.index(at, 0))
                return
        self.reader.show_entry(entry)

    def _look_for(self, text: str) -> None:
        self._text = text
        self._asking += 1
        asked = self._asking
        self._choose_empty_state()
        self._opened.call(
            self,
            self._section(0),
            done=lambda section: self._found(asked, section),
            failed=self._failed,
        )

    def _section(self, offset: int) -> Coroutine[Any, Any, Section]:
        return self._opened.charts.section(
            self._opened.chart, self.kind, limit=PAGE_ROWS, offset=offset, text=self._text
        )

    def _found(self, asked: int, section: Section) -> None:
        if asked == self._asking:
            self.show_section(section)

    def _failed(self, error: BaseException) -> None:
        self.table.set_loading(loading=False)
        self._count.setText(explain(error))

    def _fetch(self, offset: int) -> None:
        asked = self._asking
        self._opened.call(
            self,
            self._section(offset),
            done=lambda section: self._fetched(asked, offset, section),
            failed=lambda _: self.rows.give_up(offset),
        )

    def _fetched(self, asked: int, offset: int, section: Section) -> None:
        if asked == self._asking:
            self.rows.put(offset, section.entries)
            if self.reader.entry is None:
                self._moved(self.table.currentIndex())

    def _moved(self, index: QModelIndex) -> None:
        entry = self.rows.row(index.row()) if index.isValid() else None
        if entry is not None:
            self.reader.show_entry(entry)

    def _wish_to_add(self) -> None:
        self.add_wanted.emit(self.kind)

    def _make_add_button(self) -> Button | None:
        words = SECTIONS[self.kind]
        if not words.add:
            return None
        button = primary_button(words.add, icon_name="plus")
        set_plain_tooltip(button, f"{words.add} (Ctrl+N)")
        button.clicked.connect(self._wish_to_add)
        return button

    def _choose_empty_state(self) -> None:
        shown, other = self._empty, self._not_found
        if self._text:
            shown, other = other, shown
        other.hide()
        self.table.set_empty_state(shown)

    def _empty_state(self) -> EmptyState:
        words = SECTIONS[self.kind]
        if not words.add:
            return EmptyState(words.icon, words.empty)
        button = primary_button(words.add, icon_name="plus")
        button.clicked.connect(self._wish_to_add)
        return EmptyState(words.icon, words.empty, "", button)

    def without_head(self) -> None:
        """Leave the title and the button to the page around this one."""
        self._title.hide()
        if self.add_button is not None:
            self.add_button.deleteLater()
            self.add_button = None
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)

    def _build(self, name: str) -> None:
        self._title = Heading(name, self)
        head = row(self._title, SPRING, self.search, spacing=Space.ONE)
        if self.add_button is not None:
            head.addWidget(self.add_button)
        card = Card(margin=1)
        card.add(self.table)
        body = row(card, self.reader, spacing=Space.TWO)
        body.setStretch(0, 8)
        body.setStretch(1, 5)
        page = column(head, body, self._count, spacing=Space.TWO, margin=Space.THREE)
        page.setContentsMargins(Space.THREE, Space.ONE, Space.THREE, Space.TWO)
        page.setStretch(1, 1)
        self.setLayout(page)
