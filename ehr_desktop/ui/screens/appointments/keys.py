"""The keys of the day book."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

KEYS: Final = (
    ("N", "New appointment"),
    ("Return", "Book the free time, open the appointment"),
    ("F3", "Next free time"),
    ("F4", "Move with arrow keys; Enter drops, Esc stops"),
    ("F9", "Next status: arrived, in room, done"),
    ("T", "Today"),
    ("M", "Choose a day from a month"),
    ("Alt+Left", "Day before"),
    ("Alt+Right", "Day after"),
    ("Ctrl+Left", "Week before"),
    ("Ctrl+Right", "Week after"),
    ("D", "Day view"),
    ("W", "Week view"),
    ("L", "List view"),
    ("C", "Show or hide cancelled"),
    ("Ctrl++", "Larger"),
    ("Ctrl+-", "Smaller"),
    ("Ctrl+P", "Print the day sheet"),
)
"""For the sheet of shortcuts; Return is heard by the book itself."""


def listen(work: QWidget, runs: Mapping[str, Callable[[], object]]) -> None:
    """Run on each of the keys while the focus is within `work`.

    Panels that lie over the work are no part of it: letters typed there are text.
    """
    for keys, run in runs.items():
        shortcut = QShortcut(QKeySequence(keys), work)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)
