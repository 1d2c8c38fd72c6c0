"""As many columns of equal width as there is room for."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override


class Tiles(QWidget):
    """Lays widgets out in rows of tiles that are all equally wide, in the reading direction.

    There are never more than `most` columns, and no tile is narrower than `least_px` unless all
    of it is. With `even` all rows are as high as the highest. It places them itself: layouts
    written in Python do not own their items safely (PySide 6.11).
    """

    def __init__(
        self,
        *tiles: QWidget,
        least_px: int = 200,
        most: int = 4,
        gap_px: int = 12,
        even: bool = False,
    ) -> None:
        super().__init__()
        self._tiles = tiles
        self._least_px, self._most, self._gap_px, self._even = least_px, most, gap_px, even
        for tile in tiles:
            tile.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        heights = self._row_heights(width)
        return sum(heights) + self._gap_px * max(0, len(heights) - 1)

    @override
    def sizeHint(self) -> QSize:
        columns = max(1, min(self._most, len(self._tiles)))
        width = columns * self._narrowest() + (columns - 1) * self._gap_px
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        least = [_least(tile) for tile in self._tiles]
        return QSize(
            max((size.width() for size in least), default=0),
            max((size.height() for size in least), default=0),
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange}:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def _place(self) -> None:
        columns = self._columns(self.width())
        heights = self._row_heights(self.width())
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        top = 0
        for at, tile in enumerate(self._tiles):
            row, column = divmod(at, columns)
            # pixels that are left over are spread, so that every row ends where the others do
            from_start = column * (self.width() + self._gap_px) // columns
            end = (column + 1) * (self.width() + self._gap_px) // columns - self._gap_px
            left = self.width() - end if mirrored else from_start
            tile.setGeometry(QRect(left, top, end - from_start, heights[row]))
            if column == columns - 1:
                top += heights[row] + self._gap_px

    def _narrowest(self) -> int:
        return max((self._least_px, *(_least(tile).width() for tile in self._tiles)))

    def _columns(self, width: int) -> int:
        fitting = (width + self._gap_px) // (self._narrowest() + self._gap_px)
        return max(1, min(fitting, self._most, len(self._tiles)))

    def _tile_width(self, width: int) -> int:
        columns = self._columns(width)
        return (width - (columns - 1) * self._gap_px) // columns

    def _row_heights(self, width: int) -> list[int]:
        columns, each = self._columns(width), self._tile_width(width)
        heights = [_height(tile, each) for tile in self._tiles]
        if self._even:
            heights = [max(heights, default=0)] * len(heights)
        return [max(heights[at : at + columns]) for at in range(0, len(heights), columns)]


def _least(tile: QWidget) -> QSize:
    return tile.minimumSizeHint().expandedTo(tile.minimumSize())


def _height(tile: QWidget, width: int) -> int:
    layout = tile.layout()
    flows = tile.hasHeightForWidth() or (layout is not None and layout.hasHeightForWidth())
    wanted = tile.heightForWidth(width) if flows else tile.sizeHint().height()
    return max(wanted, tile.minimumHeight())
