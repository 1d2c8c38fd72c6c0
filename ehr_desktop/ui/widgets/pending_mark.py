"""Says that what stands above it is signed and not final yet."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.models.pending_words import PENDING_ICON, PENDING_MEANS, PENDING_WORDS
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Tone, TypeSize
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip


class PendingMark(QWidget):
    """An hourglass and what it means; hidden where everything is final."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = IconLabel(PENDING_ICON, self, tone=Tone.NOTE, size_px=16)
        words = Label(PENDING_WORDS, self, font=ui_font(TypeSize.CAPTION), level=Level.MUTED)
        self.setLayout(row(icon, words, SPRING, spacing=6))
        self.setAccessibleName(PENDING_WORDS)
        set_plain_tooltip(self, PENDING_MEANS)
        self.hide()
