"""The day on paper."""

from typing import Final

from PySide6.QtGui import (
    QFont,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextTableFormat,
)
from PySide6.QtPrintSupport import QPrinter

from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_agenda import TITLES, AgendaColumn, cell_text
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import TypeSize

_WIDTHS: Final = (14, 26, 18, 12, 15, 15)
"""Shares of the page's width, in per cent."""


def day_sheet(title: str, appointments: tuple[Appointment, ...]) -> QTextDocument:
    """Give a page with a line an appointment. Texts are put in as they are, never as markup."""
    document = QTextDocument()
    document.setDefaultFont(ui_font(TypeSize.CAPTION, tabular=True))
    cursor = QTextCursor(document)
    cursor.insertText(title, _weight(QFont.Weight.DemiBold, TypeSize.TITLE))
    cursor.insertBlock()
    form = QTextTableFormat()
    form.setCellPadding(4)
    form.setBorder(0.5)
    form.setBorderCollapse(True)
    form.setHeaderRowCount(1)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    percent = QTextLength.Type.PercentageLength
    form.setColumnWidthConstraints([QTextLength(percent, width) for width in _WIDTHS])
    table = cursor.insertTable(len(appointments) + 1, len(TITLES), form)
    head = _weight(QFont.Weight.DemiBold, TypeSize.CAPTION)
    for column, words in enumerate(TITLES):
        table.cellAt(0, column).firstCursorPosition().insertText(words, head)
    for line, appointment in enumerate(sorted(appointments, key=lambda a: a.slot), 1):
        for column in AgendaColumn:
            words = cell_text(appointment, column)
            table.cellAt(line, column).firstCursorPosition().insertText(words)
    return document


def print_sheet(device: QPrinter, title: str, appointments: tuple[Appointment, ...]) -> None:
    """Print the day sheet."""
    day_sheet(title, appointments).print_(device)


def _weight(weight: QFont.Weight, size: TypeSize) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setFont(ui_font(size, weight))
    return form
