"""Cards on a grid."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QGridLayout,
    QWidget,
)

from ehr_desktop.ui.theme.tokens import Space


def page_of(*lines: Sequence[QWidget]) -> QWidget:
    """Return a page with one row of cards for each of `lines`."""
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(*[Space.THREE] * 4)
    grid.setSpacing(Space.THREE)
    for down, line in enumerate(lines):
        for across, card in enumerate(line):
            grid.addWidget(card, down, across)
            grid.setColumnStretch(across, 1)
    page.resize(1120, page.sizeHint().height())
    return page
