"""The list under the omnibox."""

from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ehr_desktop.ui.shell.suggestions import Suggestion
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius

ROW_PX: Final = 40
_ICON_PX: Final = 18
_SIDE_PX: Final = 12
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class SuggestionModel(QAbstractListModel):
    """The suggestions, in the order they are offered."""

    # Qt may ask once more while Python takes a model apart, when its own attributes are gone
    _suggestions: tuple[Suggestion, ...] = ()

    def offer(self, suggestions: tuple[Suggestion, ...]) -> None:
        """Show other suggestions."""
        self.beginResetModel()
        self._suggestions = suggestions
        self.endResetModel()

    def at(self, row: int) -> Suggestion:
        """Give one suggestion."""
        return self._suggestions[row]

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._suggestions)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid():
            return None
        suggestion = self._suggestions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return suggestion.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{suggestion.title}, {suggestion.detail}"
        return None


class SuggestionRow(QStyledItemDelegate):
    """Icon, title, and what tells it apart at the end; text is painted as it is."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, SuggestionModel):
            return
        suggestion, tokens = model.at(index.row()), worn_tokens()
        place: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(place.adjusted(4, 1, -4, -1), Radius.MEDIUM, Radius.MEDIUM)
        ink = tokens.on_accent_soft if chosen else tokens.text_muted
        left = place.left() + _SIDE_PX
        top = place.top() + (place.height() - _ICON_PX) // 2
        painter.drawPixmap(left, top, icon_pixmap(suggestion.icon_name, ink, _ICON_PX))
        room = place.adjusted(_SIDE_PX + _ICON_PX + _SIDE_PX, 0, -_SIDE_PX - 4, 0)
        painter.setFont(ui_font(tabular=True))
        painter.setPen(QColor(tokens.text_muted))
        detail_width = painter.fontMetrics().horizontalAdvance(suggestion.detail)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, suggestion.detail
        )
        painter.setFont(ui_font(weight=QFont.Weight.Medium))
        painter.setPen(QColor(tokens.text))
        room.adjust(0, 0, -detail_width - _SIDE_PX, 0)
        shown = painter.fontMetrics().elidedText(
            suggestion.title, Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


class SuggestionList(QListView):
    """Never has the focus: the keys stay in the search box."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.suggestions = SuggestionModel(self)
        self.setModel(self.suggestions)
        self.setItemDelegate(SuggestionRow(self))
        self.setAccessibleName("Suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.entered.connect(self.setCurrentIndex)

    def step(self, by: int) -> None:
        """Move the choice down or up, around the ends."""
        count = self.suggestions.rowCount()
        if count:
            row = (self.currentIndex().row() + by) % count
            self.setCurrentIndex(self.suggestions.index(row))
