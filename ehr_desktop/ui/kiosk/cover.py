"""What lies over the page for a while: are you still there, and please ask at the desk."""

from collections.abc import Callable

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Dress, Size
from ehr_desktop.ui.kiosk.touch.button import Look, TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.layouts import SPRING, column, row


class Cover(QWidget):
    """Covers the whole `host`, which cannot be read or touched meanwhile; one large button. With
    `anywhere` every other place does the same as the button.
    """

    def __init__(
        self,
        host: QWidget,
        dress: Dress,
        icon_name: str,
        title: str,
        text: str,
        button: str,
        pressed: Callable[[], object],
        *,
        anywhere: bool,
    ) -> None:
        super().__init__(host)
        self._host, self._pressed, self._anywhere = host, pressed, anywhere
        self.setAutoFillBackground(True)
        self.text = Words(text, dress, size=Size.LEAD, centred=True)
        picture = IconLabel(icon_name, size_px=dress.px(72))
        if dress.compact:
            self.text.setFont(dress.font(Size.BODY))
            picture.hide()
        self.button = TouchButton(button, dress, look=Look.PRIMARY, centred=True, size=Size.LEAD)
        self.button.setMinimumHeight(dress.target(80))
        self.button.clicked.connect(pressed)
        self.setLayout(
            column(
                SPRING,
                row(SPRING, picture, SPRING),
                Words(title, dress, size=Size.TITLE, strong=True, centred=True),
                self.text,
                row(SPRING, self.button, SPRING),
                SPRING,
                spacing=dress.px(16),
                margin=dress.px(20),
            )
        )
        self.cover()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._anywhere:
            self._pressed()

    def cover(self) -> None:
        """Take the host's whole place."""
        self.setGeometry(self._host.rect())
        self.raise_()
        self.show()
