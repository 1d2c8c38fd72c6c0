"""The rail on the left that says where one is."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Space, Tone
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.pill import PILL_HEIGHT_PX, paint_pill, pill_width

WIDE_PX = 216
NARROW_PX = 64
COLLAPSE_BELOW_PX = 1100
_ENTRY_PX = 40
_ICON_PX = 20


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A place one can go to; `shortcut` such as `Ctrl+1`."""

    key: str
    label: str
    icon_name: str
    shortcut: str = ""


class NavRail(QFrame):
    """Icons and words, only icons while the window is under 1100 px wide.

    `chosen` carries the key of the place one wants to go to.
    """

    chosen = Signal(str)

    def __init__(self, entries: Sequence[NavEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "rail")
        self.setAccessibleName("Main navigation")
        self._group = QButtonGroup(self)
        self._places: dict[str, NavButton] = {}
        self._top: QVBoxLayout = column(spacing=Space.HALF)
        self._foot: QVBoxLayout = column(spacing=Space.HALF)
        outer = column(self._top, spacing=Space.ONE, margin=Space.ONE_AND_HALF)
        outer.addStretch(1)
        outer.addLayout(self._foot)
        self.setLayout(outer)
        for entry in entries:
            self._top.addWidget(self._made(entry))
        self.set_compact(compact=False)
        self._group.buttonClicked.connect(self._clicked)

    def add_head(self, widget: QWidget) -> None:
        """Put `widget`, such as the clinic's name, over the entries."""
        self._top.insertWidget(0, widget)

    def add_foot(self, widget: QWidget) -> None:
        """Put `widget`, such as who is signed in, at the foot."""
        self._foot.addWidget(widget)

    def go_to(self, key: str) -> None:
        """Mark the place `key` without announcing it."""
        self._places[key].setChecked(True)

    def place(self, key: str) -> "NavButton":
        """Return the button of the place `key`."""
        return self._places[key]

    def set_badge(self, key: str, count: int) -> None:
        """Show how much waits at `key`; 0 shows nothing."""
        self._places[key].set_badge(count)

    def set_compact(self, *, compact: bool) -> None:
        """Show icons only, or icons and words."""
        self.setFixedWidth(NARROW_PX if compact else WIDE_PX)
        for place in self._places.values():
            place.set_compact(compact=compact)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.window().installEventFilter(self)
            self.set_compact(compact=self.window().width() < COLLAPSE_BELOW_PX)
        return super().event(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.window():
            self.set_compact(compact=self.window().width() < COLLAPSE_BELOW_PX)
        return False

    def _made(self, entry: NavEntry) -> "NavButton":
        place = NavButton(entry, self)
        self._group.addButton(place)
        self._places[entry.key] = place
        return place

    def _clicked(self, place: QAbstractButton) -> None:
        if isinstance(place, NavButton):
            self.chosen.emit(place.entry.key)


class NavButton(QAbstractButton):
    """One place of the rail."""

    def __init__(self, entry: NavEntry, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry = entry
        self._badge = 0
        self._compact = False
        self.setText(entry.label)
        self.setCheckable(True)
        self.setFixedHeight(_ENTRY_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if entry.shortcut:
            self.setShortcut(QKeySequence(entry.shortcut))
        self.set_badge(0)

    def set_badge(self, count: int) -> None:
        """Show `count` at the end of the entry; 0 shows nothing."""
        self._badge = count
        waiting = f", {count} waiting" if count else ""
        self.setAccessibleName(f"{self.entry.label}{waiting}")
        self.update()

    def set_compact(self, *, compact: bool) -> None:
        """Show the icon only; the words move into the tooltip."""
        self._compact = compact
        keys = self.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        words = f"{self.entry.label} ({keys})" if keys else self.entry.label
        set_plain_tooltip(self, words if compact or keys else "")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_ENTRY_PX, _ENTRY_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        here = self.isChecked()
        if here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if here else tokens.raised))
            painter.drawRoundedRect(ground, Radius.MEDIUM, Radius.MEDIUM)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, Radius.MEDIUM, Radius.MEDIUM)
        ink = tokens.on_accent_soft if here else tokens.text_muted
        left = 10
        top = (self.height() - _ICON_PX) // 2
        drawn = icon_pixmap(self.entry.icon_name, ink, _ICON_PX)
        painter.drawPixmap(QRect(left, top, _ICON_PX, _ICON_PX), drawn)
        if self._compact:
            self._paint_dot(painter, tokens.danger_fill)
        else:
            self._paint_words(painter, ink if here else tokens.text)

    def _paint_words(self, painter: QPainter, ink: str) -> None:
        count = str(self._badge) if self._badge < 100 else "99+"
        pill = pill_width(count) if self._badge else 0
        room = self.rect().adjusted(42, 0, -10 - pill, 0)
        painter.setPen(QColor(ink))
        painter.setFont(ui_font(weight=QFont.Weight.Medium))
        fitted = painter.fontMetrics().elidedText(
            self.entry.label, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, fitted)
        if self._badge:
            top = (self.height() - PILL_HEIGHT_PX) / 2
            place = QRectF(self.width() - pill - 8, top, pill, PILL_HEIGHT_PX)
            paint_pill(painter, place, count, Tone.ACCENT)

    def _paint_dot(self, painter: QPainter, colour: str) -> None:
        if self._badge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(self.width() - 14, 7, 7, 7)
