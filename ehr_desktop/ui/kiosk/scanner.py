"""A scanner that types: it sends a card's code as keys, and Enter at the end."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

LEAST_CODE: Final = 8
"""Fewer characters than this before Enter come from a hand, not from a scanner."""
_MOST_CODE: Final = 512
_PAUSE_S: Final = 2.0
_BACKSPACE: Final = "\b"
_ENTER: Final = "\r"


class Scanner(QObject):
    """Install it on the application: keys belong to the scanner first, wherever the focus is.

    `wanted` is offered every single key before it is collected, `scanned` gets a whole code.
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        wanted: Callable[[str], bool],
        scanned: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._seconds, self._wanted, self._scanned = seconds, wanted, scanned
        self._letters = ""
        self._last = 0.0

    def forget(self) -> None:
        """Forget what has come in so far."""
        self._letters = ""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not watched.isWindowType():
            return False
        return self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        now = self._seconds()
        if now - self._last > _PAUSE_S:
            self._letters = ""
        self._last = now
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            code, self._letters = self._letters, ""
            if len(code) >= LEAST_CODE:
                self._scanned(code)
                return True
            return self._wanted(_ENTER)
        if event.key() == Qt.Key.Key_Backspace:
            return self._wanted(_BACKSPACE)
        text = event.text()
        if not text or not text.isprintable() or (text == " " and not self._letters):
            return False
        if not self._wanted(text):
            self._letters = (self._letters + text.upper())[-_MOST_CODE:]
        return True
