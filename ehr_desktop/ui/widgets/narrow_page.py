"""A page as narrow as its fields, in the middle of the window."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.field import FIELD_WIDTH_PX
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, boxed, column, row
from ehr_desktop.ui.widgets.scrolling import Scrolling


class NarrowPage(Scrolling):
    """`pieces` one under the other."""

    def __init__(self, *pieces: Piece, parent: QWidget | None = None) -> None:
        page = boxed(column(SPRING, *pieces, SPRING, spacing=Space.THREE))
        page.setMaximumWidth(FIELD_WIDTH_PX)
        line = row(SPRING, page, SPRING, spacing=0)
        line.setContentsMargins(Space.FOUR, Space.THREE, Space.FOUR, Space.THREE)
        line.setStretch(1, 1000)
        super().__init__(boxed(line), parent)
