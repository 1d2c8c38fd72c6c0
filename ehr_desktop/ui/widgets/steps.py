"""Going along a graph from place to place by the keyboard."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Radius, Tokens


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
