"""One thing that waits for somebody, with what can be done about it."""

from PySide6.QtWidgets import QFrame

from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, ElidedLabel
from ehr_desktop.ui.widgets.layouts import column, row


class WorkLine(QFrame):
    """An icon, a title over a remark (none if that is empty), and buttons."""

    def __init__(self, icon_name: str, tone: Tone, title: str, words: str, *ways: Button) -> None:
        super().__init__()
        name = ElidedLabel(title, self, font=ui_font(weight=ui_font().Weight.Medium))
        remark = Caption(words, self)
        remark.setVisible(bool(words))
        mark = IconLabel(icon_name, self, tone=tone)
        line = row(mark, column(name, remark, spacing=0), *ways, spacing=Space.ONE)
        line.setStretch(1, 1)
        self.setLayout(line)
