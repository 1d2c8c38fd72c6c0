"""Short messages at the foot of the window: where a saved thing now lives, with undo."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, ButtonLook
from ehr_desktop.ui.widgets.labels import Label
from ehr_desktop.ui.widgets.layouts import row

SHOWN_MS = 6_000
_WIDEST_PX = 560


@dataclass(frozen=True, slots=True)
class Notice:
    """One message; `act` is called when the person presses `action`."""

    text: str
    action: str = ""
    act: Callable[[], None] | None = None


class Snackbar(QFrame):
    """Shows notices one after the other over the foot of `host`, each for `shown_ms`.

    The pointer on it or the focus in it stops the clock. Screen readers hear each text.
    """

    def __init__(self, host: QWidget, *, shown_ms: int = SHOWN_MS) -> None:
        super().__init__(host)
        self._host = host
        self._waiting: deque[Notice] = deque()
        self._now: Notice | None = None
        self.setProperty("look", "snackbar")
        self._words = Label("", self, wrap=True)
        self.action_button = Button("Undo", self, look=ButtonLook.GHOST)
        self.action_button.clicked.connect(self._act)
        line = row(self._words, self.action_button, spacing=Space.TWO)
        line.setContentsMargins(Space.TWO, Space.HALF, Space.ONE, Space.HALF)
        line.setStretch(0, 1)
        self.setLayout(line)
        self._timer = QTimer(self, singleShot=True, interval=shown_ms)
        self._timer.timeout.connect(self.dismiss)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The text that shows now; empty if none does."""
        return self._now.text if self._now else ""

    def say(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Show `text` after what is already waiting, with a button `action` that calls `act`."""
        self._waiting.append(Notice(text, action, act))
        if self._now is None:
            self._show_next()

    def dismiss(self) -> None:
        """Go on to the next notice, or hide."""
        self._now = None
        self._show_next()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._host:
            self._lay_out()
        return False

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        if self._now:
            self._timer.start()

    def _show_next(self) -> None:
        self._timer.stop()
        if not self._waiting:
            self.hide()
            return
        self._now = self._waiting.popleft()
        self._words.setText(self._now.text)
        self.action_button.setText(self._now.action)
        self.action_button.setVisible(bool(self._now.action))
        self.setAccessibleName(self._now.text)
        self._lay_out()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._now.text))
        self._timer.start()

    def _act(self) -> None:
        acted = self._now
        self.dismiss()
        if acted and acted.act:
            acted.act()

    def _lay_out(self) -> None:
        widest = min(_WIDEST_PX, self._host.width() - 2 * Space.TWO)
        words = self._words.fontMetrics().horizontalAdvance(self._words.text())
        acts = bool(self.action_button.text())
        button = self.action_button.sizeHint().width() + Space.TWO if acts else 0
        width = min(widest, words + button + 2 * Space.TWO + Space.HALF)
        height = max(self.heightForWidth(width), 44)
        left = (self._host.width() - width) // 2
        self.setGeometry(left, self._host.height() - height - Space.THREE, width, height)
