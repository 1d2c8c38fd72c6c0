"""A question that must be answered before going on."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
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
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, boxed, column, fill, row
from ehr_desktop.ui.widgets.overlay import Overlay
from ehr_desktop.ui.widgets.scrolling import Scrolling

SHEET_WIDTH_PX = 480


class _Scrolled(Scrolling):
    """As high as what is in it, and scrolling where there is less room; whatever has the focus is
    in sight.
    """

    def __init__(self, inner: QWidget) -> None:
        self._inner = inner
        super().__init__(inner)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        layout = self._inner.layout()
        if layout is None or not layout.hasHeightForWidth():
            return self.sizeHint().height()
        return layout.totalHeightForWidth(width)

    @override
    def sizeHint(self) -> QSize:
        return self._inner.sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._inner.minimumSizeHint().width(), Space.SIX)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._inner.isAncestorOf(now):
            self.ensureWidgetVisible(now)


class Sheet(Overlay):
    """A card in the middle of a dimmed `host`: title, body, buttons. Esc leaves it. The body
    scrolls where there is too little room for it.
    """

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
                _Scrolled(boxed(self.body)),
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
    """Asks before something is done; `confirmed` says yes, `closed` without it says no. With a
    `denial` there is a second answer, `denied`, as easily given as the first.

    The way back has the focus, so that Enter held down too long does no harm.
    """

    confirmed = Signal()
    denied = Signal()

    def __init__(
        self,
        host: QWidget,
        title: str,
        text: str,
        confirm: str,
        *,
        dangerous: bool = False,
        denial: str = "",
    ) -> None:
        super().__init__(host, title)
        self.add(Body(text, self, level=Level.MUTED))
        make = danger_button if dangerous else primary_button
        self.confirm_button: Button = secondary_button(confirm) if denial else make(confirm)
        self.cancel_button = secondary_button("Cancel")
        self.deny_button = secondary_button(denial)
        others = (self.cancel_button, self.deny_button) if denial else (self.cancel_button,)
        self.set_buttons(self.confirm_button, *others)
        self.deny_button.clicked.connect(self._deny)
        self.confirm_button.clicked.connect(self._confirm)
        self.cancel_button.clicked.connect(self.leave)

    @override
    def open_over(self) -> None:
        super().open_over()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.leave()

    def _deny(self) -> None:
        # first, as the answer may ask something else in the same place
        self.leave()
        self.denied.emit()
