"""Going along a graph from place to place, by the keyboard or the mouse."""

from abc import abstractmethod
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Radius, Tokens


class SteppedGraph(QWidget):
    """Left, Right, Home, End and the mouse lead from place to place; without the focus one stands
    nowhere. A subclass gives where its places lie and tells of the one at `at`.
    """

    def __init__(self, grows: QSizePolicy.Policy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.at: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, grows)
        self.setMouseTracking(True)

    @abstractmethod
    def places(self) -> Sequence[float]:
        """Give how far to the right each place lies, in pixels."""

    @abstractmethod
    def tell(self) -> None:
        """Show and read out what stands there."""

    def move_to(self, at: int | None) -> None:
        """Stand on a place, or nowhere."""
        self.at = at
        self.tell()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        wanted = step_to(event, self.at, len(self.places()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.move_to(wanted)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        places, across = self.places(), event.position().x()
        if places:
            self.move_to(min(range(len(places)), key=lambda at: abs(places[at] - across)))

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.move_to(None)


def step_to(event: QKeyEvent, at: int | None, count: int) -> int | None:
    """Give where Left, Right, Home or End lead from `at` among `count` places.

    None for other keys and where there is no place. From nowhere, Left and Right lead to the last.
    """
    last = count - 1
    now = count if at is None else at
    places = {
        Qt.Key.Key_Left: max(now - 1, 0),
        Qt.Key.Key_Right: min(now + 1, last),
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: last,
    }
    return places.get(Qt.Key(event.key())) if count else None


def paint_focus_ring(painter: QPainter, widget: QWidget, tokens: Tokens) -> None:
    """Paint the ring that says the keys go here, where they do."""
    if widget.hasFocus():
        painter.setPen(QPen(QColor(tokens.focus), 2))
        ring = QRectF(widget.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(ring, Radius.MEDIUM, Radius.MEDIUM)
