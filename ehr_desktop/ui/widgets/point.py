"""One point of several that are made: an icon, what it is, and what that means."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Level
from ehr_desktop.ui.widgets.layouts import column, row


class Point(QWidget):
    """The icon stands beside the first line; the words wrap."""

    def __init__(
        self, icon_name: str, title: str, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        mark = IconLabel(icon_name, self, tone=Tone.ACCENT)
        words = column(
            Body(title, self, strong=True), Body(text, self, level=Level.MUTED), spacing=2
        )
        line = row(mark, words, spacing=Space.TWO)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self.setLayout(line)
