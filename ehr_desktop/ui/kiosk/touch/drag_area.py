"""A place that is longer than the screen: a finger drags it, two large buttons turn it."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from typing_extensions import override

from ehr_desktop.ui.kiosk.touch.button import is_dragging

_KEEP_PX = 48


class Content(QWidget):
    """What is dragged: as high as its words are at the width there is. Layouts alone ask for the
    height that words would have in a narrow column, and leave a blank to be dragged.
    """

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class DragArea(QScrollArea):
    """Scrolls down only. It follows the finger and stops where the finger stops."""

    turned = Signal()
    """How far one can still go up or down has changed."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._held_at: QPoint | None = None
        self._dragging = False
        content.setProperty("look", "scrolled")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(content)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self.turned)
        bar.rangeChanged.connect(self.turned)

    @property
    def is_longer(self) -> bool:
        """Whether there is more than is shown."""
        return self.verticalScrollBar().maximum() > 0

    @property
    def may_go(self) -> tuple[bool, bool]:
        """Whether one can go up, and down."""
        bar = self.verticalScrollBar()
        return bar.value() > 0, bar.value() < bar.maximum()

    def turn(self, *, down: bool) -> None:
        """Go on by what is shown, less a little to find one's place again."""
        bar = self.verticalScrollBar()
        page = max(_KEEP_PX, self.viewport().height() - _KEEP_PX)
        bar.setValue(bar.value() + (page if down else -page))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held_at, self._dragging = event.globalPosition().toPoint(), False

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        now = event.globalPosition().toPoint()
        if self._held_at is None:
            self._held_at = now
        elif self._dragging or is_dragging(self._held_at, now):
            self._dragging = True
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - (now - self._held_at).y())
            self._held_at = now

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held_at, self._dragging = None, False

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.turned.emit()
