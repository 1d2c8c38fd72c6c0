"""The answer a screen gives first, in one calm panel."""

from typing import Final

from PySide6.QtWidgets import QFrame, QWidget

from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Heading
from ehr_desktop.ui.widgets.layouts import column, row
from ehr_desktop.ui.widgets.looks import set_look

_ICON_PX: Final = 40


class Verdict(QFrame):
    """A large icon, a title and a sentence on the ground of a tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "callout")
        self._icon = IconLabel("shield", self, size_px=_ICON_PX)
        self.title = Heading("", self)
        self.title.setWordWrap(True)
        self.text = Body("", self)
        words = column(self.title, self.text, spacing=Space.HALF)
        line = row(self._icon, words, spacing=Space.THREE, margin=Space.THREE)
        line.setStretch(1, 1)
        self.setLayout(line)

    def say(self, tone: Tone, icon_name: str, title: str, text: str) -> None:
        """Show another answer."""
        set_look(self, "tone", tone.value)
        self._icon.set_icon(icon_name, tone)
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")
