"""The bar on top of every page: the clinic's name, how it is shown, and the way to the staff."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Dress, Size
from ehr_desktop.ui.kiosk.touch.button import Look, TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.widgets.layouts import row

HOLD_MS = 2000
_WORDS_FROM_PX = 1180


class ClinicName(Words):
    """The clinic's name; whoever keeps a finger on it is asked for the staff's PIN."""

    held = Signal()

    def __init__(self, name: str, dress: Dress) -> None:
        super().__init__(name, dress, size=Size.BODY, strong=True)
        self._timer = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._timer.timeout.connect(self.held)
        self.setMinimumHeight(dress.target())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._timer.start()
        event.accept()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._timer.stop()
        event.accept()


class Header(QWidget):
    """Made anew whenever the dress changes. `wide_px` decides whether the buttons have words or
    only icons; they are read out by name in either case.
    """

    def __init__(self, name: str, dress: Dress, wide_px: int) -> None:
        super().__init__()
        self._dress = dress
        self._in_words = wide_px >= _WORDS_FROM_PX * dress.scale
        self.clinic = ClinicName(name, dress)
        self.language = self._button("header.language", "languages")
        self.large_text = self._button("header.large-text", "a-large-small", on=dress.large)
        self.contrast = self._button("header.contrast", "contrast", on=dress.contrast)
        self.staff = self._button("header.staff", "bell", look=Look.PRIMARY)
        bar = row(
            self.clinic,
            self.language,
            self.large_text,
            self.contrast,
            self.staff,
            spacing=dress.px(10),
        )
        bar.setContentsMargins(dress.px(20), dress.px(12), dress.px(20), dress.px(8))
        self.setLayout(bar)

    def _button(
        self, key: str, icon_name: str, *, look: Look = Look.PLAIN, on: bool = False
    ) -> TouchButton:
        words = self._dress.language.say(key)
        button = TouchButton(
            words if self._in_words else "",
            self._dress,
            look=look,
            icon_name=icon_name,
            size=Size.SMALL,
            on=on,
        )
        button.setAccessibleName(words)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button
