"""One measurement over time: the graph and, under it, the same as a table."""

from PySide6.QtWidgets import QFrame, QWidget

from ehr_desktop.domain.chart import Entry
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_flags import flag_text, flag_tone, reference_text, value_text
from ehr_desktop.ui.models.chart_pages import Column, PagedTable
from ehr_desktop.ui.models.chart_times import shown_when
from ehr_desktop.ui.models.chart_trends import Measured, scale_for, trend_of
from ehr_desktop.ui.models.chart_words import author_words
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import boxed, column
from ehr_desktop.ui.widgets.table import Table
from ehr_desktop.ui.widgets.trend_chart import TrendChart


class TrendPanel(QFrame):
    """Asks for all readings of one code when told what to show."""

    def __init__(self, opened: OpenedChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self._on = opened
        self._shown: Measured | None = None
        self.title = Heading("", self, size=TypeSize.MEDIUM)
        self.title.setWordWrap(True)
        self._range = Caption("", self)
        self.chart = TrendChart((), (0.0, 1.0), self)
        self.rows = PagedTable[Entry](self._columns())
        self.table = Table("The same readings as a table", self)
        self.table.setModel(self.rows)
        fit_columns(self.table, 158, 120, 84, 0)
        self._nothing = EmptyState(
            "trending-up", "Nothing chosen", "Choose a row to see its trend."
        )
        head = column(self.title, self._range, spacing=Space.HALF)
        page = column(head, self.chart, self.table, spacing=Space.TWO, margin=Space.THREE)
        page.setStretch(1, 3)
        page.setStretch(2, 2)
        self._page = boxed(page, self)
        self.setLayout(column(self._nothing, self._page, spacing=0, margin=1))
        self.show_measured(None)

    def show_measured(self, measured: Measured | None) -> None:
        """Show what is known now, then all there is."""
        self._shown = measured
        self._nothing.setVisible(measured is None)
        self._page.setVisible(measured is not None)
        if measured is None:
            return
        newest = measured.newest
        self.title.setText(newest.title)
        reference = reference_text(newest)
        self._range.setText(f"Reference range {reference}" if reference else "")
        self._range.setVisible(bool(reference))
        self._show(tuple(reversed(measured.entries)))
        if newest.code:
            self._on.call(
                self,
                self._on.charts.trend(self._on.chart, newest.code),
                done=lambda entries: self._take(measured, entries),
                failed=lambda error: self._range.setText(explain(error)),
            )

    def _take(self, measured: Measured, entries: tuple[Entry, ...]) -> None:
        if self._shown is measured and entries:
            self._show(entries)

    def _show(self, entries: tuple[Entry, ...]) -> None:
        trend = trend_of(entries)
        self.chart.setVisible(trend is not None)
        if trend is not None:
            self.chart.set_trends((trend,), scale_for(trend, entries[-1]))
        newest_first = tuple(reversed(entries))
        self.rows.show(newest_first, len(newest_first))

    def _columns(self) -> tuple[Column[Entry], ...]:
        zone = self._on.zone
        return (
            Column("Date", lambda entry: shown_when(entry.when, zone)),
            Column("Value", value_text, numbers=True, strong=True),
            Column("Flag", flag_text, tone=flag_tone),
            Column("By", lambda entry: author_words(entry.source), muted=True),
        )
