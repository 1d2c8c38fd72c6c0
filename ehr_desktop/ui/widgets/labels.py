"""Text on the screen, always plain: what comes from a peer or a record is never markup."""

from enum import Enum

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import mono_font, ui_font
from ehr_desktop.ui.theme.tokens import Tone, TypeSize
from ehr_desktop.ui.widgets.looks import set_look, set_plain_tooltip

_WEIGHT = QFont.Weight


class Level(Enum):
    """How loud a text is."""

    PLAIN = "plain"
    MUTED = "muted"
    FAINT = "faint"


class Label(QLabel):
    """A plain text in the font and level given; wraps only if asked to."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        font: QFont | None = None,
        level: Level = Level.PLAIN,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font or ui_font())
        self.setWordWrap(wrap)
        self.setProperty("level", level.value)
        self.setText(text)

    def set_tone(self, tone: Tone) -> None:
        """Colour the text; say the same in words or with an icon."""
        set_look(self, "tone", tone.value)


class Heading(Label):
    """The title of a screen (`DISPLAY`), a card or section (`TITLE`, `MEDIUM`)."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, size: TypeSize = TypeSize.TITLE
    ) -> None:
        super().__init__(text, parent, font=ui_font(size, _WEIGHT.DemiBold))


class Body(Label):
    """Running text; wraps."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        level: Level = Level.PLAIN,
        strong: bool = False,
    ) -> None:
        weight = _WEIGHT.Medium if strong else _WEIGHT.Normal
        super().__init__(text, parent, font=ui_font(weight=weight), level=level, wrap=True)


class Caption(Label):
    """A small muted remark; wraps."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        font = ui_font(TypeSize.CAPTION, tabular=True)
        super().__init__(text, parent, font=font, level=Level.MUTED, wrap=True)


class Mono(Label):
    """A hash, key or id: fixed width, can be selected and copied with the mouse."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent, font=mono_font())
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


class ElidedLabel(Label):
    """One line that gives way in the middle where room is short; the tooltip has it whole."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        font: QFont | None = None,
        level: Level = Level.PLAIN,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        self._mode = mode
        super().__init__(text, parent, font=font, level=level)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("MMM…"), super().sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        set_plain_tooltip(self, self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, shown)
