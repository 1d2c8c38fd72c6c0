"""Cards one under the other, of which only those that changed are made anew."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column

Value = TypeVar("Value")
_WIDTH_PX = 880


class CardList(QScrollArea, Generic[Value]):
    """Shows values as cards made by `make`. A value that is equal to one shown keeps its card, and
    with it what somebody is just typing there.
    """

    def __init__(
        self, make: Callable[[Value], QWidget], empty: EmptyState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._empty = empty
        self._held: list[tuple[Value, QWidget]] = []
        self._column = column(spacing=Space.TWO)
        whole = column(self._column, empty, SPRING, spacing=0)
        whole.setContentsMargins(0, Space.TWO, Space.ONE, Space.TWO)
        inner = boxed(whole)
        inner.setMaximumWidth(_WIDTH_PX)
        inner.setProperty("look", "scrolled")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        empty.hide()

    @property
    def cards(self) -> tuple[QWidget, ...]:
        """The cards, in order."""
        return tuple(card for _, card in self._held)

    def show_values(self, values: Sequence[Value]) -> None:
        """Show `values` in their order."""
        before = self._held
        self._held = [(value, self._kept(before, value) or self._make(value)) for value in values]
        kept = {id(card) for _, card in self._held}
        for _, card in before:
            self._column.removeWidget(card)
            if id(card) not in kept:
                card.hide()
                card.deleteLater()
        for _, card in self._held:
            self._column.addWidget(card)
            card.show()
        self._empty.setVisible(not values)

    def _kept(self, before: list[tuple[Value, QWidget]], value: Value) -> QWidget | None:
        return next((card for known, card in before if known == value), None)
