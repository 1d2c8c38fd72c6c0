"""A custodian's share on paper."""

from typing import Final

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import (
    QColor,
    QFont,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from ehr_desktop.domain.consent import PaperShare
from ehr_desktop.ui.theme.fonts import ui_font

COLUMNS: Final = 5
_RULE: Final = (
    "Any {threshold} of these {count} papers together open the clinic's backup and the keys of its "
    "teams. Fewer open nothing."
)
_KEEP: Final = (
    "Keep this paper where only you can take it, and not beside another of these papers. Do not "
    "photograph it, and type it in nowhere but in EHR Desktop."
)
_USE: Final = (
    "When it is needed, type the words in their order. If you leave the clinic or lose this paper, "
    "tell the administrator: new papers are made, and this one is worth nothing then."
)
_TITLE_PT, _BODY_PT, _WORD_PT = 18, 11, 13


def share_document(share: PaperShare, clinic: str, day: str) -> QTextDocument:
    """Give the page: whose key it is part of, how many open it, the words, and what to do with it.

    Text is put in as text, so nothing in a clinic's name can become markup.
    """
    document = QTextDocument()
    document.setDefaultFont(ui_font())
    cursor = QTextCursor(document)
    cursor.insertText(
        f"Recovery share {share.number} of {share.count}", _format(_TITLE_PT, bold=True)
    )
    _paragraph(cursor, f"{clinic}, {day}")
    _paragraph(cursor, _RULE.format(threshold=share.threshold, count=share.count))
    cursor.insertBlock(_spaced(12))
    _write_words(cursor, share.words.split())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    _paragraph(cursor, _KEEP)
    _paragraph(cursor, _USE)
    return document


def write_pdf(document: QTextDocument, file: str, title: str) -> bool:
    """Write a page into a PDF file; tell whether that was possible."""
    writer = QPdfWriter(file)
    writer.setTitle(title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout.Unit.Millimeter)
    writer.setResolution(1200)
    copy = document.clone()
    try:
        copy.print_(writer)
    finally:
        copy.deleteLater()
    with open(file, "rb") as written:  # noqa: PTH123 - a path as Qt gives it
        return written.read(4) == b"%PDF"


def _write_words(cursor: QTextCursor, words: list[str]) -> None:
    look = QTextTableFormat()
    look.setBorder(0.5)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderCollapse(True)
    look.setCellPadding(6)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    rows = -(-len(words) // COLUMNS)
    table = cursor.insertTable(rows, COLUMNS, look)
    for at, word in enumerate(words):
        cell = table.cellAt(at // COLUMNS, at % COLUMNS).firstCursorPosition()
        cell.insertText(f"{at + 1}  ", _format(_BODY_PT, ink="#666666"))
        cell.insertText(word, _format(_WORD_PT, bold=True))


def _paragraph(cursor: QTextCursor, text: str) -> None:
    cursor.insertBlock(_spaced(12))
    cursor.insertText(text, _format(_BODY_PT))


def _format(points: float, *, bold: bool = False, ink: str = "#000000") -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontFamilies(["Inter"])
    look.setFontPointSize(points)
    look.setFontWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    look.setForeground(QColor(ink))
    return look


def _spaced(above_px: int) -> QTextBlockFormat:
    look = QTextBlockFormat()
    look.setTopMargin(above_px)
    return look
