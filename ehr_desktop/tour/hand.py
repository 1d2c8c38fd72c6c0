"""A hand that finds things by the words on them, types, clicks and takes pictures."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

Kind = TypeVar("Kind", bound=QWidget)
PATIENCE_S = 60.0
_STEP_MS = 20
_SETTLE_MS = 350
_NO_KEY = Qt.KeyboardModifier.NoModifier


class LostError(Exception):
    """Something a person would look for is not on any screen, or did not happen in time."""


class Hand:
    """Works on the windows of `application`; pictures go to `folder`, numbered in order."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self._application = application
        self._folder = folder
        self.pictures: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9]-*.png"):
            old.unlink()

    def rest(self, milliseconds: int = _SETTLE_MS) -> None:
        """Let the program work for a while, as it does while nobody touches it."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(
        self, happened: Callable[[], bool], what: str, *, patience_s: float | None = PATIENCE_S
    ) -> None:
        """Wait until something has happened; with None for as long as it takes.

        Raises:
            LostError: it has not within `patience_s`.
        """
        begun = time.monotonic()
        while not happened():
            if patience_s is not None and time.monotonic() - begun > patience_s:
                raise LostError(f"waited in vain for: {what}")
            self.rest(_STEP_MS)

    def find(self, kind: type[Kind], words: str, within: QWidget | None = None) -> Kind:
        """Wait for a widget that says `words` or is called so, the one made last if several.

        Raises:
            LostError: there is none within a minute.
        """
        found: list[Kind] = []

        def there() -> bool:
            found[:] = [widget for widget in self._shown(kind, within) if _says(widget, words)]
            return bool(found)

        self.until(there, f"{kind.__name__} “{words}”")
        return found[-1]

    def click(self, words: str, within: QWidget | None = None) -> None:
        """Click the button that says `words`, once it can be clicked."""
        button = self.find(QAbstractButton, words, within)
        self.until(button.isEnabled, f"“{words}” to be clickable")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, _NO_KEY, button.rect().center())
        self.rest()

    def fill(self, words: str, text: str, within: QWidget | None = None) -> None:
        """Type `text` into the field called `words`, in place of what is there."""
        self._type(self.find(QLineEdit, words, within), text)

    def write(self, words: str, text: str, within: QWidget | None = None) -> None:
        """Type `text` into the large field called `words`, in place of what is there."""
        self._type(self.find(QPlainTextEdit, words, within), text)

    def _type(self, field: QWidget, text: str) -> None:
        field.setFocus()
        QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.SelectAll))
        QTest.keyClicks(field, text)
        self.rest(_STEP_MS)

    def press(self, keys: str, target: QWidget) -> None:
        """Press `keys` on a widget."""
        QTest.keySequence(target, QKeySequence(keys))
        self.rest()

    def click_at(self, target: QWidget, place: QPoint) -> None:
        """Click a place of a widget."""
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, _NO_KEY, place)
        self.rest()

    def says(self, words: str, within: QWidget | None = None) -> bool:
        """Tell whether `words` stand on anything that is shown."""
        return any(words in _words_of(widget) for widget in self._shown(QWidget, within))

    def expect(self, words: str, within: QWidget | None = None) -> None:
        """Wait until `words` are shown.

        Raises:
            LostError: they are not within a minute.
        """
        self.until(lambda: self.says(words, within), f"the words “{words}”")

    def picture(self, name: str, window: QWidget) -> Path:
        """Take a picture of a window."""
        self.rest()
        path = self._folder / f"{len(self.pictures) + 1:02}-{name}.png"
        if not window.grab().save(str(path)):
            raise LostError(f"the picture {path} could not be written")
        self.pictures.append(path)
        return path

    def _shown(self, kind: type[Kind], within: QWidget | None) -> Iterator[Kind]:
        roots = [within] if within is not None else self._application.topLevelWidgets()
        for root in roots:
            if root.isVisible():
                yield from (w for w in root.findChildren(kind) if w.isVisible())


def _says(widget: QWidget, words: str) -> bool:
    name = widget.accessibleName()
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return words in {name, text, name.removesuffix(", required")}


def _words_of(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    said = text() if callable(text) else ""
    return f"{widget.accessibleName()}\n{said}"
