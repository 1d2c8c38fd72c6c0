"""What lies over a screen inside the same window: never a dialog, never a nested event loop."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken
from typing_extensions import override

_SCRIM_ALPHA = 110


class Overlay(QWidget):
    """Covers `host` while open, follows its size and keeps Tab inside.

    Esc asks to leave: `closed` is emitted and the overlay hides. Nothing in it is cleared, so
    whatever was typed is there again at the next `open_over`. Afterwards the focus is where it was.
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, host: QWidget, *, modal: bool) -> None:
        super().__init__(host)
        self._host = host
        self._modal = modal
        self._before: QWidget | None = None
        self.hide()
        host.installEventFilter(self)

    def open_over(self) -> None:
        """Show over the host and put the focus on the first piece that takes it."""
        self._before = QApplication.focusWidget()
        self.lay_out()
        self.show()
        self.raise_()
        if first := self.first_stop():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit()

    def leave(self) -> None:
        """Hide, keep what was typed, give the focus back."""
        if self.isHidden():
            return
        self.hide()
        if self._before and Shiboken.isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def lay_out(self) -> None:
        """Take the place over the host; called whenever the host changes its size."""
        self.setGeometry(self._host.rect())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._host and not self.isHidden():
            self.lay_out()
        return False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        stops = self._stops()
        if not stops:
            return False
        now = QApplication.focusWidget()
        at = stops.index(now) if now in stops else -1
        step = 1 if forward else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + step) % len(stops)].setFocus(reason)
        return True

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._modal)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._modal:
            QPainter(self).fillRect(self.rect(), QColor(8, 10, 16, _SCRIM_ALPHA))

    def first_stop(self) -> QWidget | None:
        """Return what has the focus after opening; None if nothing takes it."""
        return next(iter(self._stops()), None)

    def _stops(self) -> list[QWidget]:
        """Return what Tab stops at inside, in the order it was made, the way out last.

        Not by `nextInFocusChain`: that makes whoever calls it the owner of Qt's own inner widgets
        (PySide 6.11.3), and deleting the panel then deletes scroll bars of other screens.
        """
        found = [
            widget
            for widget in self.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisibleTo(self)
            and widget.focusProxy() is None
        ]
        return sorted(found, key=lambda widget: widget is self._way_out())

    def _way_out(self) -> QWidget | None:
        """Return the widget that closes the panel and comes last, if it has one."""
        return None
