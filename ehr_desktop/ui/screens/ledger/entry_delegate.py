"""How a row of the ledger is painted: what happened, under it where and when, on the right how far
it has come.
"""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ehr_desktop.ui.models.ledger_entries import Entry, EntryRole
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens, TypeSize

ENTRY_PX: Final = 60
_STATE_PX: Final = 96
_CIRCLE_PX: Final = 32
_ICON_PX: Final = 16
_PAD_PX: Final = 16


class EntryDelegate(QStyledItemDelegate):
    """Two lines beside an icon, the state in icon and word; a hairline under each row."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(360, ENTRY_PX)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry = index.data(EntryRole.ENTRY)
        if not isinstance(entry, Entry):
            return
        tokens = worn_tokens()
        place: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, option, tokens)
        _paint_kind(painter, place, entry, tokens)
        words = place.adjusted(_PAD_PX + _CIRCLE_PX + 12, 11, -_STATE_PX - _PAD_PX, -11)
        painter.setFont(ui_font(weight=QFont.Weight.Medium, tabular=True))
        painter.setPen(QColor(tokens.text))
        top = QRect(words.left(), words.top(), words.width(), 19)
        _line(painter, top, entry.title, Qt.TextElideMode.ElideRight)
        _paint_second_line(painter, words, entry, tokens)
        _paint_state(painter, place, entry, tokens)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, tokens: Tokens) -> None:
    place: QRect = option.rect
    state: QStyle.StateFlag = option.state
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected:
        painter.fillRect(place, QColor(tokens.accent_soft))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(place, QColor(tokens.raised))
    painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), tokens.hairline)
    if selected:
        table: QWidget | None = option.widget
        focused = table is not None and table.hasFocus()
        bar = tokens.focus if focused else tokens.thumb
        painter.fillRect(QRect(place.left(), place.top(), 3, place.height()), QColor(bar))


def _paint_kind(painter: QPainter, place: QRect, entry: Entry, tokens: Tokens) -> None:
    circle = QRect(
        place.left() + _PAD_PX, place.center().y() - _CIRCLE_PX // 2, _CIRCLE_PX, _CIRCLE_PX
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.raised))
    painter.drawEllipse(circle)
    inside = QRect(0, 0, _ICON_PX, _ICON_PX)
    inside.moveCenter(circle.center())
    painter.drawPixmap(inside, icon_pixmap(entry.icon_name, tokens.text_muted, _ICON_PX))


def _paint_second_line(painter: QPainter, words: QRect, entry: Entry, tokens: Tokens) -> None:
    line = QRect(words.left(), words.bottom() - 17, words.width(), 17)
    painter.setFont(ui_font(TypeSize.CAPTION, tabular=True))
    if entry.remark:
        painter.setPen(QColor(tokens.tone(entry.state[2]).foreground))
        _line(painter, line, entry.remark, Qt.TextElideMode.ElideRight)
        line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(f"{entry.remark}  ·  "))
    painter.setPen(QColor(tokens.text_muted))
    if line.width() > 24:
        _line(painter, line, entry.details, Qt.TextElideMode.ElideRight)


def _paint_state(painter: QPainter, place: QRect, entry: Entry, tokens: Tokens) -> None:
    word, icon_name, tone = entry.state
    colour = tokens.tone(tone).foreground
    room = QRect(place.right() - _STATE_PX - _PAD_PX + 1, place.top(), _STATE_PX, place.height())
    painter.setFont(ui_font(TypeSize.CAPTION, QFont.Weight.Medium, tabular=True))
    icon = QRect(0, 0, _ICON_PX, _ICON_PX)
    width = painter.fontMetrics().horizontalAdvance(word)
    icon.moveTo(
        max(room.left(), room.right() - width - _ICON_PX - 6), place.center().y() - _ICON_PX // 2
    )
    painter.drawPixmap(icon, icon_pixmap(icon_name, colour, _ICON_PX))
    painter.setPen(QColor(colour))
    room.setLeft(icon.right() + 7)
    _line(painter, room, word, Qt.TextElideMode.ElideRight)


def _line(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
    fitted = painter.fontMetrics().elidedText(text, mode, room.width())
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, int(flags) | int(Qt.TextFlag.TextSingleLine), fitted)
