"""The one thing one touches: its words wrap, it is never too small, and it may carry a tick."""

from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QStyle
from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Dress, Size
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Scheme, Tokens

_TALL = 10_000
_DRAG_PX = 16
_SLACK_PX = 8
_LETTER = 2
"""What is no longer than this is a key, and needs no room around its letter."""


class Look(Enum):
    """How much a button asks to be touched."""

    PRIMARY = "primary"
    PLAIN = "plain"
    QUIET = "quiet"
    ALARM = "alarm"


class TouchButton(QAbstractButton):
    """A button with wrapping words, an optional icon and a second, smaller text.

    `upright` puts the icon above centred words. A checkable one is a row with a box to tick. A
    finger that moves away drags the page instead. `on` is how a switch shows that it is.
    """

    def __init__(
        self,
        text: str,
        dress: Dress,
        *,
        look: Look = Look.PLAIN,
        icon_name: str = "",
        detail: str = "",
        upright: bool = False,
        centred: bool = False,
        size: Size = Size.BODY,
        strong: bool = True,
        least_px: int = 64,
        on: bool = False,
    ) -> None:
        super().__init__()
        self._dress, self._look, self._icon_name = dress, look, icon_name
        self._on = on
        self._detail, self._upright, self._centred = detail, upright, centred or upright
        self._pressed_at, self._least_px = QPoint(), least_px
        # layouts ask again and again; measuring words is what takes time
        self._measured_width = 0
        self._measured: dict[int, int] = {}
        self.setText(text)
        self.setFont(dress.font(size, strong=strong))
        self._small = dress.font(Size.SMALL)
        self.setAccessibleName(f"{text}. {detail}" if detail else text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def look(self) -> Look:
        """How much it asks to be touched."""
        return self._look

    @property
    def detail(self) -> str:
        """The second text."""
        return self._detail

    def set_detail(self, detail: str) -> None:
        """Show another second text."""
        self._detail = detail
        self._measured_width = 0
        self._measured.clear()
        self.setAccessibleName(f"{self.text()}. {detail}" if detail else self.text())
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        words = max(
            metrics.horizontalAdvance(self.text()),
            QFontMetrics(self._small).horizontalAdvance(self._detail),
        )
        width = max(
            self._least_width(), min(words + _SLACK_PX, self._dress.px(420)) + self._beside()
        )
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_width(), self._least_height())

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        if width not in self._measured:
            self._measured[width] = self._measure_height(width)
        return self._measured[width]

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        away = event.position().toPoint() - self._pressed_at
        if self.isDown() and abs(away.y()) > _DRAG_PX:
            self.setDown(False)
        # ignored, so that the page under it can follow the finger
        event.ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(self.layoutDirection())
        ink = self._paint_ground(painter, tokens)
        pad, icon_px = self._pad(), self._icon_px()
        room = self.rect().adjusted(pad, 0, -pad, 0)
        if self.isCheckable():
            self._paint_box(painter, tokens, self._visual(QRect(pad, 0, icon_px, self.height())))
            room.setLeft(room.left() + icon_px + self._gap())
        elif self._icon_name and not self._upright:
            room.setLeft(room.left() + self._spare(room.width()))
            place = QRect(room.left(), 0, icon_px, self.height()) if self.text() else self.rect()
            self._paint_icon(painter, ink, self._visual(place))
            room.setLeft(room.left() + icon_px + self._gap())
        self._paint_words(painter, tokens, ink, room)

    def _paint_words(self, painter: QPainter, tokens: Tokens, ink: str, room: QRect) -> None:
        text_px = self._text_height(self.text(), room.width())
        detail_px = self._detail_height(room.width())
        icon_px = self._icon_px() + self._gap() if self._upright and self._icon_name else 0
        top = (self.height() - text_px - detail_px - icon_px) // 2
        if icon_px:
            self._paint_icon(painter, ink, QRect(0, top, self.width(), self._icon_px()))
            top += icon_px
        painter.setPen(QColor(ink))
        painter.setFont(self.font())
        place = QRect(room.left(), top, room.width(), text_px)
        painter.drawText(self._visual(place), self._flags(), self.text())
        if self._detail:
            quiet = ink if self._look is not Look.PLAIN else tokens.text_muted
            painter.setPen(QColor(quiet if self.isEnabled() else tokens.text_disabled))
            painter.setFont(self._small)
            place = QRect(room.left(), top + text_px, room.width(), detail_px)
            painter.drawText(
                self._visual(place), self._flags() | Qt.AlignmentFlag.AlignBottom, self._detail
            )

    def _paint_ground(self, painter: QPainter, tokens: Tokens) -> str:
        fill, edge, ink = self._colours(tokens)
        shape = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = self._dress.px(12)
        painter.setPen(
            QPen(QColor(edge), 2 if self.isChecked() or self._on else 1)
            if edge
            else Qt.PenStyle.NoPen
        )
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(shape, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 3))
            painter.drawRoundedRect(shape.adjusted(1, 1, -1, -1), radius, radius)
        return ink

    def _colours(self, tokens: Tokens) -> tuple[str, str, str]:
        """Give fill and edge (empty for none), and ink."""
        if not self.isEnabled():
            return tokens.raised, tokens.hairline, tokens.text_disabled
        down = self.isDown()
        match self._look:
            case Look.PRIMARY:
                fill = tokens.accent_pressed if down else tokens.accent
                return fill, fill, tokens.on_accent
            case Look.QUIET:
                plain = tokens.scheme is not Scheme.HIGH_CONTRAST
                return tokens.raised if down else "", "" if plain else tokens.edge, tokens.link
            case Look.ALARM:
                pair = tokens.danger
                return pair.background, pair.foreground, pair.foreground
            case Look.PLAIN if self.isChecked() or self._on:
                return tokens.accent_soft, tokens.accent, tokens.text
            case Look.PLAIN:
                return tokens.hairline if down else tokens.surface, tokens.border, tokens.text

    def _paint_box(self, painter: QPainter, tokens: Tokens, place: QRect) -> None:
        side = self._icon_px()
        box = QRectF(0, 0, side, side)
        box.moveCenter(QPointF(place.center()))
        on = self.isChecked()
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.border), 2))
        painter.setBrush(QColor(tokens.accent if on else tokens.surface))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        if on:
            painter.drawPixmap(box.toRect(), icon_pixmap("check", tokens.on_accent, side))

    def _paint_icon(self, painter: QPainter, ink: str, place: QRect) -> None:
        side = self._icon_px()
        spot = QRect(0, 0, side, side)
        spot.moveCenter(place.center())
        painter.drawPixmap(spot, icon_pixmap(self._icon_name, ink, side))

    def _visual(self, place: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _flags(self) -> int:
        # the painter mirrors the leading side by itself
        beside = self._icon_name and not self._upright
        centred = self._centred and not beside
        side = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        visual = QStyle.visualAlignment(self.layoutDirection(), side)
        return int(Qt.TextFlag.TextWordWrap) | visual.value

    def _pad(self) -> int:
        letter = len(self.text()) <= _LETTER
        return self._dress.px(4 if letter and self.text() else 16 if self.text() else 12)

    def _gap(self) -> int:
        return self._dress.px(12)

    def _icon_px(self) -> int:
        return self._dress.px(40 if self._upright else 28)

    def _beside(self) -> int:
        """Give the width that is not for words."""
        leading = self.isCheckable() or (self._icon_name and not self._upright)
        return 2 * self._pad() + (self._icon_px() + self._gap() if leading and self.text() else 0)

    def _measure_height(self, width: int) -> int:
        room = width - self._beside()
        words = self._text_height(self.text(), room) + self._detail_height(room)
        above = self._icon_px() + self._gap() if self._upright and self._icon_name else 0
        return max(self._least_height(), words + above + 2 * self._pad())

    def _spare(self, room: int) -> int:
        """Give how far icon and words move in, so that together they stand in the middle."""
        if not self._centred:
            return 0
        words = room - self._icon_px() - self._gap()
        metrics = QFontMetrics(self.font())
        taken = metrics.boundingRect(
            QRect(0, 0, max(1, words), _TALL), int(Qt.TextFlag.TextWordWrap), self.text()
        )
        return max(0, (words - taken.width() - 2) // 2)

    def _least_height(self) -> int:
        return self._dress.target(self._least_px)

    def _least_width(self) -> int:
        if not self._measured_width:
            self._measured_width = self._measure_width()
        return self._measured_width

    def _measure_width(self) -> int:
        if not self.text():
            return max(self._least_height(), self._icon_px() + 2 * self._pad())
        words = max(
            _longest(QFontMetrics(self.font()), self.text()),
            _longest(QFontMetrics(self._small), self._detail),
        )
        return max(self._least_height(), words + 2 + self._beside())

    def _text_height(self, text: str, width: int) -> int:
        return _height(QFontMetrics(self.font()), text, width)

    def _detail_height(self, width: int) -> int:
        if not self._detail:
            return 0
        return _height(QFontMetrics(self._small), self._detail, width) + self._dress.px(4)


def is_dragging(begin: QPoint, now: QPoint) -> bool:
    """Tell whether a finger has moved far enough to mean it."""
    return abs((now - begin).y()) > max(_DRAG_PX, QApplication.startDragDistance())


def _height(metrics: QFontMetrics, text: str, width: int) -> int:
    if not text:
        return 0
    flags = int(Qt.TextFlag.TextWordWrap)
    return metrics.boundingRect(QRect(0, 0, max(1, width), _TALL), flags, text).height()


def _longest(metrics: QFontMetrics, text: str) -> int:
    return max((metrics.horizontalAdvance(word) for word in text.split()), default=0)
