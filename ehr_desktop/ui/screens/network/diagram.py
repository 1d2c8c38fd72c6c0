"""The workstations drawn: this one in the middle, the others around it."""

from math import cos, pi, sin
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.network import LinkState, WorkstationStatus
from ehr_desktop.ui.models.network_words import round_trip_words, state_words
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.icons import icon_pixmap
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Tokens, Tone, TypeSize
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_HEIGHT_PX: Final = 204
_NODE_PX: Final = 18.0
_ICON_PX: Final = 18
_SMALL_NODE_PX: Final = 7.0
_MOST_NAMED: Final = 8
"""With more workstations than this around the middle, they are dots: names would cover each other.
"""


class NetworkDiagram(QWidget):
    """A line to a workstation is drawn through while connected, dashed while it is looked for.

    `chosen` carries the device id of what was clicked. Decoration for those who see it: the
    table beside it says the same.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._here: WorkstationStatus | None = None
        self._others: tuple[WorkstationStatus, ...] = ()
        self._marked: DeviceId | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Drawing of the workstations")

    def show_workstations(self, workstations: tuple[WorkstationStatus, ...]) -> None:
        """Draw these, the first in the middle."""
        here, others = next(iter(workstations), None), workstations[1:]
        if (here, others) == (self._here, self._others):
            return
        self._here, self._others = here, others
        self.update()

    def mark(self, device: DeviceId | None) -> None:
        """Ring the workstation the rest of the screen is about."""
        self._marked = device
        self.update()

    def place_of(self, device: DeviceId) -> QPointF:
        """Give the middle of a workstation's mark."""
        for order, each in enumerate(self._others):
            if each.device == device:
                return self._around(order)
        return self._middle

    @override
    def sizeHint(self) -> QSize:
        return QSize(292, _HEIGHT_PX)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if found := self._at(event.position()):
            self.chosen.emit(found.device)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        set_plain_tooltip(self, f"{found.name}: {_said(found)}" if found else "")
        shape = Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._here is None:
            return
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for order, each in enumerate(self._others):
            self._paint_link(painter, self._around(order), each, tokens)
        for order, each in enumerate(self._others):
            self._paint_node(painter, self._around(order), each, tokens)
        self._paint_node(painter, self._middle, self._here, tokens)

    @property
    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2 - 10)

    def _around(self, order: int) -> QPointF:
        """Give the place of one of the others on an ellipse, the first at the top left."""
        count = len(self._others)
        # an even number beside, an odd one with two at the top: names then have room
        first = pi if count <= 2 else -pi / 2 - pi / count
        angle = first + 2 * pi * order / count
        across = max(self.width() / 2 - 56, 60)
        down = max(self.height() / 2 - 38, 40)
        return self._middle + QPointF(across * cos(angle), down * sin(angle))

    def _reach(self, each: WorkstationStatus) -> float:
        """Give the radius a workstation is drawn with."""
        crowded = len(self._others) > _MOST_NAMED and each is not self._here
        return _SMALL_NODE_PX if crowded else _NODE_PX

    def _at(self, spot: QPointF) -> WorkstationStatus | None:
        if self._here is None:
            return None
        near = [(self._middle, self._here)]
        near += [(self._around(order), each) for order, each in enumerate(self._others)]
        for place, each in near:
            gap = place - spot
            if gap.x() ** 2 + gap.y() ** 2 <= (self._reach(each) + 4) ** 2:
                return each
        return None

    def _paint_link(
        self, painter: QPainter, place: QPointF, each: WorkstationStatus, tokens: Tokens
    ) -> None:
        if each.state is LinkState.LINKED:
            pen = QPen(QColor(tokens.success.foreground), 2)
        elif each.state is LinkState.DIALLING:
            pen = QPen(QColor(tokens.border), 1.5, Qt.PenStyle.DashLine)
        else:
            pen = QPen(QColor(tokens.hairline), 1.5, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(self._middle, place)

    def _paint_node(
        self, painter: QPainter, place: QPointF, each: WorkstationStatus, tokens: Tokens
    ) -> None:
        _, tone = state_words(each)
        pair = tokens.tone(tone)
        is_marked = each.device == self._marked
        painter.setPen(QPen(QColor(tokens.accent if is_marked else pair.foreground), 1.5))
        painter.setBrush(QColor(tokens.surface))
        reach = self._reach(each)
        painter.drawEllipse(place, reach, reach)
        painter.setBrush(QColor(pair.background))
        painter.drawEllipse(place, reach, reach)
        if is_marked:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawEllipse(place, reach + 4, reach + 4)
        if reach == _NODE_PX:
            corner = place - QPointF(_ICON_PX / 2, _ICON_PX / 2)
            painter.drawPixmap(corner, icon_pixmap(_icon(each, tone), pair.foreground, _ICON_PX))
            self._paint_name(painter, place, each, tokens)

    def _paint_name(
        self, painter: QPainter, place: QPointF, each: WorkstationStatus, tokens: Tokens
    ) -> None:
        strong = each is self._here
        weight = QFont.Weight.Medium if strong else QFont.Weight.Normal
        painter.setFont(ui_font(TypeSize.CAPTION, weight, tabular=True))
        painter.setPen(QColor(tokens.text if strong else tokens.text_muted))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(each.name, Qt.TextElideMode.ElideMiddle, 104)
        width = metrics.horizontalAdvance(name) + 8
        box = QRectF(place.x() - width / 2, place.y() + _NODE_PX + 6, width, 16)
        painter.fillRect(box, QColor(tokens.surface))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)


def _icon(each: WorkstationStatus, tone: Tone) -> str:
    if tone is Tone.DANGER:
        return "monitor-x"
    return "monitor" if each.state in (LinkState.HERE, LinkState.LINKED) else "monitor-off"


def _said(each: WorkstationStatus) -> str:
    words, _ = state_words(each)
    trip = round_trip_words(each)
    return f"{words}, {trip}" if trip else words
