"""Every key the program listens to, in one sheet."""

from typing import Final, Protocol, runtime_checkable

from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.labels import Heading, Label
from ehr_desktop.ui.widgets.sheet import Sheet
from ehr_desktop.ui.widgets.shortcut_hint import ShortcutHint

Keys = tuple[tuple[str, str], ...]
"""Pairs of keys and what they do."""

EVERYWHERE: Final[Keys] = (
    ("Ctrl+K", "Find a patient, a command or a day"),
    ("F2", "The same, with one hand"),
    ("Ctrl+N", "Register a patient"),
    ("F12", "Lock now"),
    ("Ctrl+Shift+U", "Switch user"),
    ("Ctrl+Shift+D", "Next look: light, dark, high contrast"),
    ("F1", "This list"),
    ("Esc", "Leave a panel; what was typed stays"),
)


@runtime_checkable
class HasShortcuts(Protocol):
    """A screen that listens to keys of its own."""

    def shortcuts(self) -> Keys:
        """Give the keys and what they do."""
        ...


class ShortcutSheet(Sheet):
    """The keys that work everywhere beside those of one screen."""

    def __init__(self, host: QWidget, groups: tuple[tuple[str, Keys], ...]) -> None:
        super().__init__(host, "Keyboard shortcuts", width_px=720 if len(groups) > 1 else 480)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.TWO)
        grid.setVerticalSpacing(Space.ONE)
        for number, (title, keys) in enumerate(groups):
            first = number % 2 * 2
            top = number // 2 * 20
            grid.addWidget(Heading(title, self, size=TypeSize.MEDIUM), top, first, 1, 2)
            for line, (shortcut, words) in enumerate(keys, top + 1):
                grid.addWidget(Label(words, self), line, first)
                grid.addWidget(ShortcutHint(shortcut, self), line, first + 1)
        self.add(grid)
        close = primary_button("Close")
        close.clicked.connect(self.leave)
        self.set_buttons(close)
        self.closed.connect(self.deleteLater)
