"""Which categories of a record: a tick for each, with what it holds."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.ui.models.consent_words import CATEGORY_HOLDS, CATEGORY_NAMES, in_order
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.looks import set_plain_tooltip

_COLUMNS = 2


class CategoryTicks(QWidget):
    """Two columns of ticks; `changed` says that one was set or taken away."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.TWO)
        self._grid.setVerticalSpacing(Space.HALF)
        self.boxes: dict[Category, QCheckBox] = {}

    @property
    def chosen(self) -> frozenset[Category]:
        """What is ticked."""
        return frozenset(key for key, box in self.boxes.items() if box.isChecked())

    def offer(self, categories: Iterable[Category], ticked: Iterable[Category]) -> None:
        """Offer `categories`, those in `ticked` already ticked."""
        for box in self.boxes.values():
            self._grid.removeWidget(box)
            box.hide()
            box.deleteLater()
        chosen = frozenset(ticked)
        offered = in_order(categories)
        high = -(-len(offered) // _COLUMNS)
        self.boxes = {category: self._box(category, chosen) for category in offered}
        for at, box in enumerate(self.boxes.values()):
            self._grid.addWidget(box, at % high, at // high)

    def _box(self, category: Category, ticked: frozenset[Category]) -> QCheckBox:
        box = QCheckBox(CATEGORY_NAMES[category], self)
        box.setChecked(category in ticked)
        box.setAccessibleDescription(CATEGORY_HOLDS[category])
        set_plain_tooltip(box, CATEGORY_HOLDS[category])
        box.toggled.connect(self.changed)
        return box
