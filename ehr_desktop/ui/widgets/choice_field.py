"""One of a few choices."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QWidget
from typing_extensions import override


class ComboField(QComboBox):
    """A drop-down of (key, words) pairs; `chosen` carries the key.

    The wheel scrolls the form, not the value: a choice never changes by accident.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setView(QListView(self))
        # The list paints its own rounded ground; the square window behind it must not show.
        popup = self.view().window()
        popup.setWindowFlags(
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint
        )
        popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(12)
        self.set_choices(choices)
        self.currentIndexChanged.connect(self._changed)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer `choices` and choose the first."""
        self.clear()
        for key, words in choices:
            self.addItem(words, key)

    @property
    def key(self) -> str:
        """The key of what is chosen; empty if there is nothing to choose."""
        return str(self.currentData() or "")

    def choose(self, key: str) -> None:
        """Choose `key`; an unknown key changes nothing."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _changed(self) -> None:
        self.chosen.emit(self.key)
