"""What never lets one forget that this is emergency access: a strip with the time, and a mark over
the whole record.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import EmergencyAccess
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Label
from ehr_desktop.ui.widgets.layouts import row

MARK: Final = "EMERGENCY ACCESS"
_SECOND_MS: Final = 1000
_STEP_X, _STEP_Y, _SLANT = 360, 180, -24
_ALPHA: Final = 34


class EmergencyStrip(QFrame):
    """Counts down; `over` says that the time is up."""

    over = Signal()

    def __init__(
        self, access: EmergencyAccess, now: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "callout")
        self.setProperty("tone", Tone.DANGER.value)
        self._access = access
        self._now = now
        bold = ui_font(TypeSize.MEDIUM, QFont.Weight.DemiBold, tabular=True)
        self.left = Label("", self, font=bold)
        words = Body(
            "The patient is told, and somebody else reviews it. It closes by itself.", self
        )
        line = row(
            IconLabel("zap", self, tone=Tone.DANGER), self.left, words, spacing=Space.ONE_AND_HALF
        )
        line.setContentsMargins(Space.THREE, Space.ONE, Space.THREE, Space.ONE)
        line.setStretch(2, 1)
        self.setLayout(line)
        self._timer = QTimer(self, interval=_SECOND_MS)
        self._timer.timeout.connect(self.tell_time)
        self._timer.start()
        self.tell_time()

    def tell_time(self) -> None:
        """Show the time that is left; once there is none, say so."""
        left = round((self._access.until - self._now()).total_seconds())
        shown = max(left, 0)
        self.left.setText(f"Emergency access · {shown // 60:02d}:{shown % 60:02d}")
        self.setAccessibleName(f"Emergency access, closes in {-(-shown // 60)} minutes")
        if left <= 0 and self._timer.isActive():
            self._timer.stop()
            self.over.emit()


class Watermark(QWidget):
    """Slanted words over the whole of `host`, through which one clicks."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(MARK.capitalize())
        host.installEventFilter(self)
        self.setGeometry(host.rect())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
            self.raise_()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(worn_tokens().tone(Tone.DANGER).foreground)
        ink.setAlpha(_ALPHA)
        painter.setPen(ink)
        painter.setFont(ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold))
        for line, top in enumerate(range(0, self.height() + _STEP_Y, _STEP_Y)):
            for left in range(-(line % 2) * _STEP_X // 2, self.width(), _STEP_X):
                painter.save()
                painter.translate(QPointF(left, top))
                painter.rotate(_SLANT)
                painter.drawText(QPointF(0, 0), MARK)
                painter.restore()
