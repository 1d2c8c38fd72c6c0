"""Words on a page: always plain text, wrapping, in the typeface of the language."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Dress, Size
from ehr_desktop.ui.kiosk.language import RIGHT_TO_LEFT_MARK
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, fill


class Words(Label):
    """A text; `centred` for what stands alone on a page."""

    def __init__(
        self,
        text: str,
        dress: Dress,
        *,
        size: Size = Size.BODY,
        strong: bool = False,
        quiet: bool = False,
        centred: bool = False,
    ) -> None:
        self._language = dress.language
        level = Level.MUTED if quiet else Level.PLAIN
        super().__init__(text, font=dress.font(size, strong=strong), level=level, wrap=True)
        side = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        # a label that could be selected could be copied
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    @override
    def setText(self, text: str) -> None:
        if self._language.right_to_left and not text.startswith(RIGHT_TO_LEFT_MARK):
            # what is no sentence of the language would turn its line around, or be turned around
            text = RIGHT_TO_LEFT_MARK + self._language.isolated(text)
        super().setText(text)


class Box(QFrame):
    """A surface around pieces, in a tone where it says something that matters."""

    def __init__(self, dress: Dress, *pieces: Piece, tone: Tone | None = None) -> None:
        super().__init__()
        self.setProperty("look", "callout" if tone else "card")
        if tone:
            self.setProperty("tone", tone.value)
        self._column = column(*pieces, spacing=dress.px(8), margin=dress.px(16))
        self.setLayout(self._column)

    def add(self, *pieces: Piece) -> None:
        """Put `pieces` under what the box already holds."""
        fill(self._column, *pieces)


def fact(dress: Dress, name: str, value: str) -> QWidget:
    """Give a small name above its value."""
    box = QWidget()
    box.setLayout(
        column(
            Words(name, dress, size=Size.SMALL, quiet=True),
            Words(value, dress, strong=True),
            SPRING,
            spacing=2,
        )
    )
    return box
