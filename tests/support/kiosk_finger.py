"""A finger on the kiosk: real touches, which Qt turns into clicks as on a touch screen, counted."""

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ehr_desktop.ui.kiosk.language import language
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from tests.support.memory_kiosk import CODE, PIN

_KEYS = {"\r": Qt.Key.Key_Return, "\b": Qt.Key.Key_Backspace}


def bare(text: str) -> str:
    """Give a text without the marks that only say which way it runs."""
    return text.translate(dict.fromkeys(map(ord, "\u200e\u200f\u2068\u2069")))


class Finger:
    """Touches what a person would look for by its words, in `code`'s language."""

    def __init__(self, window, qtbot, device) -> None:
        self.window, self._qtbot, self._device = window, qtbot, device
        self.taps = 0
        self.code = "en"

    def say(self, key: str, **values) -> str:
        """Give a sentence in the language that is spoken now."""
        return language(self.code).say(key, **values)

    def button(self, words: str, within: QWidget | None = None) -> TouchButton:
        """Wait for a button that says `words` and can be touched."""
        found, wanted = [], bare(words)

        def there() -> bool:
            found[:] = [
                one
                for one in (within or self.window).findChildren(TouchButton)
                if wanted in {bare(one.text()), bare(one.accessibleName())}
                and one.isVisible()
                and one.isEnabled()
            ]
            return bool(found)

        self._qtbot.waitUntil(there)
        return found[0]

    def touch(self, target: TouchButton | str) -> None:
        """Touch a button, after bringing it into sight as a dragging finger would."""
        button = self.button(target) if isinstance(target, str) else target
        page = self.window.page
        if page is not None and page.area.widget().isAncestorOf(button):
            QApplication.processEvents()
            page.area.ensureWidgetVisible(button, 0, 0)
            QApplication.processEvents()
        place = button.rect().center()
        self._bring_onto_the_screen(button.mapTo(self.window, place))
        assert self._reached(button, place), f"{button.text()} is covered"
        self.taps += 1
        QTest.touchEvent(button, self._device).press(0, place, button).commit()
        QTest.touchEvent(button, self._device).release(0, place, button).commit()
        QApplication.processEvents()

    def read(self, words: str) -> None:
        """Wait until `words` are on the page."""
        self._qtbot.waitUntil(lambda: bare(words) in bare(self.shown()))

    def shown(self) -> str:
        """Give all words that are shown, a line each."""
        texts = [one.text() for one in self.window.findChildren(Words) if one.isVisible()]
        for one in self.window.findChildren(TouchButton):
            if one.isVisible():
                texts += [one.text(), one.detail]
        return "\n".join(texts)

    def type(self, text: str) -> None:
        """Type on a real keyboard, as a scanner does."""
        window = self.window.windowHandle()
        for letter in text:
            if letter in _KEYS:
                QTest.keyClick(window, _KEYS[letter])
            else:
                QTest.keyClick(window, letter)
        QApplication.processEvents()

    def scan(self, code: str) -> None:
        """Hold a card under the scanner."""
        self.type(f"{code}\r")

    def enter_pin(self, pin: str) -> None:
        """Touch the digits, then OK."""
        for digit in pin:
            self.touch(digit)
        self.touch(self.say("common.ok"))

    def come_in(self, code: str = "en") -> None:
        """Choose a language, show the card, enter the PIN, arrive at the start page."""
        self.code = code
        self.touch(language(code).name)
        self.read(self.say("card.title"))
        self.scan(CODE)
        self.read(self.say("pin.title"))
        self.enter_pin(PIN)
        self.read(self.say("home.title"))
        self.taps = 0

    def settled(self, happened) -> None:
        """Wait until something has happened."""
        self._qtbot.waitUntil(happened)

    def picture(self, path: Path, size: QSize | None = None) -> None:
        """Take a picture, for people to look at."""
        if size is not None:
            self.window.resize(size)
        QTest.qWait(50)
        assert self.window.grab().save(str(path))

    def _bring_onto_the_screen(self, place: QPoint) -> None:
        # Qt drops touches outside the screen, and that of the offscreen platform is small
        # (not `window.screen()`: with the window PySide 6.11 would delete the screen)
        screen = QGuiApplication.primaryScreen().geometry()
        if not screen.contains(self.window.mapToGlobal(place)):
            self.window.move(screen.center() - place)
            QApplication.processEvents()

    def _reached(self, button: TouchButton, place: QPoint) -> bool:
        at = self.window.childAt(button.mapTo(self.window, place))
        return at is button
