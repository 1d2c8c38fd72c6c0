"""A keyboard on the screen, and what was typed on it. There is no text field: nothing can be
selected, copied, dragged or undone.
"""

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ehr_desktop.ui.kiosk.dress import LEAST_TARGET_PX, Dress, Size
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.widgets.layouts import column, row

CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_MOST_IN_A_ROW = 13
_KEY_PX = 54
_LEFT_TO_RIGHT = "\u200e"
_DOTTED_CIRCLE = "\u25cc"


class Typed(Words):
    """What was typed so far; at most `most` characters, in groups of `grouped` if that is set."""

    changed = Signal()

    def __init__(self, dress: Dress, *, most: int, grouped: int = 0) -> None:
        super().__init__("", dress, size=Size.LEAD)
        self._most, self._grouped = most, grouped
        self._letters = ""
        self.setMinimumHeight(dress.px(56))
        self.setProperty("look", "typed")
        self._show()

    @property
    def letters(self) -> str:
        """The text."""
        return self._letters

    def add(self, text: str) -> None:
        """Put `text` at the end, as far as it fits."""
        self._letters = (self._letters + text)[: self._most]
        self._show()

    def take_back(self) -> None:
        """Take back the last character."""
        self._letters = self._letters[:-1]
        self._show()

    def _show(self) -> None:
        shown = self._letters
        if self._grouped:
            step = self._grouped
            shown = " ".join(shown[at : at + step] for at in range(0, len(shown), step))
            shown = f"{_LEFT_TO_RIGHT}{shown}{_LEFT_TO_RIGHT}"
        self.setText(f"{shown}|")
        self.changed.emit()


class Keys(QWidget):
    """Pages of rows of keys; `typed` receives what is touched. `in_words` adds a space bar."""

    def __init__(
        self,
        dress: Dress,
        typed: Typed,
        pages: Sequence[Sequence[Sequence[str]]],
        *,
        in_words: bool,
    ) -> None:
        super().__init__()
        self._dress, self._typed = dress, typed
        say = dress.language.say
        self._pages = QStackedWidget()
        for page in pages:
            rows = [self._row(letters) for letters in page]
            holder = QWidget()
            holder.setLayout(column(*rows, spacing=dress.px(6)))
            self._pages.addWidget(holder)
        self.rub_out = TouchButton(
            say("common.delete"), dress, centred=True, strong=False, least_px=_KEY_PX
        )
        self.rub_out.clicked.connect(typed.take_back)
        foot = row(spacing=dress.px(6))
        if len(pages) > 1:
            self.other = TouchButton(
                say("common.other-keys"), dress, centred=True, strong=False, least_px=_KEY_PX
            )
            self.other.clicked.connect(self._turn)
            foot.addWidget(self.other, 2)
        if in_words:
            space = TouchButton(
                say("common.space"), dress, centred=True, strong=False, least_px=_KEY_PX
            )
            space.clicked.connect(self._space)
            foot.addWidget(space, 4)
        foot.addWidget(self.rub_out, 2)
        self.setLayout(column(self._pages, foot, spacing=dress.px(6)))

    def _row(self, letters: Sequence[str]) -> Tiles:
        keys = [self._letter(letter) for letter in letters]
        dress = self._dress
        # a row that is too long for the screen becomes two
        most = min(len(keys), _MOST_IN_A_ROW)
        return Tiles(*keys, least_px=LEAST_TARGET_PX, most=most, gap_px=dress.px(6))

    def _letter(self, letter: str) -> TouchButton:
        shown = _DOTTED_CIRCLE + letter if _combines(letter) else letter
        key = _key(shown, self._dress)
        key.setProperty("letter", letter)
        key.clicked.connect(self._press)
        return key

    def _press(self) -> None:
        key = self.sender()
        if isinstance(key, TouchButton):
            self._typed.add(str(key.property("letter")))

    def _space(self) -> None:
        self._typed.add(" ")

    def _turn(self) -> None:
        self._pages.setCurrentIndex((self._pages.currentIndex() + 1) % self._pages.count())


def code_keys(dress: Dress, typed: Typed) -> Keys:
    """Give the keys for the code on a card; they run from left to right in every language."""
    keys = Keys(dress, typed, [[CODE_LETTERS]], in_words=False)
    keys.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return keys


def _key(words: str, dress: Dress) -> TouchButton:
    return TouchButton(words, dress, centred=True, strong=False, least_px=_KEY_PX)


def _combines(letter: str) -> bool:
    return unicodedata.category(letter) in {"Mn", "Mc"}
