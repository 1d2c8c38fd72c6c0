"""One line of a summary card: what it is, what matters, how old it is. Pressed, it opens."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_flags import flag_of, value_text
from ehr_desktop.ui.models.chart_times import ago, shown_when
from ehr_desktop.ui.models.chart_trends import Measured
from ehr_desktop.ui.models.chart_words import detail_words
from ehr_desktop.ui.models.pending_words import PENDING
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.tokens import Radius, Tone, TypeSize
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_ONE_LINE_PX, _TWO_LINES_PX, _PAD_PX = 34, 50, 8
_WEIGHT = QFont.Weight
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class LineWords:
    """What a line says: `title` and `under` on the left, `value` and `beside` on the right."""

    title: str
    under: str = ""
    value: str = ""
    beside: str = ""
    tone: Tone = Tone.NEUTRAL

    @property
    def spoken(self) -> str:
        """The line in one sentence."""
        parts = (self.title, self.value, self.beside, self.under)
        return ", ".join(part for part in parts if part)


def entry_line(opened: OpenedChart, entry: Entry) -> "SummaryLine":
    """Give the line of a problem, medicine, allergy, note or visit."""
    since = shown_when(entry.when, opened.zone)
    if entry.kind in {SectionKind.NOTES, SectionKind.VISITS}:
        since = ago(entry.when, opened.now()) or since
    detail = detail_words(entry.kind, entry.detail)
    beside = " · ".join(part for part in (since, _pending(entry)) if part)
    return SummaryLine(entry, LineWords(entry.title, detail, beside=beside))


def measure_line(opened: OpenedChart, measured: Measured) -> "SummaryLine":
    """Give the line of a vital sign or result: newest value, its age, the one before."""
    newest = measured.newest
    flag = flag_of(newest)
    age = ago(newest.when, opened.now()) or shown_when(newest.when, opened.zone)
    before = f"before: {measured.before.value}" if measured.before else ""
    under = " · ".join(part for part in (age, before, _pending(newest)) if part)
    value = f"{flag.text}  {value_text(newest)}" if flag else value_text(newest)
    tone = flag.tone if flag else Tone.NEUTRAL
    return SummaryLine(newest, LineWords(newest.title, under, value, tone=tone))


def _pending(entry: Entry) -> str:
    return PENDING.lower() if entry.source.pending else ""


class SummaryLine(QAbstractButton):
    """`chosen` carries the entry the line is about."""

    chosen = Signal(object)

    def __init__(self, entry: Entry, words: LineWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry, self._words = entry, words
        self.setAccessibleName(words.spoken)
        set_plain_tooltip(self, words.spoken)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._choose)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, _TWO_LINES_PX if self._words.under else _ONE_LINE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = worn_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.rect().adjusted(1, 1, -1, -1)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(ground, Radius.MEDIUM, Radius.MEDIUM)
        words = self._words
        room = self.rect().adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        top = QRect(room.left(), room.top() + 5, room.width(), 20)
        if not words.under:
            top = room
        ink = tokens.text if words.tone is Tone.NEUTRAL else tokens.tone(words.tone).foreground
        value_px = self._draw(painter, top, words.value, ink, strong=True, right=True)
        beside_px = self._draw(painter, top, words.beside, tokens.text_muted, right=True)
        left = top.adjusted(0, 0, -max(value_px, beside_px) - 2 * _PAD_PX, 0)
        self._draw(painter, left, words.title, tokens.text, strong=True)
        if words.under:
            under = QRect(room.left(), top.bottom() + 1, room.width(), 18)
            self._draw(painter, under, words.under, tokens.text_muted, small=True)

    def _draw(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        ink: str,
        *,
        strong: bool = False,
        small: bool = False,
        right: bool = False,
    ) -> int:
        """Draw one text and give the width it took."""
        size = TypeSize.CAPTION if small else TypeSize.BODY
        painter.setFont(ui_font(size, _WEIGHT.Medium if strong else _WEIGHT.Normal, tabular=True))
        painter.setPen(QColor(ink))
        mode = Qt.TextElideMode.ElideRight if small else Qt.TextElideMode.ElideMiddle
        fitted = painter.fontMetrics().elidedText(text, mode, room.width())
        flags = (_RIGHT if right else _LEFT) | Qt.TextFlag.TextSingleLine
        painter.drawText(room, int(flags), fitted)
        return painter.fontMetrics().horizontalAdvance(fitted)

    def _choose(self) -> None:
        self.chosen.emit(self._entry)
