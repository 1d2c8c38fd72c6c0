"""The day book one works in: keys, clicks and drags."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from typing_extensions import override

from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_wall import MINUTE
from ehr_desktop.ui.models.day_words import MOVABLE, sentence
from ehr_desktop.ui.screens.appointments.book_canvas import CELL_MINUTES, BookCanvas, FreeTime
from ehr_desktop.ui.screens.appointments.columns import Spot, stops_of
from ehr_desktop.ui.screens.appointments.geometry import EDGE_PX, Geometry
from ehr_desktop.ui.screens.appointments.hold import SNAP, Hold, taken_up
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_PAGE_MINUTES: Final = 60
_KEYS_ACROSS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS_DOWN: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PAGES: Final = {Qt.Key.Key_PageUp: -_PAGE_MINUTES, Qt.Key.Key_PageDown: _PAGE_MINUTES}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


@dataclass(frozen=True, slots=True)
class _Press:
    """Where the mouse went down, on what, and how far into it in minutes."""

    point: QPointF
    spot: Spot
    into: int
    at_edge: bool


class BookView(BookCanvas):
    """Arrow keys go from card to card and over free time; what one stands on is read out.

    `now` gives the present, for the line across the columns.
    """

    booking_wanted = Signal(object)
    """A `FreeTime`: Enter, double click or a drag over free time."""
    opened = Signal(object)
    """An `Appointment`: Enter or double click on a card."""
    move_wanted = Signal(object)
    """A `Move`: a card was let go, or Enter pressed in move mode."""
    menu_wanted = Signal(object, QPoint)
    """An `Appointment` or a `FreeTime`, and where on the screen its menu belongs."""
    hold_changed = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(now, parent)
        self._press: _Press | None = None
        self.viewport().setMouseTracking(True)

    def begin_move(self, appointment: Appointment) -> None:
        """Take an appointment into the hand: arrow keys move it, Enter drops it, Esc lets be."""
        if appointment.status in MOVABLE and self.columns:
            self.setFocus()
            self._take(taken_up(appointment, self.columns))
            self._announce(f"Moving {appointment.patient_name}. Arrow keys, then Enter. Esc stops.")

    def carry_to(self, spot: Spot) -> None:
        """Bring the card in the hand over a spot."""
        if self.hold is not None:
            self._carry(self.hold.moved_to(self.columns, spot.column, spot.minute))

    def time_under(self, hold: Hold) -> FreeTime:
        """Give the column and time a card in the hand is over."""
        return self._time_of(Spot(hold.column, hold.minute))

    def end_move(self) -> None:
        """Let the card in the hand be where it was."""
        self._press = None
        self._take(None)

    # Keys

    @override
    def event(self, event: QEvent) -> bool:
        # Esc and Enter belong to the book while it has the focus, before any shortcut.
        override_asked = event.type() == QEvent.Type.ShortcutOverride
        if override_asked and isinstance(event, QKeyEvent) and event.modifiers() in _PLAIN:
            event.setAccepted(event.key() in {Qt.Key.Key_Escape, *_ENTER})
            return event.isAccepted()
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() not in _PLAIN or not self.columns:
            event.ignore()
        elif self.hold is not None:
            self._move_key(event, key, self.hold)
        elif key in _ENTER:
            self._enter()
        elif key in _KEYS_ACROSS:
            self._across(_KEYS_ACROSS[key])
        elif key in _KEYS_DOWN:
            self._down(_KEYS_DOWN[key])
        elif key in _PAGES:
            self._to_minute(self._cursor_or_first().minute + _PAGES[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._to_minute(0 if key == Qt.Key.Key_Home else self.place.minutes)
        elif key == Qt.Key.Key_Menu:
            self._open_menu(self._cursor_or_first(), self.place)
        else:
            event.ignore()

    def _move_key(self, event: QKeyEvent, key: Qt.Key, hold: Hold) -> None:
        if key == Qt.Key.Key_Escape:
            self.end_move()
            self._announce("Not moved.")
        elif key in _ENTER:
            self._drop(hold)
        elif key in _KEYS_ACROSS:
            self._nudge(hold, _KEYS_ACROSS[key], 0)
        elif key in _KEYS_DOWN:
            self._nudge(hold, 0, _KEYS_DOWN[key] * SNAP)
        elif key in _PAGES:
            self._nudge(hold, 0, _PAGES[key])
        else:
            event.ignore()

    def _nudge(self, hold: Hold, across: int, down: int) -> None:
        self._carry(hold.moved_to(self.columns, hold.column + across, hold.minute + down))

    def _carry(self, moved: Hold) -> None:
        self._take(moved)
        self._reveal(moved.column, moved.minute)
        column = self.columns[moved.column]
        self._announce(f"{column.span.wall_at(moved.minute)}, {column.title}")

    def _enter(self) -> None:
        spot = self._cursor_or_first()
        appointment = self.appointment_at(spot)
        if appointment is not None:
            self.opened.emit(appointment)
        else:
            self.booking_wanted.emit(self._time_of(spot))

    def _across(self, by: int) -> None:
        spot = self._cursor_or_first()
        column = spot.column + by
        if 0 <= column < len(self.columns):
            self.go_to(self._nearest(column, spot.minute))

    def _down(self, by: int) -> None:
        spot = self._cursor_or_first()
        stops = stops_of(self.columns[spot.column], spot.column, CELL_MINUTES)
        if spot in stops:
            at = min(max(stops.index(spot) + by, 0), len(stops) - 1)
            self.go_to(stops[at])
        else:
            self.go_to(self._nearest(spot.column, spot.minute + by * CELL_MINUTES))

    def _to_minute(self, minute: int) -> None:
        self.go_to(self._nearest(self._cursor_or_first().column, minute))

    def _cursor_or_first(self) -> Spot:
        return self.spot or Spot(0, 0)

    # The mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot, point = self._spot_at(event.position()), event.position()
        if spot is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if self.hold is not None and self._press is None:
            self._drop(self.hold)
            return
        into, at_edge = 0, False
        if spot.card is not None:
            card = self.columns[spot.column].card_of(spot.card)
            if card is not None:
                into = self.place.minute_at(point.y(), 1) - card.minute
                rect = self.place.card_rect(spot.column, card)
                at_edge = rect.bottom() - point.y() <= EDGE_PX
        self._press = _Press(point, spot, into, at_edge)
        self.go_to(spot)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        press, point = self._press, event.position()
        if press is None:
            self._hover(point)
            return
        far = (point - press.point).manhattanLength() >= QApplication.startDragDistance()
        appointment = self.appointment_at(press.spot)
        if appointment is None:
            if far or self.marked is not None:
                self._mark(press, point)
        elif appointment.status in MOVABLE and (far or self.hold is not None):
            self._drag(self.hold or taken_up(appointment, self.columns), press, point)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        if self.hold is not None and press is not None:
            self._drop(self.hold)
        elif self.marked is not None:
            number, minute, length = self.marked
            self.marked = None
            self.viewport().update()
            free = self._time_of(Spot(number, minute))
            self.booking_wanted.emit(replace(free, length=length * MINUTE))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._spot_at(event.position()) is not None and self.hold is None:
            self._press = None
            self._enter()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        spot = self._spot_at(QPointF(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            spot = self.spot
        if spot is not None and self.hold is None:
            self.go_to(spot)
            self._open_menu(spot, self.place, event.globalPos())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)

    def _mark(self, press: _Press, point: QPointF) -> None:
        here = self.place.minute_at(point.y(), SNAP)
        first, last = sorted((press.spot.minute, here))
        self.marked = (press.spot.column, first, max(last + SNAP - first, CELL_MINUTES))
        self._follow(point)
        self.viewport().update()

    def _drag(self, hold: Hold, press: _Press, point: QPointF) -> None:
        if press.at_edge:
            until = self.place.minute_at(point.y(), 1)
            self._take(hold.lasting(until - hold.minute))
        else:
            column = self.place.column_at(point.x())
            minute = self.place.minute_at(point.y(), 1) - press.into
            self._take(hold.moved_to(self.columns, column, minute))
        self._follow(point)

    def _follow(self, point: QPointF) -> None:
        """Scroll while something is dragged over the edge."""
        body = self.place.body
        for bar, value, first, last in (
            (self.verticalScrollBar(), point.y(), body.top(), body.bottom()),
            (self.horizontalScrollBar(), point.x(), body.left(), body.right()),
        ):
            if value < first + 16:
                bar.setValue(bar.value() - 16)
            elif value > last - 16:
                bar.setValue(bar.value() + 16)

    def _hover(self, point: QPointF) -> None:
        spot = self._spot_at(point)
        appointment = self.appointment_at(spot)
        shape = Qt.CursorShape.ArrowCursor
        if appointment is not None and spot is not None:
            shape = Qt.CursorShape.PointingHandCursor
            card = self.columns[spot.column].card_of(appointment.id)
            if card is not None and appointment.status in MOVABLE:
                bottom = self.place.card_rect(spot.column, card).bottom()
                if bottom - point.y() <= EDGE_PX:
                    shape = Qt.CursorShape.SizeVerCursor
        self.viewport().setCursor(shape)

    # What both share

    def _drop(self, hold: Hold) -> None:
        move = hold.dropped(self.columns)
        self.end_move()
        if move.changes_anything:
            self.move_wanted.emit(move)

    def _take(self, hold: Hold | None) -> None:
        self.hold = hold
        self.viewport().update()
        self.hold_changed.emit()

    def _open_menu(self, spot: Spot, place: Geometry, where: QPoint | None = None) -> None:
        corner = QPoint(round(place.x_of(spot.column)) + 24, round(place.y_of(spot.minute)) + 16)
        subject = self.appointment_at(spot) or self._time_of(spot)
        self.menu_wanted.emit(subject, where or self.viewport().mapToGlobal(corner))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            appointment = self.appointment_at(self._spot_at(QPointF(event.pos())))
            if appointment is None:
                QToolTip.hideText()
            else:
                set_plain_tooltip(self.viewport(), sentence(appointment))
                QToolTip.showText(event.globalPos(), self.viewport().toolTip(), self.viewport())
            return True
        return super().viewportEvent(event)
