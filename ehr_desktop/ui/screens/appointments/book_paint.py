"""How the day book is painted: ground, hours, cards, heads, the line of the present."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from ehr_desktop.domain.ids import AppointmentId
from ehr_desktop.ui.screens.appointments.card_paint import CardLook, card_look, paint_card
from ehr_desktop.ui.screens.appointments.columns import Card, Column, Spot
from ehr_desktop.ui.screens.appointments.geometry import AXIS_PX, HEAD_PX, Geometry
from ehr_desktop.ui.screens.appointments.hold import Hold
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Tokens, TypeSize

Hours = tuple[tuple[int, str], ...]
_HALF_HOUR: Final = 30
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Scene:
    """What one painting shows. `marked` is a time being drawn out with the mouse, in minutes."""

    columns: Sequence[Column]
    now: datetime
    cursor: Spot | None
    focused: bool
    marked: tuple[int, int, int] | None
    hold: Hold | None
    cell: int


def paint_book(painter: QPainter, place: Geometry, scene: Scene) -> None:
    """Paint all of the viewport."""
    tokens = worn_tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, place.width, place.height), QColor(tokens.surface))
    painter.setClipRect(place.body)
    for number, column in enumerate(scene.columns):
        if place.column_rect(number).intersects(place.body):
            _paint_ground(painter, place, number, column, tokens)
    _paint_cursor(painter, place, scene, tokens)
    # Under the cards: a line through a name reads as if it were struck out.
    _paint_now(painter, place, scene, tokens)
    _paint_cards(painter, place, scene)
    _paint_hold(painter, place, scene, tokens)
    painter.setClipping(False)
    _paint_axis(painter, place, scene, tokens)
    _paint_heads(painter, place, scene, tokens)


def _paint_ground(
    painter: QPainter, place: Geometry, number: int, column: Column, tokens: Tokens
) -> None:
    whole = place.column_rect(number)
    begins, ends = column.open or (0, 0)
    for first, last in ((0, begins), (ends, column.span.minutes)):
        shut = place.span_rect(number, first, last - first)
        painter.fillRect(shut, QColor(tokens.canvas))
    hours = column.hours
    painter.setPen(QPen(QColor(tokens.hairline), 1))
    lines = [_level(place, whole, minute) for minute, _ in hours]
    painter.drawLines(lines)
    painter.setPen(QPen(QColor(tokens.hairline), 1, Qt.PenStyle.DotLine))
    halves = (minute + _HALF_HOUR for minute, _ in hours[:-1])
    painter.drawLines([_level(place, whole, minute) for minute in halves])
    painter.setPen(QPen(QColor(tokens.edge), 1))
    edge = round(whole.left()) + 0.5
    painter.drawLine(QLineF(edge, place.body.top(), edge, place.body.bottom()))


def _level(place: Geometry, across: QRectF, minute: int) -> QLineF:
    y = round(place.y_of(minute)) + 0.5
    return QLineF(across.left(), y, across.right(), y)


def _paint_cursor(painter: QPainter, place: Geometry, scene: Scene, tokens: Tokens) -> None:
    cursor, cell = scene.cursor, scene.cell
    if scene.marked is not None:
        number, minute, length = scene.marked
        _paint_cell(painter, place.span_rect(number, minute, length), tokens, strong=True)
        label = place.span_rect(number, minute, length).adjusted(12, 0, -8, 0)
        span = scene.columns[number].span
        painter.setFont(ui_font(weight=QFont.Weight.Medium, tabular=True))
        painter.setPen(QColor(tokens.on_accent_soft))
        words = f"{span.wall_at(minute)}\u2013{span.wall_at(minute + length)}"
        painter.drawText(label, _LEFT, words)
    elif cursor is not None and cursor.card is None and scene.hold is None:
        rect = place.span_rect(cursor.column, cursor.minute, cell)
        _paint_cell(painter, rect, tokens, strong=scene.focused)
        if scene.focused:
            words = f"{scene.columns[cursor.column].span.wall_at(cursor.minute)}  Enter books"
            painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
            painter.setPen(QColor(tokens.on_accent_soft))
            painter.drawText(rect.adjusted(12, 0, -8, 0), _LEFT, words)


def _paint_cell(painter: QPainter, rect: QRectF, tokens: Tokens, *, strong: bool) -> None:
    painter.setPen(QPen(QColor(tokens.focus if strong else tokens.edge), 2 if strong else 1))
    painter.setBrush(QColor(tokens.accent_soft))
    painter.drawRoundedRect(rect.adjusted(3, 1, -4, -1), Radius.SMALL, Radius.SMALL)


def _paint_cards(painter: QPainter, place: Geometry, scene: Scene) -> None:
    look, body = card_look(), place.body
    chosen = scene.cursor.card if scene.cursor is not None and scene.focused else None
    held = scene.hold.appointment.id if scene.hold is not None else None
    for number, column in enumerate(scene.columns):
        for card in column.cards:
            rect = place.card_rect(number, card)
            if rect.intersects(body):
                painter.setOpacity(0.4 if card.appointment.id == held else 1)
                _paint_one(painter, rect, card, look, chosen)
    painter.setOpacity(1)


def _paint_one(
    painter: QPainter, rect: QRectF, card: Card, look: CardLook, chosen: AppointmentId | None
) -> None:
    at = card.appointment
    paint_card(painter, rect, at, look, chosen=at.id == chosen)


def _paint_now(painter: QPainter, place: Geometry, scene: Scene, tokens: Tokens) -> None:
    painter.setBrush(QColor(tokens.danger_fill))
    for number, column in enumerate(scene.columns):
        minute = column.span.minute_of(scene.now)
        if 0 <= minute <= column.span.minutes:
            left, y = place.x_of(number), round(place.y_of(minute)) + 0.5
            painter.setPen(QPen(QColor(tokens.danger_fill), 1.5))
            painter.drawLine(QLineF(left, y, left + place.column_width, y))
            if number == 0 or scene.columns[number - 1].day != column.day:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QPointF(max(left, AXIS_PX) + 4, y), 4, 4)


def _paint_hold(painter: QPainter, place: Geometry, scene: Scene, tokens: Tokens) -> None:
    hold = scene.hold
    if hold is None or hold.column >= len(scene.columns):
        return
    rect = place.span_rect(hold.column, hold.minute, hold.length).adjusted(2, 0, -3, 0)
    painter.setPen(QPen(QColor(tokens.focus), 2, Qt.PenStyle.DashLine))
    painter.setBrush(QColor(tokens.accent_soft))
    painter.drawRoundedRect(rect, Radius.SMALL, Radius.SMALL)
    span = scene.columns[hold.column].span
    painter.setPen(QColor(tokens.on_accent_soft))
    painter.setFont(ui_font(weight=QFont.Weight.DemiBold, tabular=True))
    words = f"{span.wall_at(hold.minute)}\u2013{span.wall_at(hold.minute + hold.length)}"
    name = f"{words}  \u2068{hold.appointment.patient_name}\u2069"
    room = rect.adjusted(9, 0, -8, 0)
    metrics = painter.fontMetrics()
    fitted = metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(room.width()))
    painter.drawText(room, _LEFT, fitted)


def _paint_axis(painter: QPainter, place: Geometry, scene: Scene, tokens: Tokens) -> None:
    ground = QRectF(0, HEAD_PX, AXIS_PX, place.height - HEAD_PX)
    painter.setClipRect(ground)
    painter.fillRect(ground, QColor(tokens.surface))
    painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
    painter.setPen(QColor(tokens.text_faint))
    hours = scene.columns[0].hours if scene.columns else ()
    _paint_hours(painter, place, 0, AXIS_PX - 10, hours)
    painter.setClipRect(place.body)
    for number, column in enumerate(scene.columns):
        # A day on which the clocks change has other hours than the axis beside it.
        if column.hours != hours:
            right = place.x_of(number) + place.column_width - 10
            _paint_hours(painter, place, right - AXIS_PX, AXIS_PX, column.hours)
    painter.setClipping(False)


def _paint_hours(
    painter: QPainter, place: Geometry, left: float, width: float, hours: Hours
) -> None:
    """Write full hours, each under its line so that none is cut off at the top."""
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for minute, words in hours[:-1]:
        painter.drawText(QRectF(left, place.y_of(minute) + 1, width, 18), flags, words)


def _paint_heads(painter: QPainter, place: Geometry, scene: Scene, tokens: Tokens) -> None:
    strip = QRectF(0, 0, place.width, HEAD_PX)
    painter.fillRect(strip, QColor(tokens.surface))
    painter.setClipRect(QRectF(AXIS_PX, 0, place.width - AXIS_PX, HEAD_PX))
    title, small = ui_font(weight=QFont.Weight.DemiBold), ui_font(TypeSize.CAPTION, tabular=True)
    today = scene.now.astimezone(scene.columns[0].span.zone).date() if scene.columns else None
    week = len({column.day for column in scene.columns}) > 1
    for number, column in enumerate(scene.columns):
        room = place.head_rect(number).adjusted(12, 8, -8, -6)
        ink = tokens.link if week and column.day == today else tokens.text
        for font, words, colour, line in (
            (title, column.title, ink, QRectF(room.left(), room.top(), room.width(), 20)),
            (
                small,
                column.remark,
                tokens.text_faint,
                QRectF(room.left(), room.top() + 19, room.width(), 17),
            ),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            metrics = painter.fontMetrics()
            fitted = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, round(room.width()))
            painter.drawText(line, _LEFT, fitted)
        painter.setPen(QPen(QColor(tokens.edge), 1))
        left = round(place.x_of(number)) + 0.5
        painter.drawLine(QLineF(left, 0, left, HEAD_PX))
    painter.setClipping(False)
    painter.setPen(QPen(QColor(tokens.edge), 1))
    painter.drawLine(QLineF(0, HEAD_PX - 0.5, place.width, HEAD_PX - 0.5))
