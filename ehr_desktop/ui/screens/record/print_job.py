"""From a section that shows to paper."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.chart import ChartSummary, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.on_paper import PaperJob
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.printing import section_document

MOST_ENTRIES = 1000


class PrintJob(QObject):
    """Asks for the entries, lays out the page, asks for the printer, prints."""

    def __init__(self, opened: OpenedChart, summary: ChartSummary, host: QWidget) -> None:
        super().__init__(host)
        self._on, self._summary = opened, summary
        self._paper = PaperJob(host, "record.pdf")
        self._paper.done.connect(opened.context.notify)

    def begin(self, kind: SectionKind) -> None:
        """Print the section `kind`."""
        self._on.call(
            self,
            self._on.charts.section(self._on.chart, kind, limit=MOST_ENTRIES),
            done=self._print,
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _print(self, section: Section) -> None:
        document = section_document(self._on, self._summary, section)
        self._paper.begin(document.print_)
