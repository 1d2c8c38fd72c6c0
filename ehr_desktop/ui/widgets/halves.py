"""A page in two halves that lie beside each other where there is room."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.layouts import row

_NO_LIMIT_PX: Final = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not name


class Halves(QScrollArea):
    """`main` takes what `side` leaves, which is `side_px` wide; below `beside_from_px` `side` lies
    under `main`. The page scrolls when it is higher than its room.
    """

    def __init__(
        self,
        main: QWidget,
        side: QWidget,
        parent: QWidget | None = None,
        *,
        side_px: int,
        beside_from_px: int,
    ) -> None:
        super().__init__(parent)
        self._side = side
        self._side_px = side_px
        self._beside_from_px = beside_from_px
        self._line = row(main, side, spacing=Space.TWO)
        self._line.setStretch(0, 1)
        inside = QWidget(self)
        inside.setProperty("look", "scrolled")
        inside.setLayout(self._line)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    @property
    def are_beside(self) -> bool:
        """Whether the halves lie beside each other now."""
        return self._line.direction() == QBoxLayout.Direction.LeftToRight

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # by the whole width: a scroll bar that comes and goes must not turn the page over
        beside = self.width() >= self._beside_from_px
        directions = QBoxLayout.Direction
        self._line.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self._side.setMinimumWidth(self._side_px if beside else 0)
        self._side.setMaximumWidth(self._side_px if beside else _NO_LIMIT_PX)
