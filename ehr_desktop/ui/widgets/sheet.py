"""A question that must be answered before going on."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import Button, danger_button, primary_button, secondary_button
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, fill, row
from ehr_desktop.ui.widgets.overlay import Overlay

SHEET_WIDTH_PX = 480


class Sheet(Overlay):
    """A card in the middle of a dimmed `host`: title, body, buttons. Esc leaves it."""

    def __init__(self, host: QWidget, title: str, *, width_px: int = SHEET_WIDTH_PX) -> None:
        super().__init__(host, modal=True)
        self._width_px = width_px
        self.setAccessibleName(title)
        self._card = QFrame(self)
        self._card.setProperty("look", "sheet")
        shadow = QGraphicsDropShadowEffect(self._card)
        shadow.setBlurRadius(40)
        shadow.setOffset(0, 12)
        shadow.setColor(QColor(0, 0, 0, 90))
        self._card.setGraphicsEffect(shadow)
        self.body: QVBoxLayout = column(spacing=Space.TWO)
        self._buttons = row(spacing=Space.ONE)
        # what changes inside may need more room or less
        self._card.installEventFilter(self)
        self._card.setLayout(
            column(
                Heading(title, self),
                self.body,
                self._buttons,
                spacing=Space.TWO,
                margin=Space.THREE,
            )
        )

    def add(self, *pieces: Piece) -> None:
        """Put `pieces` under what the body already holds."""
        fill(self.body, *pieces)

    def set_buttons(self, primary: QPushButton, *others: QPushButton) -> None:
        """Put the buttons at the foot, the primary one outermost; they close nothing."""
        fill(self._buttons, SPRING, *others, primary)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # the kind first: events still come while the sheet is taken apart and has no card any more
        if event.type() == QEvent.Type.LayoutRequest and watched is self._card:
            self.lay_out()
        return super().eventFilter(watched, event)

    @override
    def lay_out(self) -> None:
        super().lay_out()
        width = min(self._width_px, self.width() - 2 * Space.TWO)
        layout = self._card.layout()
        flows = layout is not None and layout.hasHeightForWidth()
        wanted = self._card.heightForWidth(width) if flows else self._card.sizeHint().height()
        height = min(wanted, self.height() - 2 * Space.TWO)
        left, top = (self.width() - width) // 2, (self.height() - height) // 3
        self._card.setGeometry(left, max(top, Space.TWO), width, height)


class Confirmation(Sheet):
    """Asks before something is done; `confirmed` says yes, `closed` without it says no.

    The way back has the focus, so that Enter held down too long does no harm.
    """

    confirmed = Signal()

    def __init__(
        self, host: QWidget, title: str, text: str, confirm: str, *, dangerous: bool = False
    ) -> None:
        super().__init__(host, title)
        self.add(Body(text, self, level=Level.MUTED))
        make = danger_button if dangerous else primary_button
        self.confirm_button: Button = make(confirm)
        self.cancel_button = secondary_button("Cancel")
        self.set_buttons(self.confirm_button, self.cancel_button)
        self.confirm_button.clicked.connect(self._confirm)
        self.cancel_button.clicked.connect(self.leave)

    @override
    def open_over(self) -> None:
        super().open_over()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.leave()
