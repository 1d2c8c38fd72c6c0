"""From a section that shows to paper."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.chart import Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.printing import section_document

MOST_ENTRIES = 1000


class PrintJob(QObject):
    """Asks for the entries, lays out the page, asks for the printer, prints."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(host)
        self._on, self._host = opened, host
        self._document: QTextDocument | None = None
        self._printer: QPrinter | None = None

    def begin(self, kind: SectionKind) -> None:
        """Print the section `kind`."""
        self._on.call(
            self,
            self._on.charts.section(self._on.chart, kind, limit=MOST_ENTRIES),
            done=self._ask_for_printer,
            failed=lambda error: self._on.context.notify(explain(error)),
        )

    def _ask_for_printer(self, section: Section) -> None:
        self._document = section_document(self._on, self._on.chart.summary, section)
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(self._printer, self._host)
        dialog.setWindowTitle("Print")
        dialog.accepted.connect(self._print)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _print(self) -> None:
        if self._document is not None and self._printer is not None:
            self._document.print_(self._printer)
            self._on.context.notify("Sent to the printer")
