"""Says that what stands above it is signed and not final yet."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.models.pending_words import PENDING_ICON, PENDING_MEANS, PENDING_WORDS
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip


class PendingMark(QWidget):
    """An hourglass and what it means; hidden where everything is final."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = IconLabel(PENDING_ICON, self, tone=Tone.NOTE, size_px=16)
        self.setLayout(row(icon, Caption(PENDING_WORDS, self), SPRING, spacing=6))
        self.setAccessibleName(PENDING_WORDS)
        set_plain_tooltip(self, PENDING_MEANS)
        self.hide()
