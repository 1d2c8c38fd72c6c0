"""A message that stays on the page until what it is about is over."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.layouts import boxed, column, row
from ehr_desktop.ui.widgets.looks import set_look

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.ACCENT: "info",
    Tone.NOTE: "info",
    Tone.SUCCESS: "circle-check",
    Tone.WARNING: "triangle-alert",
    Tone.DANGER: "circle-alert",
}


class Callout(QFrame):
    """A title, a text and actions on the ground of `tone`."""

    def __init__(
        self,
        tone: Tone,
        title: str,
        text: str = "",
        *actions: QPushButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "callout")
        self._icon = IconLabel(_ICONS[tone], self)
        self._title = Body("", self, strong=True)
        self._text = Body("", self)
        words = boxed(column(self._title, self._text, spacing=Space.HALF), self)
        line = row(self._icon, words, *actions, spacing=Space.ONE_AND_HALF)
        line.setContentsMargins(Space.TWO, Space.ONE_AND_HALF, Space.TWO, Space.ONE_AND_HALF)
        line.setStretch(1, 1)
        line.setAlignment(words, Qt.AlignmentFlag.AlignVCenter)
        self._line = line
        self.setLayout(line)
        self.say(tone, title, text)

    def say(self, tone: Tone, title: str, text: str = "") -> None:
        """Show another message; it is also read out as this piece's name."""
        set_look(self, "tone", tone.value)
        self._icon.set_icon(_ICONS[tone], tone)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        side = Qt.AlignmentFlag.AlignTop if text else Qt.AlignmentFlag.AlignVCenter
        self._line.setAlignment(self._icon, side)
        self.setAccessibleName(f"{title} {text}".strip())
