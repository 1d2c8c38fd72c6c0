"""The day book as a picture that scrolls: columns, the spot the keyboard is on, reading it out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import AppointmentId, PersonId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.ui.models.day_words import sentence
from ehr_desktop.ui.screens.appointments.book_paint import Scene, paint_book
from ehr_desktop.ui.screens.appointments.columns import Column, Spot, stops_of
from ehr_desktop.ui.screens.appointments.geometry import (
    COLUMN_PX,
    DAY_COLUMN_PX,
    HEAD_PX,
    Geometry,
)
from ehr_desktop.ui.screens.appointments.hold import Hold

CELL_MINUTES: Final = 10
"""The arrow keys stop at every such step that is free."""
SCALES: Final = (1.0, 1.4, 2.0, 2.8, 4.0)
"""Pixels a minute, from the whole day at a glance to the most room for words."""
USUAL_SCALE: Final = 2
_AHEAD_MINUTES: Final = 45


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time somebody pointed at. `length` is None when only a start was meant."""

    provider: PersonId
    start: datetime
    length: timedelta | None = None


class BookCanvas(QAbstractScrollArea):
    """Shows columns and a spot in them. `now` gives the present, for the line across them."""

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self.columns: tuple[Column, ...] = ()
        self.spot: Spot | None = None
        self.hold: Hold | None = None
        self.marked: tuple[int, int, int] | None = None
        self._scale = SCALES[USUAL_SCALE]
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Day book")
        self.horizontalScrollBar().setSingleStep(40)
        self.verticalScrollBar().setSingleStep(40)

    @property
    def place(self) -> Geometry:
        """Where everything lies now."""
        view = self.viewport()
        week = len({column.day for column in self.columns}) > 1
        return Geometry(
            width=view.width(),
            height=view.height(),
            columns=len(self.columns),
            minutes=max((column.span.minutes for column in self.columns), default=0),
            scale=self._scale,
            left=self.horizontalScrollBar().value(),
            top=self.verticalScrollBar().value(),
            least=DAY_COLUMN_PX if week else COLUMN_PX,
        )

    @property
    def current(self) -> Appointment | None:
        """The appointment the cursor is on."""
        return self.appointment_at(self.spot)

    @property
    def current_time(self) -> FreeTime | None:
        """The column and time the cursor is on, taken or not."""
        return None if self.spot is None else self._time_of(self.spot)

    def appointment_at(self, spot: Spot | None) -> Appointment | None:
        """Give the appointment of a spot, or None when it is free."""
        if spot is None or spot.column >= len(self.columns):
            return None
        card = self.columns[spot.column].card_of(spot.card)
        return card.appointment if card is not None else None

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show other columns; the cursor stays on its card or time as far as it can."""
        before = self.spot
        self.columns = columns
        if self.hold is not None and columns:
            hold = self.hold
            self.hold = hold.moved_to(columns, hold.column, hold.minute)
        self._settle_cursor(before)
        self._size_bars()
        self.viewport().update()

    def set_scale(self, scale: float) -> None:
        """Show a minute `scale` pixels high; what is in the middle stays there."""
        place = self.place
        middle = (place.top + place.body.height() / 2) / place.scale
        self._scale = scale
        self._size_bars()
        self.verticalScrollBar().setValue(round(middle * scale - place.body.height() / 2))
        self.viewport().update()

    def show_minute(self, minute: int) -> None:
        """Scroll so that `minute` has some time above it."""
        self.verticalScrollBar().setValue(round((minute - _AHEAD_MINUTES) * self._scale))

    def go_to(self, spot: Spot) -> None:
        """Put the cursor on a spot, show it and read it out."""
        self.spot = spot
        self._reveal(spot.column, spot.minute)
        self.viewport().update()
        self._announce(self._words_of(spot))

    def spot_of(self, provider: PersonId, moment: datetime) -> Spot | None:
        """Give where a time of a provider is shown, or None when it is not."""
        for number, column in enumerate(self.columns):
            minute = column.span.minute_of(moment)
            if column.provider == provider and 0 <= minute < column.span.minutes:
                return Spot(number, minute)
        return None

    def go_to_appointment(self, appointment: AppointmentId) -> bool:
        """Put the cursor on an appointment; tell whether it is shown."""
        for number, column in enumerate(self.columns):
            card = column.card_of(appointment)
            if card is not None:
                self.go_to(Spot(number, card.minute, appointment))
                return True
        return False

    def _spot_at(self, point: QPointF) -> Spot | None:
        place = self.place
        if not self.columns or not place.holds(point):
            return None
        number = place.column_at(point.x())
        for card in reversed(self.columns[number].cards):
            if place.card_rect(number, card).contains(point):
                return Spot(number, card.minute, card.appointment.id)
        return Spot(number, place.minute_at(point.y(), CELL_MINUTES))

    def _time_of(self, spot: Spot) -> FreeTime:
        column = self.columns[spot.column]
        return FreeTime(column.provider, column.span.moment_at(spot.minute))

    def _nearest(self, column: int, minute: int) -> Spot:
        stops = stops_of(self.columns[column], column, CELL_MINUTES)
        return min(stops, key=lambda stop: abs(stop.minute - minute))

    def _words_of(self, spot: Spot) -> str:
        appointment = self.appointment_at(spot)
        if appointment is not None:
            return sentence(appointment)
        column = self.columns[spot.column]
        return f"{column.span.wall_at(spot.minute)}, free, {column.title}"

    def _announce(self, words: str) -> None:
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _settle_cursor(self, before: Spot | None) -> None:
        if before is None or not self.columns:
            self.spot = None
            return
        for number, column in enumerate(self.columns):
            card = column.card_of(before.card)
            if card is not None:
                self.spot = Spot(number, card.minute, before.card)
                return
        self.spot = self._nearest(min(before.column, len(self.columns) - 1), before.minute)

    def _reveal(self, column: int, minute: int) -> None:
        place, margin = self.place, 24
        y, x = place.y_of(minute), place.x_of(column)
        for bar, first, last, low, high in (
            (self.verticalScrollBar(), y, y + 40, HEAD_PX + margin, place.height - margin),
            (self.horizontalScrollBar(), x, x + place.column_width, place.body.left(), place.width),
        ):
            if first < low:
                bar.setValue(bar.value() - round(low - first))
            elif last > high:
                bar.setValue(bar.value() + round(last - high))

    def _size_bars(self) -> None:
        place = self.place
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setPageStep(round(place.body.width()))
        across.setRange(0, max(place.content_width - round(place.body.width()), 0))
        down.setPageStep(round(place.body.height()))
        down.setRange(0, max(place.content_height - round(place.body.height()), 0))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_bars()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        scene = Scene(
            columns=self.columns,
            now=self._now(),
            cursor=self.spot,
            focused=self.hasFocus(),
            marked=self.marked,
            hold=self.hold,
            cell=CELL_MINUTES,
        )
        painter = QPainter(self.viewport())
        paint_book(painter, self.place, scene)
        painter.end()
