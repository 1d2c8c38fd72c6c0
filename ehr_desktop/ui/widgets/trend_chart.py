"""A graph of measurements over time."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_date
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens, TypeSize
from ehr_desktop.ui.widgets.steps import SteppedGraph, paint_focus_ring
from ehr_desktop.ui.widgets.trend import (
    Reading,
    Trend,
    scale_of,
    span_of,
    time_ticks,
    value_ticks,
)

_LEFT_PX, _TOP_PX, _RIGHT_PX, _BOTTOM_PX = 44, 68, 20, 28
_MARK_PX = 4.0


class TrendChart(SteppedGraph):
    """Points on a proportional time axis over a reference band, all in one unit.

    The newest value stands in larger type with the one before it. Left and Right move a line
    from reading to reading; what it stands on is shown and read out. Outside the range a
    mark is in the danger tone *and* ringed, a span *and* thicker.
    """

    def __init__(
        self,
        trends: Sequence[Trend],
        scale: tuple[float, float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(QSizePolicy.Policy.Preferred, parent)
        self.set_trends(trends, scale)

    def set_trends(self, trends: Sequence[Trend], scale: tuple[float, float]) -> None:
        """Show `trends`, which share one unit, on an axis that covers at least `scale`."""
        self._trends = tuple(trends)
        self._scale = scale_of(trends, *scale)
        self._span = span_of(trends)
        stops = {reading.at for trend in trends for reading in trend.readings}
        self._stops = sorted(stops)
        self.at = None
        self.setAccessibleName(", ".join(trend.name for trend in trends) or "No readings")
        self.tell()

    @property
    def focused(self) -> datetime | None:
        """The moment the focus line stands on."""
        return None if self.at is None else self._stops[self.at]

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 240)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(280, 180)

    @override
    def places(self) -> Sequence[float]:
        return [self._across(moment) for moment in self._stops]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_focus_ring(painter, self, tokens)
        self._paint_axes(painter, tokens)
        for order, trend in enumerate(self._trends):
            self._paint_trend(painter, tokens, trend, order)
        self._paint_heading(painter, tokens)

    @override
    def tell(self) -> None:
        self.setAccessibleDescription(" ".join(self._sentences()))
        self.update()

    def _sentences(self) -> list[str]:
        moment = self.focused
        said = []
        for trend in self._trends:
            here = [each for each in trend.readings if moment in (None, each.at)]
            if here:
                reading = here[-1]
                outside = ", outside the range" if trend.is_outside(reading) else ""
                value = f"{trend.name} {reading.text} {trend.unit}{outside}"
                said.append(f"{value}, {shown_date(reading.at.date())}.")
        return said

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BOTTOM_PX)

    def _across(self, moment: datetime) -> float:
        if self._span is None:
            return 0.0
        plot, (first, last) = self._plot(), self._span
        return plot.left() + plot.width() * ((moment - first) / (last - first))

    def _down(self, value: float) -> float:
        plot, (least, most) = self._plot(), self._scale
        return plot.bottom() - plot.height() * (value - least) / ((most - least) or 1.0)

    def _paint_axes(self, painter: QPainter, tokens: Tokens) -> None:
        plot = self._plot()
        painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
        if self._span is None:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No readings in this time")
            return
        for trend in self._trends[:1]:
            if trend.low is not None or trend.high is not None:
                top = self._down(self._scale[1] if trend.high is None else trend.high)
                foot = self._down(self._scale[0] if trend.low is None else trend.low)
                band = QRectF(plot.left(), top, plot.width(), foot - top)
                painter.fillRect(band, QColor(tokens.success.background))
                painter.setPen(QPen(QColor(tokens.success.foreground), 1, Qt.PenStyle.DotLine))
                painter.drawLine(band.topLeft(), band.topRight())
                painter.drawLine(band.bottomLeft(), band.bottomRight())
        for value in value_ticks(*self._scale):
            level = round(self._down(value)) + 0.5
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            painter.drawLine(QPointF(plot.left(), level), QPointF(plot.right(), level))
            painter.setPen(QColor(tokens.text_muted))
            label = QRectF(0, level - 9, _LEFT_PX - 8, 18)
            painter.drawText(label, _END, f"{value:g}")
        wanted = max(2, min(6, int(plot.width() // 120)))
        for moment in time_ticks(*self._span, wanted=wanted):
            across = self._across(moment)
            left = min(max(across - 48, 4), self.width() - 100)
            label = QRectF(left, plot.bottom() + 6, 96, 18)
            painter.drawText(label, Qt.AlignmentFlag.AlignHCenter, shown_date(moment.date()))

    def _paint_trend(self, painter: QPainter, tokens: Tokens, trend: Trend, order: int) -> None:
        ink = (tokens.link, tokens.text, tokens.warning.foreground)[order % 3]
        if self.focused:
            across = round(self._across(self.focused)) + 0.5
            painter.setPen(QPen(QColor(tokens.text_muted), 1, Qt.PenStyle.DashLine))
            plot = self._plot()
            painter.drawLine(QPointF(across, plot.top()), QPointF(across, plot.bottom()))
        spots = [QPointF(self._across(each.at), self._down(each.value)) for each in trend.readings]
        if not any(each.upper for each in trend.readings):
            painter.setPen(QPen(QColor(ink), 1.5))
            painter.drawPolyline(QPolygonF(spots))
        for reading, spot in zip(trend.readings, spots, strict=True):
            outside = trend.is_outside(reading)
            colour = QColor(tokens.danger.foreground if outside else ink)
            if reading.upper is None:
                self._paint_mark(painter, spot, order, colour, QColor(tokens.surface))
                if outside:
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(colour, 1.25))
                    painter.drawEllipse(spot, _MARK_PX + 4, _MARK_PX + 4)
            else:
                _paint_double_t(
                    painter, spot, self._down(reading.upper), QPen(colour, 3.5 if outside else 2)
                )

    def _paint_mark(
        self, painter: QPainter, spot: QPointF, order: int, ink: QColor, rim: QColor
    ) -> None:
        """Paint a mark whose shape, not only its colour, says which trend it belongs to."""
        painter.setPen(QPen(rim, 1.5))
        painter.setBrush(ink)
        reach = _MARK_PX + 0.5
        match order % 3:
            case 0:
                painter.drawEllipse(spot, reach, reach)
            case 1:
                painter.drawRect(QRectF(spot.x() - 4, spot.y() - 4, 8, 8))
            case _:
                corners = ((0, -reach - 1), (reach + 1, reach), (-reach - 1, reach))
                painter.drawPolygon(QPolygonF([spot + QPointF(*corner) for corner in corners]))

    def _paint_heading(self, painter: QPainter, tokens: Tokens) -> None:
        left = 12.0
        for trend in self._trends:
            shown, before = _shown_and_before(trend, self.focused)
            if shown is None:
                continue
            painter.setPen(QColor(tokens.text_muted))
            painter.setFont(ui_font(TypeSize.CAPTION))
            when = f"{trend.name}, {shown_date(shown.at.date())}"
            painter.drawText(QPointF(left, 20), when)
            name_width = painter.fontMetrics().horizontalAdvance(when)
            outside = trend.is_outside(shown)
            painter.setPen(QColor(tokens.danger.foreground if outside else tokens.text))
            painter.setFont(ui_font(TypeSize.TITLE, QFont.Weight.DemiBold, tabular=True))
            painter.drawText(QPointF(left, 42), shown.text)
            after = left + painter.fontMetrics().horizontalAdvance(shown.text) + 6
            painter.setPen(QColor(tokens.text_muted))
            painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
            rest = trend.unit + (f"  ·  before: {before.text}" if before else "")
            painter.drawText(QPointF(after, 42), rest)
            after += painter.fontMetrics().horizontalAdvance(rest)
            left = max(after, left + name_width) + 32


_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _shown_and_before(
    trend: Trend, moment: datetime | None
) -> tuple[Reading | None, Reading | None]:
    until = [each for each in trend.readings if moment is None or each.at <= moment]
    shown = until[-1] if until else None
    return shown, until[-2] if len(until) > 1 else None


def _paint_double_t(painter: QPainter, lower: QPointF, upper_y: float, pen: QPen) -> None:
    """Paint one upright bar with a cross stroke at either end."""
    painter.setPen(pen)
    across = lower.x()
    painter.drawLine(QPointF(across, lower.y()), QPointF(across, upper_y))
    for level in (lower.y(), upper_y):
        painter.drawLine(QPointF(across - 5, level), QPointF(across + 5, level))
