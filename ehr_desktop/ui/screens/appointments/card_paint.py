"""How one card of the day book is painted."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment, AppointmentStatus
from ehr_desktop.ui.models.day_words import LOOKS, start_text
from ehr_desktop.ui.models.pending_words import PENDING, PENDING_ICON
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Scheme, Tokens, TonePair, TypeSize

LINE_PX: Final = 17
_BAR_PX: Final = 3
_PIECE_PX: Final = 3
_SIDE_PX: Final = 8
_ICON_PX: Final = 14
_LEAST_FOR_ICON_PX: Final = 84
_NARROW_PX: Final = 150
"""Below this width the name gets a line of its own."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class CardLook:
    """What is the same for every card of one painting. Make a new one for each."""

    tokens: Tokens
    name: QFont
    struck: QFont
    small: QFont
    name_metrics: QFontMetricsF
    small_metrics: QFontMetricsF


def card_look() -> CardLook:
    """Give the fonts and colours of the scheme that is worn."""
    name = ui_font(weight=QFont.Weight.DemiBold, tabular=True)
    struck = ui_font(tabular=True)
    struck.setStrikeOut(True)
    small = ui_font(TypeSize.CAPTION, tabular=True)
    return CardLook(worn_tokens(), name, struck, small, QFontMetricsF(name), QFontMetricsF(small))


def paint_card(
    painter: QPainter, place: QRectF, appointment: Appointment, look: CardLook, *, chosen: bool
) -> None:
    """Paint a card that fills `place`: as many lines as there is room for, the status always."""
    pair = look.tokens.tone(LOOKS[appointment.status].tone)
    _paint_ground(painter, place, appointment, look.tokens, pair)
    if chosen:
        painter.setPen(QPen(QColor(look.tokens.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), Radius.SMALL + 1, Radius.SMALL + 1)
    narrow = place.width() < _NARROW_PX
    lines = _lines(appointment, narrow=narrow)
    room = place.adjusted(_BAR_PX + _SIDE_PX, 0, -_SIDE_PX, 0)
    shown = max(1, min(len(lines), int((place.height() - 4) // LINE_PX)))
    if narrow and shown == 1:
        # Where the card stands tells the time; only the name tells whose it is.
        lines = lines[1:2]
    top = room.top() + (3 if shown > 1 or place.height() > 2 * LINE_PX else 0)
    height = LINE_PX if top > room.top() else place.height()
    free = room.width()
    if place.width() >= _LEAST_FOR_ICON_PX:
        free -= _paint_icons(painter, room, top + height / 2, appointment, pair)
    freed = appointment.status in FREES_THE_SLOT
    first = QRectF(room.left(), top, free, height)
    painter.setPen(QColor(look.tokens.text_muted if freed else look.tokens.text))
    painter.setFont(look.struck if appointment.status is AppointmentStatus.CANCELLED else look.name)
    painter.drawText(first, _LEFT, _fitted(look.name_metrics, lines[0], free))
    for number, line in enumerate(lines[1:shown], 1):
        if number > narrow:
            painter.setPen(QColor(look.tokens.text_muted))
            painter.setFont(look.small)
        below = QRectF(room.left(), top + number * LINE_PX, room.width(), LINE_PX)
        metrics = look.small_metrics if number > narrow else look.name_metrics
        painter.drawText(below, _LEFT, _fitted(metrics, line, room.width()))


def _lines(appointment: Appointment, *, narrow: bool) -> tuple[str, ...]:
    status = LOOKS[appointment.status].word
    if appointment.pending:
        status = f"{status}, {PENDING.lower()}"
    over = f"Booked over: {appointment.override_reason}" if appointment.override_reason else ""
    second = " · ".join(part for part in (status, appointment.reason) if part)
    # The isolates keep a right-to-left name from pulling the time to its other side.
    name = f"\u2068{appointment.patient_name}\u2069"
    first = (start_text(appointment), name) if narrow else (f"{start_text(appointment)}  {name}",)
    return tuple(line for line in (*first, second, over, appointment.comment) if line)


def _paint_ground(
    painter: QPainter, place: QRectF, appointment: Appointment, tokens: Tokens, pair: TonePair
) -> None:
    outlined = tokens.scheme is Scheme.HIGH_CONTRAST
    freed = appointment.status in FREES_THE_SLOT
    edge = QPen(QColor(pair.foreground if outlined or freed else tokens.edge), 1)
    if appointment.override_reason:
        edge = QPen(QColor(tokens.warning.foreground), 1.5, Qt.PenStyle.DashLine)
    elif freed:
        edge.setStyle(Qt.PenStyle.DotLine)
    painter.setPen(edge)
    painter.setBrush(QColor(tokens.surface if freed else pair.background))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), Radius.SMALL, Radius.SMALL)
    bar = QRectF(place.left() + 1, place.top() + 2, _BAR_PX, place.height() - 4)
    if appointment.pending:
        _paint_broken(painter, bar, QColor(pair.foreground))
    else:
        painter.fillRect(bar, QColor(pair.foreground))


def _paint_broken(painter: QPainter, bar: QRectF, colour: QColor) -> None:
    """Paint the bar in pieces: it tells what is pending where there is no room for an icon."""
    top = bar.top()
    while top < bar.bottom():
        height = min(_PIECE_PX, bar.bottom() - top)
        painter.fillRect(QRectF(bar.left(), top, bar.width(), height), colour)
        top += 2 * _PIECE_PX


def _paint_icons(
    painter: QPainter, room: QRectF, middle: float, appointment: Appointment, pair: TonePair
) -> float:
    """Paint the status, and marks where one is booked over another or pending; give the width
    they take.
    """
    names = [LOOKS[appointment.status].icon_name]
    if appointment.override_reason:
        names.append("layers")
    if appointment.pending:
        names.append(PENDING_ICON)
    right = room.right()
    for name in names:
        right -= _ICON_PX
        place = QPoint(round(right), round(middle - _ICON_PX / 2))
        painter.drawPixmap(place, icon_pixmap(name, pair.foreground, _ICON_PX))
        right -= 4
    return room.right() - right


def _fitted(metrics: QFontMetricsF, text: str, width: float) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
