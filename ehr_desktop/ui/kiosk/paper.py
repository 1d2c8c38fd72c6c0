"""The patient's summary on paper, or in a PDF."""

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.ui.kiosk.record_words import fhir_day, on_way_line, parts_of
from ehr_desktop.ui.kiosk.visit import Visit

_INK = "#000000"
_TITLE_PT, _HEADING_PT, _BODY_PT, _SMALL_PT = 18.0, 14.0, 12.0, 10.0


def summary_document(visit: Visit, summary: ChartSummary) -> QTextDocument:
    """Give the pages: whose, the four parts, when it was printed. In the patient's language, and
    as text, so that nothing in a record can become markup.
    """
    language, zone = visit.dress.language, visit.facts.zone
    page = _Page(visit)
    known = summary.patient.demographics
    page.line(language.isolated(summary.patient.name), _TITLE_PT, bold=True)
    if known.birth_date:
        page.line(language.say("summary.born", date=fhir_day(language, known.birth_date, zone)))
    coming = on_way_line(language, summary)
    if coming:
        page.line(coming, bold=True, above=14)
    for part in parts_of(language, summary, zone):
        page.line(part.title, _HEADING_PT, bold=True, above=14)
        for title, detail in part.lines:
            page.line(title)
            if detail:
                page.line(detail, _SMALL_PT)
    moment = language.moment(visit.parts.now(), zone)
    page.line(language.say("summary.printed", moment=moment), _SMALL_PT, above=18)
    page.line(language.isolated(visit.facts.name), _SMALL_PT)
    return page.document


def print_out(document: QTextDocument) -> bool:
    """Print on the default printer; tell whether there is one."""
    chosen = QPrinterInfo.defaultPrinter()
    if chosen.isNull():
        return False
    document.print_(QPrinter(chosen, QPrinter.PrinterMode.HighResolution))
    return True


class _Page:
    """A document that is written line by line."""

    def __init__(self, visit: Visit) -> None:
        self.document = QTextDocument()
        self.document.setUndoRedoEnabled(False)
        self._families = visit.dress.font().families()
        self._cursor = QTextCursor(self.document)
        self._block = QTextBlockFormat()
        if visit.dress.language.right_to_left:
            self._block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._first = True

    def line(
        self, text: str, points: float = _BODY_PT, *, bold: bool = False, above: int = 2
    ) -> None:
        look = QTextCharFormat()
        look.setFontFamilies(self._families)
        look.setFontPointSize(points)
        look.setFontWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        look.setForeground(QColor(_INK))
        self._block.setTopMargin(above)
        if self._first:
            self._cursor.setBlockFormat(self._block)
        else:
            self._cursor.insertBlock(self._block)
        self._first = False
        self._cursor.insertText(text, look)
