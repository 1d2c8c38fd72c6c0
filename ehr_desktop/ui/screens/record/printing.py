"""A section of the record on paper."""

from PySide6.QtGui import QTextCursor, QTextDocument

from ehr_desktop.domain.chart import ChartSummary, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_times import birth_text, shown_moment
from ehr_desktop.ui.models.chart_words import SECTIONS
from ehr_desktop.ui.models.closed_categories import is_complete
from ehr_desktop.ui.models.on_way_words import (
    NOT_COMPLETE,
    allergy_line,
    on_way_words,
)
from ehr_desktop.ui.screens.paper_text import Style, spaced, table_look
from ehr_desktop.ui.screens.patients.words import SEX_WORDS
from ehr_desktop.ui.screens.record.columns import columns_of
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.fonts import ui_font


def section_document(opened: OpenedChart, summary: ChartSummary, section: Section) -> QTextDocument:
    """Give the page: whose record, which section, every entry, who printed it and when.

    Text is put in as text, so nothing in a record can become markup.
    """
    document = QTextDocument()
    document.setDefaultFont(ui_font())
    style = Style.for_paper()
    cursor = QTextCursor(document)
    _write_head(cursor, style, opened, summary)
    kind = SectionKind(section.kind)
    cursor.insertBlock(spaced(12))
    cursor.insertText(SECTIONS[kind].name, style.title)
    if section.entries:
        _write_table(cursor, style, opened, section)
    else:
        cursor.insertBlock()
        empty = SECTIONS[kind].empty if is_complete(kind, summary.on_way) else NOT_COMPLETE
        cursor.insertText(empty, style.body)
    _write_foot(cursor, style, opened, section)
    return document


def _write_head(
    cursor: QTextCursor, style: Style, opened: OpenedChart, summary: ChartSummary
) -> None:
    known = summary.patient.demographics
    facts = (
        f"Born {birth_text(known, opened.now().date())}",
        SEX_WORDS[known.sex],
        f"Record id {known.record_number or 'not known'}",
    )
    cursor.insertText(summary.patient.name, style.title)
    cursor.insertBlock()
    cursor.insertText("   ".join(facts), style.body)
    cursor.insertBlock()
    cursor.insertText(allergy_line(summary)[0], style.body)
    if summary.on_way:
        cursor.insertBlock()
        cursor.insertText(on_way_words(summary.on_way), style.strong)


def _write_table(cursor: QTextCursor, style: Style, opened: OpenedChart, section: Section) -> None:
    columns = columns_of(SectionKind(section.kind), opened)
    table = cursor.insertTable(len(section.entries) + 1, len(columns), table_look(header_rows=1))
    for at, column in enumerate(columns):
        table.cellAt(0, at).firstCursorPosition().insertText(column.title, style.strong)
        for line, entry in enumerate(section.entries, 1):
            table.cellAt(line, at).firstCursorPosition().insertText(column.text(entry), style.body)
    cursor.movePosition(QTextCursor.MoveOperation.End)


def _write_foot(cursor: QTextCursor, style: Style, opened: OpenedChart, section: Section) -> None:
    who = opened.chart.actor.staff.display_name
    when = shown_moment(opened.now(), opened.zone)
    shown = len(section.entries)
    missing = f" The newest {shown:,} of {section.total:,}." if section.total > shown else ""
    cursor.insertBlock(spaced(12))
    cursor.insertText(f"Printed by {who}, {when}.{missing}", style.small)
