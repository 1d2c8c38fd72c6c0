"""A section of the record on paper."""

from dataclasses import dataclass

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from ehr_desktop.domain.chart import ChartSummary, Section
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_times import birth_text, shown_moment
from ehr_desktop.ui.models.chart_words import SECTIONS, allergy_words
from ehr_desktop.ui.screens.patients.words import SEX_WORDS
from ehr_desktop.ui.screens.record.columns import columns_of
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.fonts import ui_font

_PAPER_INK = "#000000"
_TITLE_PT, _BODY_PT, _SMALL_PT = 14, 9.5, 8


@dataclass(frozen=True, slots=True)
class Style:
    """The three kinds of text on the page."""

    title: QTextCharFormat
    body: QTextCharFormat
    small: QTextCharFormat


def section_document(opened: OpenedChart, summary: ChartSummary, section: Section) -> QTextDocument:
    """Give the page: whose record, which section, every entry, who printed it and when.

    Text is put in as text, so nothing in a record can become markup.
    """
    document = QTextDocument()
    document.setDefaultFont(ui_font())
    style = Style(_format(_TITLE_PT, bold=True), _format(_BODY_PT), _format(_SMALL_PT))
    cursor = QTextCursor(document)
    _write_head(cursor, style, opened, summary)
    kind = SectionKind(section.kind)
    cursor.insertBlock(_spaced(12))
    cursor.insertText(SECTIONS[kind].name, style.title)
    if section.entries:
        _write_table(cursor, style, opened, section)
    else:
        cursor.insertBlock()
        cursor.insertText(SECTIONS[kind].empty, style.body)
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
    statement = allergy_words(summary.allergy_statement)[0]
    names = ", ".join(entry.title for entry in summary.allergies)
    cursor.insertText(summary.patient.name, style.title)
    cursor.insertBlock()
    cursor.insertText("   ".join(facts), style.body)
    cursor.insertBlock()
    cursor.insertText(f"{statement}: {names}" if names else statement, style.body)


def _write_table(cursor: QTextCursor, style: Style, opened: OpenedChart, section: Section) -> None:
    columns = columns_of(SectionKind(section.kind), opened)
    look = QTextTableFormat()
    look.setBorder(0.5)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderCollapse(True)
    look.setCellPadding(4)
    look.setHeaderRowCount(1)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table = cursor.insertTable(len(section.entries) + 1, len(columns), look)
    bold = QTextCharFormat(style.body)
    bold.setFontWeight(QFont.Weight.DemiBold)
    for at, column in enumerate(columns):
        table.cellAt(0, at).firstCursorPosition().insertText(column.title, bold)
        for line, entry in enumerate(section.entries, 1):
            table.cellAt(line, at).firstCursorPosition().insertText(column.text(entry), style.body)
    cursor.movePosition(QTextCursor.MoveOperation.End)


def _write_foot(cursor: QTextCursor, style: Style, opened: OpenedChart, section: Section) -> None:
    who = opened.chart.actor.staff.display_name
    when = shown_moment(opened.now(), opened.zone)
    shown = len(section.entries)
    missing = f" The newest {shown:,} of {section.total:,}." if section.total > shown else ""
    cursor.insertBlock(_spaced(12))
    cursor.insertText(f"Printed by {who}, {when}.{missing}", style.small)


def _format(points: float, *, bold: bool = False) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontFamilies(["Inter"])
    look.setFontPointSize(points)
    look.setFontWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    look.setForeground(QColor(_PAPER_INK))
    return look


def _spaced(above_px: int) -> QTextBlockFormat:
    look = QTextBlockFormat()
    look.setTopMargin(above_px)
    return look
