"""How long every block of the last hour took to become final."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import log10
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_time
from ehr_desktop.domain.network import FinalPoint
from ehr_desktop.ui.models.consensus_words import final_ms_words, pace_words
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens, TypeSize
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.steps import SteppedGraph, paint_focus_ring

HOUR: Final = timedelta(hours=1)
_NOTICED: Final = timedelta(seconds=5)
"""The axis moves on in steps of this; less could not be seen."""
_LEFT_PX, _TOP_PX, _RIGHT_PX, _BOTTOM_PX = 64, 30, 16, 28
_LEAST_MS, _MOST_MS = 1.0, 1000.0
_REACH_PX: Final = 3.0


class FinalChart(SteppedGraph):
    """A point for each block over the clock, on a scale where each line is ten times the one
    below: a slow block is seen without hiding the quick ones.

    Left and Right move from block to block; what stands there is shown, told in the tooltip and
    read out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QSizePolicy.Policy.Expanding, parent)
        self._points: tuple[FinalPoint, ...] = ()
        self._given: tuple[FinalPoint, ...] = ()
        self._zone: tzinfo | None = None
        self._until = datetime.fromtimestamp(0, UTC)
        self._spots: list[QPointF] = []
        self._most_ms = _MOST_MS
        self.tell()

    def show_points(
        self, points: tuple[FinalPoint, ...], until: datetime, zone: tzinfo | None
    ) -> None:
        """Show the blocks of the hour before `until`, oldest first, with times in `zone`."""
        moved = abs(until - self._until) >= _NOTICED
        if points == self._given and zone == self._zone and not moved:
            return
        stood = self.focused
        self._given = points
        self._until, self._zone = until, zone
        self._points = tuple(each for each in points if each.time >= until - HOUR)
        self._most_ms = _scale_end(self._points)
        self._place_points()
        heights = [each.height for each in self._points]
        self.at = heights.index(stood.height) if stood and stood.height in heights else None
        self.tell()

    @property
    def focused(self) -> FinalPoint | None:
        """The block the line stands on."""
        return None if self.at is None else self._points[self.at]

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, 172)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(280, 170)

    @override
    def places(self) -> Sequence[float]:
        return [spot.x() for spot in self._spots]

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_points()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_focus_ring(painter, self, tokens)
        painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
        if not self._points:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _EMPTY)
            return
        self._paint_axes(painter, tokens)
        self._paint_points(painter, tokens)
        painter.setPen(QColor(tokens.text if self.focused else tokens.text_muted))
        heading = QRectF(_LEFT_PX, 4, self.width() - _LEFT_PX - _RIGHT_PX, 20)
        painter.drawText(heading, Qt.AlignmentFlag.AlignVCenter, self._sentence())

    @override
    def tell(self) -> None:
        self.setAccessibleName("Time to final over the last hour")
        self.setAccessibleDescription(self._sentence())
        set_plain_tooltip(self, self._sentence() if self.focused else "")
        self.update()

    def _sentence(self) -> str:
        point = self.focused
        if point is None:
            if not self._points:
                return _EMPTY
            blocks = f"{len(self._points):,} block{'' if len(self._points) == 1 else 's'}"
            return f"{blocks}, median {pace_words(self._points)[1]}"
        when = shown_time(point.time.astimezone(self._zone).time())
        held = f"{point.transactions:,} transaction{'' if point.transactions == 1 else 's'}"
        return (
            f"Block {point.height:,}, {when}: {final_ms_words(point.final_ms)}, {held}, "
            f"proposed by {point.proposer}"
        )

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BOTTOM_PX)

    def _down(self, milliseconds: float) -> float:
        plot = self._plot()
        decades = log10(self._most_ms / _LEAST_MS)
        share = log10(max(milliseconds, _LEAST_MS) / _LEAST_MS) / decades
        return plot.bottom() - plot.height() * share

    def _place_points(self) -> None:
        """Work out where every point stands; there may be thousands, and painting comes often."""
        left, width = self._plot().left(), self._plot().width()
        self._spots = [
            QPointF(
                left + width * (1 - (self._until - each.time) / HOUR), self._down(each.final_ms)
            )
            for each in self._points
        ]

    def _paint_axes(self, painter: QPainter, tokens: Tokens) -> None:
        plot, level_ms = self._plot(), _LEAST_MS
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        while level_ms <= self._most_ms:
            level = round(self._down(level_ms)) + 0.5
            painter.setPen(QPen(QColor(tokens.hairline), 1))
            painter.drawLine(QPointF(plot.left(), level), QPointF(plot.right(), level))
            painter.setPen(QColor(tokens.text_muted))
            label = QRectF(0, level - 9, _LEFT_PX - 8, 18)
            painter.drawText(label, end, _level_words(level_ms))
            level_ms *= 10
        for quarter in range(5):
            moment = self._until - HOUR * (1 - quarter / 4)
            across = plot.left() + plot.width() * quarter / 4
            left = min(max(across - 30, plot.left() - 10), self.width() - 62)
            label = QRectF(left, plot.bottom() + 6, 60, 18)
            shown = shown_time(moment.astimezone(self._zone).time())
            painter.drawText(label, Qt.AlignmentFlag.AlignHCenter, shown)

    def _paint_points(self, painter: QPainter, tokens: Tokens) -> None:
        plot = self._plot()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.link))
        for spot in self._spots:
            painter.drawEllipse(spot, _REACH_PX, _REACH_PX)
        if self.at is not None:
            spot = self._spots[self.at]
            across = round(spot.x()) + 0.5
            painter.setPen(QPen(QColor(tokens.text_muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(across, plot.top()), QPointF(across, plot.bottom()))
            painter.setPen(QPen(QColor(tokens.surface), 1.5))
            painter.setBrush(QColor(tokens.link))
            painter.drawEllipse(spot, _REACH_PX + 3, _REACH_PX + 3)


_EMPTY: Final = "No block in the last hour"


def _scale_end(points: tuple[FinalPoint, ...]) -> float:
    """Give the power of ten, a second at least, that no point lies above."""
    slowest = max((each.final_ms for each in points), default=0.0)
    most = _MOST_MS
    while most < slowest:
        most *= 10
    return most


def _level_words(milliseconds: float) -> str:
    return "1 ms" if milliseconds <= 1 else final_ms_words(milliseconds).replace(".0 s", " s")
