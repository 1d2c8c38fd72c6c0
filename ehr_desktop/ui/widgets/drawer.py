"""A panel on the right, beside what it is about."""

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import icon_button
from ehr_desktop.ui.widgets.card import Rule
from ehr_desktop.ui.widgets.labels import ElidedLabel, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, boxed, column, fill, row
from ehr_desktop.ui.widgets.overlay import Overlay
from ehr_desktop.ui.widgets.scrolling import Scrolling

DRAWER_WIDTH_PX = 440
_SLIDE_MS = 140


class Drawer(Overlay):
    """Title, scrolling body, footer; slides in over the right side of `host`.

    The screen beside it stays usable. Esc closes it without a question and keeps what was
    typed; `closed` says so. Put the content in with `add` and the buttons with `set_footer`.
    """

    def __init__(self, host: QWidget, title: str = "", *, width_px: int = DRAWER_WIDTH_PX) -> None:
        super().__init__(host, modal=False)
        self._width_px = width_px
        self._panel = QFrame(self)
        self._panel.setProperty("look", "panel")
        self._title = ElidedLabel(title, self, font=Heading().font())
        self.close_button = icon_button("x", "Close")
        self.close_button.clicked.connect(self.leave)
        self.body: QVBoxLayout = column(spacing=Space.TWO)
        self._footer = row(spacing=Space.ONE)
        self._footer.setContentsMargins(Space.THREE, Space.TWO, Space.THREE, Space.TWO)
        self._footer_rule = Rule(self)
        self._footer_rule.hide()
        self._slide = QPropertyAnimation(self._panel, b"pos", self)
        self._slide.setDuration(_SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._build()
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Name what the panel is about."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def add(self, *pieces: Piece) -> None:
        """Put `pieces` under what the body already holds."""
        fill(self.body, *pieces)

    @override
    def _way_out(self) -> QWidget | None:
        return self.close_button

    def set_footer(self, primary: QPushButton, *others: QPushButton) -> None:
        """Put the buttons at the foot, the primary one outermost; they close nothing."""
        fill(self._footer, SPRING, *others, primary)
        self._footer_rule.show()

    @override
    def open_over(self) -> None:
        """Slide in and put the focus on the first input of the body."""
        super().open_over()
        self._slide.stop()
        self._slide.setStartValue(QPoint(self.width() // 6, 0))
        self._slide.setEndValue(QPoint(0, 0))
        self._slide.start()

    @override
    def lay_out(self) -> None:
        width = min(self._width_px, self._host.width())
        self.setGeometry(self._host.width() - width, 0, width, self._host.height())
        self._panel.setGeometry(0, 0, width, self._host.height())

    @override
    def first_stop(self) -> QWidget | None:
        # One opens the panel to write in it, not to close it.
        inside = (stop for stop in self._stops() if stop is not self.close_button)
        return next(inside, self.close_button)

    def _build(self) -> None:
        head = row(self._title, self.close_button, spacing=Space.ONE)
        head.setStretch(0, 1)
        head.setContentsMargins(Space.THREE, Space.TWO, Space.TWO, Space.TWO)
        inner = boxed(column(self.body, SPRING, spacing=0, margin=Space.THREE))
        scroll = Scrolling(inner, self)
        outer = column(head, Rule(self), scroll, self._footer_rule, self._footer, spacing=0)
        outer.setStretch(2, 1)
        self._panel.setLayout(outer)
