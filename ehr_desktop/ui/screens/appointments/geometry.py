"""Where everything in the painted day book lies, in pixels of the viewport."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from ehr_desktop.ui.screens.appointments.columns import Card

AXIS_PX: Final = 56
HEAD_PX: Final = 52
COLUMN_PX: Final = 152
"""The least width of a provider's column; with more than fit, the book scrolls sideways."""
DAY_COLUMN_PX: Final = 104
"""The least width of a day's column, so that a week fits beside the month."""
FOOT_PX: Final = 12
CARD_GAP_PX: Final = 3
EDGE_PX: Final = 6
"""How near to its lower edge a card is taken hold of to make it longer."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """A viewport of `width` x `height`, scrolled by `left` and `top`; `scale`: pixels a minute."""

    width: int
    height: int
    columns: int
    minutes: int
    scale: float
    left: int = 0
    top: int = 0
    least: int = COLUMN_PX

    @property
    def column_width(self) -> float:
        """How wide one column is."""
        return max((self.width - AXIS_PX) / max(self.columns, 1), self.least)

    @property
    def content_width(self) -> int:
        """How wide all columns are together, without the axis."""
        return round(self.column_width * self.columns)

    @property
    def content_height(self) -> int:
        """How high the whole day is, without the head."""
        return round(self.minutes * self.scale) + FOOT_PX

    @property
    def body(self) -> QRectF:
        """The part that scrolls: no axis, no head."""
        return QRectF(AXIS_PX, HEAD_PX, self.width - AXIS_PX, self.height - HEAD_PX)

    def x_of(self, column: int) -> float:
        """Give the left edge of a column."""
        return AXIS_PX + column * self.column_width - self.left

    def y_of(self, minute: int) -> float:
        """Give the height at which a minute begins."""
        return HEAD_PX + minute * self.scale - self.top

    def column_rect(self, column: int) -> QRectF:
        """Give the whole of a column, head not included."""
        return self.span_rect(column, 0, self.minutes)

    def head_rect(self, column: int) -> QRectF:
        """Give the head of a column."""
        return QRectF(self.x_of(column), 0, self.column_width, HEAD_PX)

    def span_rect(self, column: int, minute: int, length: int) -> QRectF:
        """Give some minutes of a column."""
        return QRectF(self.x_of(column), self.y_of(minute), self.column_width, length * self.scale)

    def card_rect(self, column: int, card: Card) -> QRectF:
        """Give the place of a card."""
        whole = self.span_rect(column, card.minute, card.length)
        room = whole.adjusted(CARD_GAP_PX, 1, -CARD_GAP_PX - EDGE_PX, -1)
        width = room.width() / card.lanes
        gap = CARD_GAP_PX if card.lane + 1 < card.lanes else 0
        return QRectF(room.left() + card.lane * width, room.top(), width - gap, room.height())

    def column_at(self, x: float) -> int:
        """Give the column nearest to `x`."""
        number = int((x - AXIS_PX + self.left) // self.column_width)
        return min(max(number, 0), max(self.columns - 1, 0))

    def minute_at(self, y: float, snap: int) -> int:
        """Give the minute at `y`, rounded down to a multiple of `snap`, within the day."""
        minute = int((y - HEAD_PX + self.top) / self.scale)
        return min(max(minute - minute % snap, 0), max(self.minutes - snap, 0))

    def holds(self, point: QPointF) -> bool:
        """Tell whether a point lies on the part that scrolls."""
        return self.body.contains(point)
