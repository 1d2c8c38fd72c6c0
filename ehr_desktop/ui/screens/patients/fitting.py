"""How tables and short fields share the width they have."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.layouts import row
from ehr_desktop.ui.widgets.table import Table


def fit_columns(table: Table, *widths_px: int) -> None:
    """Give each column its width; 0 means that the column takes what is left."""
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    header.setMinimumSectionSize(48)
    for column, width in enumerate(widths_px):
        if width:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            table.setColumnWidth(column, width)
        else:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)


def top_row(*fields: QWidget) -> QHBoxLayout:
    """Put short fields side by side so that an error under one moves none of the others."""
    line = row(*fields, spacing=Space.TWO)
    for at, field in enumerate(fields):
        line.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        line.setStretch(at, 1)
    return line
