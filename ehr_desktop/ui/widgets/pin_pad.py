"""A keypad for a PIN. The digits are never text of a widget: only dots are painted."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import PIN_DIGITS
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import Button, ButtonLook
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.pin_dots import PinDots

_STEP_PX, _RADIUS_PX = 28, 7
_RUB_OUT: Final = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class PinPad(QWidget):
    """Ten digits and one to rub out; the keys of the keyboard do the same.

    `entered` carries the PIN as soon as it is complete; nothing of it is kept then.
    """

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("PIN")
        self.dots = PinDots(_STEP_PX, _RADIUS_PX, self)
        self.keys = {digit: self._key(digit) for digit in "1234567890"}
        self.rub_out = self._button("", "arrow-left", "Rub out the last digit")
        self.rub_out.clicked.connect(self._rub_out)
        grid = QGridLayout()
        grid.setSpacing(Space.ONE)
        for at, key in enumerate(self.keys.values()):
            place = at if at < 9 else 10
            grid.addWidget(key, place // 3, place % 3)
        grid.addWidget(self.rub_out, 3, 2)
        self._show_count()
        self.setLayout(column(self.dots, row(SPRING, grid, SPRING), spacing=Space.TWO))

    def clear(self) -> None:
        """Forget what was entered."""
        self._digits = ""
        self._show_count()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in self.keys and event.text():
            self._press(event.text())
        elif event.key() in _RUB_OUT:
            self._rub_out()
        else:
            super().keyPressEvent(event)

    def _key(self, digit: str) -> Button:
        button = self._button(digit, "", digit)
        button.clicked.connect(lambda: self._press(digit))
        return button

    def _button(self, text: str, icon_name: str, name: str) -> Button:
        button = Button(text, self, look=ButtonLook.KEY, icon_name=icon_name)
        button.setAccessibleName(name)
        button.setFont(ui_font(TypeSize.TITLE, tabular=True))
        # the focus stays with the pad, so that digits may be typed at any time
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _press(self, digit: str) -> None:
        self._digits += digit
        self._show_count()
        if len(self._digits) == PIN_DIGITS:
            whole = self._digits
            self.clear()
            self.entered.emit(whole)

    def _rub_out(self) -> None:
        self._digits = self._digits[:-1]
        self._show_count()

    def _show_count(self) -> None:
        filled = len(self._digits)
        self.dots.show_count(filled, f"{filled} of {PIN_DIGITS} digits entered")
