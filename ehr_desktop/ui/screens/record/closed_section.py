"""A section the patient has not opened to this reader, in the place of its list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.ui.models.chart_words import SECTIONS
from ehr_desktop.ui.models.closed_categories import SECTION_CATEGORIES
from ehr_desktop.ui.models.consent_words import category_words
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.layouts import column


class ClosedSection(QWidget):
    """`ask_wanted` carries the `Category` to ask for."""

    ask_wanted = Signal(object)

    def __init__(self, kind: SectionKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._category = SECTION_CATEGORIES[kind]
        self.ask = primary_button("Ask the patient", icon_name="message-square")
        self.ask.clicked.connect(self._ask)
        page = EmptyState(
            "lock",
            f"{SECTIONS[kind].name}: closed to you",
            f"The patient has not opened {category_words(self._category)}. "
            "Whether there is anything here is not shown.",
            self.ask,
        )
        self.setLayout(column(page, margin=Space.THREE))

    def _ask(self) -> None:
        self.ask_wanted.emit(self._category)
