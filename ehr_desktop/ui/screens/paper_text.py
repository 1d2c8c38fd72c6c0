"""Text on paper: the few looks it has, and pairs of name and value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

_PAPER_INK = "#000000"
_TITLE_PT, _BODY_PT, _SMALL_PT = 14, 9.5, 8


@dataclass(frozen=True, slots=True)
class Style:
    """The kinds of text on a page."""

    title: QTextCharFormat
    body: QTextCharFormat
    small: QTextCharFormat
    mono: QTextCharFormat

    @classmethod
    def for_paper(cls) -> Self:
        """Give the looks."""
        mono = _format(_SMALL_PT)
        mono.setFontFamilies(["JetBrains Mono"])
        return cls(_format(_TITLE_PT, bold=True), _format(_BODY_PT), _format(_SMALL_PT), mono)

    @property
    def strong(self) -> QTextCharFormat:
        """Running text that stands out."""
        look = QTextCharFormat(self.body)
        look.setFontWeight(QFont.Weight.DemiBold)
        return look


def spaced(above_px: int) -> QTextBlockFormat:
    """Give a paragraph that keeps its distance from the one above."""
    look = QTextBlockFormat()
    look.setTopMargin(above_px)
    return look


def table_look(header_rows: int = 0) -> QTextTableFormat:
    """Give a table with thin lines over the whole width."""
    look = QTextTableFormat()
    look.setBorder(0.5)
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderCollapse(True)
    look.setCellPadding(4)
    look.setHeaderRowCount(header_rows)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    return look


def write_pairs(cursor: QTextCursor, style: Style, pairs: Sequence[tuple[str, str]]) -> None:
    """Write names and values in two columns."""
    if not pairs:
        return
    table = cursor.insertTable(len(pairs), 2, table_look())
    for line, (name, value) in enumerate(pairs):
        table.cellAt(line, 0).firstCursorPosition().insertText(name, style.strong)
        table.cellAt(line, 1).firstCursorPosition().insertText(value, style.body)
    cursor.movePosition(QTextCursor.MoveOperation.End)


def _format(points: float, *, bold: bool = False) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontFamilies(["Inter"])
    look.setFontPointSize(points)
    look.setFontWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    look.setForeground(QColor(_PAPER_INK))
    return look
