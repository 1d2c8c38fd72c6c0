"""The latest blocks, drawn as a chain: each holds on to the one before it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_time
from ehr_desktop.domain.ledger import BlockSummary
from ehr_desktop.ui.models.ledger_surroundings import Surroundings
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Tokens, Tone, TypeSize

BLOCK_PX: Final = 160
GAP_PX: Final = 32
_BLOCK_HEIGHT_PX: Final = 60
_EDGE_PX: Final = 3


class ChainStrip(QWidget):
    """Oldest on the left, newest on the right, what waits for a block at the end.

    `chosen` carries a height. Left and Right go from block to block, Enter and a click choose.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: tuple[BlockSummary, ...] = ()
        self._around = Surroundings()
        self._pending = 0
        self._at: int | None = None
        self._marked: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Latest blocks")

    def show_blocks(
        self, newest_first: Sequence[BlockSummary], pending: int, around: Surroundings
    ) -> None:
        """Draw these; `pending` is how many transactions wait for a block."""
        self._blocks = tuple(newest_first)
        self._pending, self._around = pending, around
        self._name_it()
        self.update()

    def mark(self, height: int | None) -> None:
        """Outline the block the list is about, or none."""
        self._marked = height
        self.update()

    @property
    def drawn(self) -> tuple[BlockSummary, ...]:
        """The blocks there is room for, oldest first."""
        room = max(1, self._room - bool(self._pending))
        return tuple(reversed(self._blocks[:room]))

    def place_of(self, height: int) -> QRectF:
        """Give where a drawn block stands, or an empty rectangle."""
        for number, block in enumerate(self.drawn):
            if block.height == height:
                return self._place(number)
        return QRectF()

    @override
    def sizeHint(self) -> QSize:
        return QSize(3 * (BLOCK_PX + GAP_PX), _BLOCK_HEIGHT_PX + 2 * _EDGE_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(BLOCK_PX, _BLOCK_HEIGHT_PX + 2 * _EDGE_PX)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        heights = [block.height for block in self.drawn]
        current = self._current
        if current is None:
            super().keyPressEvent(event)
            return
        at = heights.index(current.height)
        match event.key():
            case Qt.Key.Key_Left:
                self._go_to(heights[max(at - 1, 0)])
            case Qt.Key.Key_Right:
                self._go_to(heights[min(at + 1, len(heights) - 1)])
            case Qt.Key.Key_Home:
                self._go_to(heights[0])
            case Qt.Key.Key_End:
                self._go_to(heights[-1])
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.chosen.emit(heights[at])
            case _:
                super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        for number, block in enumerate(self.drawn):
            if self._place(number).contains(event.position()):
                self._go_to(block.height)
                self.chosen.emit(block.height)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = worn_tokens()
        drawn = self.drawn
        for number, block in enumerate(drawn):
            place = self._place(number)
            if number or block.height:
                first = number == 0
                _paint_link(painter, place, tokens, length=_EDGE_PX if first else GAP_PX)
            self._paint_block(painter, place, block, tokens)
        if self._pending:
            self._paint_waiting(painter, self._place(len(drawn)), tokens)

    @property
    def _room(self) -> int:
        return max(1, (self.width() + GAP_PX - 2 * _EDGE_PX) // (BLOCK_PX + GAP_PX))

    def _place(self, number: int) -> QRectF:
        step = (self.width() + GAP_PX - 2 * _EDGE_PX) / self._room
        return QRectF(_EDGE_PX + number * step, _EDGE_PX, step - GAP_PX, _BLOCK_HEIGHT_PX)

    def _go_to(self, height: int) -> None:
        self._at = height
        self._name_it()
        self.update()

    @property
    def _current(self) -> BlockSummary | None:
        """Where the keyboard is: on the newest block until it goes elsewhere."""
        drawn = self.drawn
        newest = drawn[-1] if drawn else None
        return next((block for block in drawn if block.height == self._at), newest)

    def _name_it(self) -> None:
        block = self._current
        said = f": block {block.height:,}, {_contents(block)}" if block else ""
        self.setAccessibleName(f"Latest blocks{said}")

    def _paint_block(
        self, painter: QPainter, place: QRectF, block: BlockSummary, tokens: Tokens
    ) -> None:
        marked = block.height == self._marked
        focused = self.hasFocus() and block == self._current
        ring = tokens.focus if focused else tokens.accent if marked else tokens.border
        painter.setPen(QPen(QColor(ring), 2 if focused or marked else 1))
        painter.setBrush(QColor(tokens.accent_soft if marked else tokens.surface))
        painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        inside = place.adjusted(12, 9, -12, -9)
        painter.setPen(QColor(tokens.text))
        painter.setFont(ui_font(weight=QFont.Weight.Medium, tabular=True))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft, f"Block {block.height:,}")
        painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
        painter.setPen(QColor(tokens.text_muted))
        time = shown_time(block.time.astimezone(self._around.zone).time())
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight, time)
        room = inside.width()
        if block.refused:
            room -= _paint_refused(painter, inside, block.refused, tokens)
            painter.setPen(QColor(tokens.text_muted))
        count = f"{block.transactions:,} transaction{'' if block.transactions == 1 else 's'}"
        if painter.fontMetrics().horizontalAdvance(count) > room:
            count = f"{block.transactions:,}"
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(inside, bottom | Qt.AlignmentFlag.AlignLeft, count)

    def _paint_waiting(self, painter: QPainter, place: QRectF, tokens: Tokens) -> None:
        painter.setPen(QPen(QColor(tokens.border), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(
            QPointF(place.left() - GAP_PX, place.center().y()),
            QPointF(place.left(), place.center().y()),
        )
        painter.drawRoundedRect(place, Radius.MEDIUM, Radius.MEDIUM)
        inside = place.adjusted(12, 9, -12, -9)
        painter.setPen(QColor(tokens.text_muted))
        painter.setFont(ui_font(weight=QFont.Weight.Medium))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft, "Next block")
        painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
        painter.setPen(QColor(tokens.tone(Tone.NOTE).foreground))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(inside, flags, f"{self._pending:,} pending")


def _paint_link(painter: QPainter, place: QRectF, tokens: Tokens, *, length: int) -> None:
    """Draw the arrow from a block to the one before it."""
    middle = place.center().y()
    start, end = place.left() - 1, place.left() - length + 2
    painter.setPen(QPen(QColor(tokens.border), 1.5))
    painter.drawLine(QPointF(start, middle), QPointF(end, middle))
    if length == GAP_PX:
        painter.drawLine(QPointF(end, middle), QPointF(end + 5, middle - 4))
        painter.drawLine(QPointF(end, middle), QPointF(end + 5, middle + 4))


def _paint_refused(painter: QPainter, inside: QRectF, refused: int, tokens: Tokens) -> float:
    """Paint how many were refused at the right; give the width this took."""
    colour = tokens.tone(Tone.WARNING).foreground
    painter.setPen(QColor(colour))
    text = f"{refused:,} refused"
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
    painter.drawText(inside, flags, text)
    width = painter.fontMetrics().horizontalAdvance(text)
    spot = QPointF(inside.right() - width - 18, inside.bottom() - 15)
    painter.drawPixmap(spot, icon_pixmap("ban", colour, 14))
    return width + 26


def _contents(block: BlockSummary) -> str:
    one = block.transactions == 1
    refused = f", {block.refused:,} refused" if block.refused else ""
    return f"{block.transactions:,} transaction{'' if one else 's'}{refused}"
