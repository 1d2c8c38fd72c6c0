"""Who looked at this record."""

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.ledger import TransactionSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.chart_pages import Column, PagedTable
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.chart_words import purpose_words
from ehr_desktop.ui.screens.patients.fitting import fit_columns
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.table import Table

_WIDTH_PX, _LEAST_HEIGHT_PX = 560, 420


class AccessLogDrawer(Drawer):
    """Every opening as the ledger has it, newest first: who, when, why."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(host, "Who looked", width_px=_WIDTH_PX)
        self._on = opened
        self.rows = PagedTable[TransactionSummary](
            (
                Column("When", lambda one: shown_moment(one.time, opened.zone)),
                Column("Who", lambda one: one.person_name or "Not known", strong=True),
                Column("Why", lambda one: purpose_words(one.fact("purpose")), muted=True),
            )
        )
        self.table = Table("Who looked at this record", self)
        self.table.setModel(self.rows)
        fit_columns(self.table, 170, 0, 140)
        self.table.set_empty_state(EmptyState("eye-off", "Nobody has looked yet"))
        self.table.setMinimumHeight(_LEAST_HEIGHT_PX)
        self._words = Body(
            "Every opening of this record is written to the ledger before anything is shown. "
            "Nobody can read without leaving a line here.",
            self,
            level=Level.MUTED,
        )
        self.add(self._words, self.table)

    @override
    def open_over(self) -> None:
        super().open_over()
        self._on.call(
            self,
            self._on.charts.access_log(self._on.chart),
            done=lambda log: self.rows.show(log, len(log)),
            failed=lambda error: self._words.setText(explain(error)),
        )
