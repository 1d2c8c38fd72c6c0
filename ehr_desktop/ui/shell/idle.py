"""Notices that nobody has touched the keyboard or the mouse for a while."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from typing_extensions import override

TOUCHES: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)
LOOK_EVERY_MS: Final = 1000


class IdleWatch(QObject):
    """Emits `idle` once when `limit_s` seconds have passed without a touch.

    Install it as the application's event filter. `seconds` is the wall clock, so that the time a
    laptop sleeps counts; a clock set back only starts the wait anew.
    """

    idle = Signal()

    def __init__(
        self, seconds: Callable[[], float], limit_s: float, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._limit_s = limit_s
        self._last_touch = seconds()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch, from now."""
        self._last_touch = self._seconds()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._timer.stop()

    def set_limit(self, limit_s: float) -> None:
        """Wait `limit_s` seconds from now on."""
        self._limit_s = limit_s

    def look(self) -> None:
        """Compare the clock with the last touch."""
        now = self._seconds()
        if now < self._last_touch:
            self._last_touch = now
        elif now - self._last_touch >= self._limit_s and self._timer.isActive():
            self._timer.stop()
            self.idle.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in TOUCHES and self._timer.isActive():
            # After a sleep the first touch comes before the first tick: look before counting it.
            self.look()
            self._last_touch = self._seconds()
        return False
