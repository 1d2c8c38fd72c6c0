"""How a table row is painted."""

from enum import IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens, Tone
from ehr_desktop.ui.widgets.pill import PILL_HEIGHT_PX, paint_pill, pill_width

ROW_PX = 36
CELL_PAD_PX = 12
_ICON_PX = 16


class CellRole(IntEnum):
    """What a model may say about a cell besides its text."""

    TONE = Qt.ItemDataRole.UserRole + 100  # a `Tone`: the text is painted as a pill
    MUTED = Qt.ItemDataRole.UserRole + 101  # True: second in rank
    STRONG = Qt.ItemDataRole.UserRole + 102  # True: what the row is called
    ICON = Qt.ItemDataRole.UserRole + 103  # the name of an icon before the text


class RowDelegate(QStyledItemDelegate):
    """A hairline under each row, 12 px beside each text, names give way in the middle."""

    hovered_row: int = -1

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        if isinstance(index.data(CellRole.TONE), Tone):
            return QSize(pill_width(text) + 2 * CELL_PAD_PX, ROW_PX)
        words = option.fontMetrics.horizontalAdvance(text)
        return QSize(words + 2 * CELL_PAD_PX + 2, ROW_PX)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens = worn_tokens()
        place: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(place, QColor(tokens.accent_soft))
        elif index.row() == self.hovered_row:
            painter.fillRect(place, QColor(tokens.raised))
        painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), tokens.hairline)
        if selected and index.column() == 0:
            # The bar tells where the keyboard is; the ground, what was chosen.
            bar = tokens.focus if _has_focus(option) else tokens.thumb
            painter.fillRect(QRect(place.left(), place.top(), 3, place.height()), bar)
        _paint_content(painter, place, index, tokens)
        painter.restore()


def _paint_content(
    painter: QPainter, place: QRect, index: QModelIndex | QPersistentModelIndex, tokens: Tokens
) -> None:
    text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
    room = place.adjusted(CELL_PAD_PX, 0, -CELL_PAD_PX, -1)
    tone = index.data(CellRole.TONE)
    if isinstance(tone, Tone):
        if text:
            top = room.center().y() - PILL_HEIGHT_PX / 2 + 1
            width = min(pill_width(text), room.width() + CELL_PAD_PX)
            paint_pill(painter, QRectF(room.left(), top, width, PILL_HEIGHT_PX), text, tone)
        return
    if name := index.data(CellRole.ICON):
        top = room.center().y() - _ICON_PX // 2 + 1
        drawn = icon_pixmap(str(name), tokens.text_muted, _ICON_PX)
        painter.drawPixmap(QRect(room.left(), top, _ICON_PX, _ICON_PX), drawn)
        room.setLeft(room.left() + _ICON_PX + 8)
    right = _is_number(index)
    weight = QFont.Weight.Medium if index.data(CellRole.STRONG) else QFont.Weight.Normal
    painter.setFont(ui_font(weight=weight, tabular=True))
    painter.setPen(QColor(tokens.text_muted if index.data(CellRole.MUTED) else tokens.text))
    # What tells names apart may stand at their end; a sentence is read from its start.
    aside = bool(index.data(CellRole.MUTED))
    mode = Qt.TextElideMode.ElideRight if aside else Qt.TextElideMode.ElideMiddle
    fitted = painter.fontMetrics().elidedText(text, mode, room.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, int(flags) | int(Qt.TextFlag.TextSingleLine), fitted)


def _has_focus(option: QStyleOptionViewItem) -> bool:
    table: QWidget | None = option.widget
    return table is not None and table.hasFocus()


def _is_number(index: QModelIndex | QPersistentModelIndex) -> bool:
    """Tell whether the cell stands right: the model aligns it so, or it holds a number."""
    said = index.data(Qt.ItemDataRole.TextAlignmentRole)
    if said is not None:
        return bool(int(said) & int(Qt.AlignmentFlag.AlignRight))
    return isinstance(index.data(Qt.ItemDataRole.DisplayRole), int | float)
