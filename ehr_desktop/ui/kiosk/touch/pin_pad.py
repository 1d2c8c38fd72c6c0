"""A keypad for PINs. The digits are never text of a widget: only dots are painted."""

import secrets

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.domain.consent import PIN_DIGITS
from ehr_desktop.ui.kiosk.dress import LARGE, Dress, Size
from ehr_desktop.ui.kiosk.touch.button import Look, TouchButton
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pin_dots import PinDots

MOST_DIGITS = 12
_DIGITS = "1234567890"


class PinPad(QWidget):
    """Twelve keys and the dots above them. Digits run from left to right in every language.

    `shuffled` puts the digits in another order every time, against whoever watches the hand.
    """

    entered = Signal(str)
    """The digits, once somebody says that they are complete."""

    def __init__(self, dress: Dress, *, shuffled: bool = False, least: int = PIN_DIGITS) -> None:
        super().__init__()
        self._least = least
        self._digits: list[str] = []
        self._dress = dress
        self._dots = PinDots(dress.px(36), dress.px(9))
        self._dots.setFixedHeight(dress.px(32))
        say = dress.language.say
        key_px, size = _key_px(dress), Size.SMALL if dress.large else Size.BODY
        self.enter = TouchButton(
            say("common.ok"), dress, look=Look.PRIMARY, centred=True, size=size, least_px=key_px
        )
        self.rub_out = TouchButton(
            say("common.delete"), dress, centred=True, strong=False, size=size, least_px=key_px
        )
        self.keys = {digit: _key(digit, dress) for digit in _DIGITS}
        order = list(_DIGITS)
        if shuffled:
            secrets.SystemRandom().shuffle(order)
        grid = QGridLayout()
        grid.setSpacing(10)
        grid.setContentsMargins(0, 0, 0, 0)
        keys = [self.keys[digit] for digit in order]
        for key in keys:
            key.clicked.connect(self._press)
        # where there is little room, two rows of six: nobody has to look for the last keys
        columns = 6 if dress.compact else 3
        keys.insert(5 if dress.compact else 9, self.rub_out)
        keys.append(self.enter)
        for at, key in enumerate(keys):
            grid.addWidget(key, at // columns, at % columns)
        pad = QWidget()
        pad.setLayout(grid)
        pad.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        pad.setFixedWidth(max(dress.px(384), grid.minimumSize().width()))
        self.setLayout(column(self._dots, row(SPRING, pad, SPRING), spacing=dress.px(12)))
        self.enter.clicked.connect(self.hand_over)
        self.rub_out.clicked.connect(self.take_back)
        self._show()

    def type(self, digit: str) -> bool:
        """Take a digit from a real keyboard; tell whether it was one."""
        if digit not in self.keys:
            return False
        if len(self._digits) < MOST_DIGITS:
            self._digits.append(digit)
            self._show()
        return True

    def take_back(self) -> None:
        """Take back the last digit."""
        del self._digits[-1:]
        self._show()

    def hand_over(self) -> None:
        """Say that the digits are complete, if they are, and forget them."""
        if not self.enter.isEnabled():
            return
        digits = "".join(self._digits)
        self.clear()
        self.entered.emit(digits)

    def clear(self) -> None:
        """Forget the digits."""
        self._digits.clear()
        self._show()

    def _press(self) -> None:
        key = self.sender()
        if isinstance(key, TouchButton):
            self.type(key.text())

    def _show(self) -> None:
        count = len(self._digits)
        words = self._dress.language.say("pin.entered", count=count)
        self._dots.show_count(count, words)
        self.enter.setEnabled(count >= self._least)
        self.rub_out.setEnabled(count > 0)


def _key(digit: str, dress: Dress) -> TouchButton:
    return TouchButton(digit, dress, centred=True, size=Size.LEAD, least_px=_key_px(dress))


def _key_px(dress: Dress) -> int:
    """Give how high keys are: with large text as high as without, so that all are seen at once."""
    return round(64 / LARGE) if dress.large else 64
