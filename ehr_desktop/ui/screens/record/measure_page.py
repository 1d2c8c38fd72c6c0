"""Vital signs and results: the latest of each with its age and the one before, then one over
time as a graph with its table twin.
"""

from collections.abc import Coroutine
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ehr_desktop.domain.chart import Entry, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_flags import flag_text, flag_tone, value_text
from ehr_desktop.ui.models.chart_pages import Column, PagedTable
from ehr_desktop.ui.models.chart_times import ago, shown_when
from ehr_desktop.ui.models.chart_trends import Measured, by_code
from ehr_desktop.ui.models.chart_words import SECTIONS
from ehr_desktop.ui.models.on_way_words import NOT_COMPLETE
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.patients.words import counted
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.section_page import SectionPage
from ehr_desktop.ui.screens.record.trend_panel import TrendPanel
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.segmented import Segmented
from ehr_desktop.ui.widgets.table import Table

LATEST_OF: Final = 400
"""How many of the newest entries are looked through for the latest of each kind."""


class MeasurePage(QWidget):
    """*Latest* and *All* of vitals or results."""

    add_wanted = Signal(object)

    def __init__(
        self, opened: OpenedChart, kind: SectionKind, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._on, self.kind = opened, kind
        words = SECTIONS[kind]
        self.all = SectionPage(opened, kind)
        self.all.add_wanted.connect(self.add_wanted)
        self.rows = PagedTable[Measured](self._columns())
        self.table = Table(f"Latest {words.name.lower()}", self)
        self.table.setModel(self.rows)
        fit_columns(self.table, 0, 148, 84, 64, 124)
        self.table.selectionModel().currentRowChanged.connect(self._moved)
        self.trend = TrendPanel(opened, self)
        self.view = Segmented("View", (("latest", "Latest"), ("all", "All")), self)
        self.view.chosen.connect(self._choose_view)
        self._remark = Caption("", self)
        self._stack = QStackedWidget(self)
        self._build()

    @property
    def reader(self) -> QWidget:
        """What reads the entry one stands on."""
        return self.all.reader

    def show_section(self, section: Section) -> None:
        """Show a first page that is already here, then ask for what the overview needs."""
        self.all.show_section(section)
        self._show_latest(section)
        if section.total > len(section.entries):
            self.refresh()

    def say_whether_complete(self, *, complete: bool) -> None:
        """Say whether all of the section has come to this workstation."""
        self._empty.set_title(SECTIONS[self.kind].empty if complete else NOT_COMPLETE)
        self.all.say_whether_complete(complete=complete)

    def begin_search(self) -> None:
        """Put the cursor into the search box over all entries."""
        self.view.choose("all")
        self.all.begin_search()

    def refresh(self) -> None:
        """Ask anew for what is shown."""
        self._on.call(self, self._newest(), done=self._show_latest, failed=self._failed)
        self.all.refresh()

    def stand_on(self, entry: Entry) -> None:
        """Show the trend of what `entry` measures."""
        self.view.choose("latest")
        for at, measured in enumerate(self.rows.rows_here()):
            if (measured.newest.code, measured.newest.title) == (entry.code, entry.title):
                self.table.setCurrentIndex(self.rows.index(at, 0))
                return

    def _newest(self) -> Coroutine[Any, Any, Section]:
        return self._on.charts.section(self._on.chart, self.kind, limit=LATEST_OF)

    def _show_latest(self, section: Section) -> None:
        stood = self.rows.row(self.table.currentIndex().row())
        measured = by_code(section.entries)
        self.rows.show(measured, len(measured))
        more = section.total > len(section.entries)
        of = f"the newest {len(section.entries):,} of {section.total:,} entries"
        self._remark.setText(
            f"From {of}; the rest is under All."
            if more
            else counted(section.total, "entry", "entries")
            if section.total
            else ""
        )
        if measured:
            codes = [one.newest.code for one in measured]
            at = codes.index(stood.newest.code) if stood and stood.newest.code in codes else 0
            self.table.setCurrentIndex(self.rows.index(at, 0))
            self.trend.show_measured(measured[at])
        else:
            self.trend.show_measured(None)

    def _failed(self, error: BaseException) -> None:
        self._remark.setText(explain(error))

    def _moved(self, index: QModelIndex) -> None:
        measured = self.rows.row(index.row()) if index.isValid() else None
        if measured is not None:
            self.trend.show_measured(measured)

    def _choose_view(self, key: str) -> None:
        self._stack.setCurrentIndex(1 if key == "all" else 0)

    def _wish_to_add(self) -> None:
        self.add_wanted.emit(self.kind)

    def _columns(self) -> tuple[Column[Measured], ...]:
        opened = self._on

        def age(one: Measured) -> str:
            when = one.newest.when
            return ago(when, opened.now()) or shown_when(when, opened.zone)

        def before(one: Measured) -> str:
            return one.before.value if one.before else ""

        return (
            Column("What", lambda one: one.newest.title, strong=True),
            Column("Latest", lambda one: value_text(one.newest), numbers=True, strong=True),
            Column("Flag", _flag, tone=_flag_tone),
            Column("Before", before, numbers=True, muted=True),
            Column("When", age, muted=True),
        )

    def _build(self) -> None:
        words = SECTIONS[self.kind]
        head = row(Heading(words.name, self), SPRING, self.view, spacing=Space.ONE)
        if words.add:
            add = primary_button(words.add, icon_name="plus")
            set_plain_tooltip(add, f"{words.add} (Ctrl+N)")
            add.clicked.connect(self._wish_to_add)
            head.addWidget(add)
            empty_add = primary_button(words.add, icon_name="plus")
            empty_add.clicked.connect(self._wish_to_add)
            self._empty = EmptyState(words.icon, words.empty, "", empty_add)
        else:
            self._empty = EmptyState(words.icon, words.empty)
        self.table.set_empty_state(self._empty)
        card = Card(margin=1)
        card.add(self.table)
        latest = row(card, self.trend, spacing=Space.TWO)
        latest.setStretch(0, 5)
        latest.setStretch(1, 4)
        page = column(latest, self._remark, spacing=Space.ONE)
        page.setStretch(0, 1)
        self._stack.addWidget(boxed(page))
        self._stack.addWidget(self.all)
        self.all.without_head()
        body = column(head, self._stack, spacing=Space.TWO)
        body.setContentsMargins(Space.THREE, Space.ONE, Space.THREE, Space.TWO)
        body.setStretch(1, 1)
        self.setLayout(body)


def _flag(measured: Measured) -> str:
    return flag_text(measured.newest)


def _flag_tone(measured: Measured) -> Tone:
    return flag_tone(measured.newest)
