"""A trend the size of a word."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.widgets.trend import Trend, scale_of, span_of


class Sparkline(QWidget):
    """The run of a trend over its reference band, the newest reading marked. Decoration: the
    value stands beside it in words.
    """

    def __init__(self, trend: Trend, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_trend(trend)

    def set_trend(self, trend: Trend) -> None:
        """Show another trend."""
        self._trend = trend
        self.setAccessibleName(f"{trend.name} over time")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(96, 24)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        span = span_of((self._trend,))
        if span is None:
            return
        tokens, trend = worn_tokens(), self._trend
        readings = trend.readings
        values = [reading.value for reading in readings]
        low = min(values) if trend.low is None else trend.low
        high = max(values) if trend.high is None else trend.high
        least, most = scale_of((trend,), low, high)
        place = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        reach = (most - least) or 1.0
        length = (span[1] - span[0]).total_seconds()

        def spot(moment_s: float, value: float) -> QPointF:
            across = place.left() + place.width() * moment_s / length
            return QPointF(across, place.bottom() - place.height() * (value - least) / reach)

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if trend.low is not None and trend.high is not None:
            band = QRectF(spot(0, trend.high), spot(length, trend.low))
            painter.fillRect(band, QColor(tokens.success.background))
        spots = [spot((each.at - span[0]).total_seconds(), each.value) for each in readings]
        painter.setPen(QPen(QColor(tokens.text_faint), 1.25))
        painter.drawPolyline(QPolygonF(spots))
        outside = trend.is_outside(readings[-1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.danger.foreground if outside else tokens.link))
        painter.drawEllipse(spots[-1], 3, 3)
