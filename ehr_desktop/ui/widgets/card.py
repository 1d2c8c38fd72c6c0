"""Surfaces that hold other pieces."""

from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.labels import Heading
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, fill, row


class Card(QFrame):
    """A surface with a hairline around it, a title and actions on the title's row.

    Put the content in with `add`; `body` is the layout for anything finer.
    """

    def __init__(
        self,
        title: str = "",
        parent: QWidget | None = None,
        *,
        actions: tuple[QWidget, ...] = (),
        margin: int = Space.THREE,
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.body: QVBoxLayout = column(spacing=Space.TWO)
        self.heading = Heading(title, self, size=TypeSize.MEDIUM)
        outer = column(spacing=Space.TWO, margin=margin)
        if title or actions:
            self.setAccessibleName(title)
            outer.addLayout(row(self.heading, SPRING, *actions))
        else:
            self.heading.hide()
        outer.addLayout(self.body)
        self.setLayout(outer)

    def add(self, *pieces: Piece) -> None:
        """Put `pieces` under what is already there."""
        fill(self.body, *pieces)


class Rule(QFrame):
    """A hairline across the column, or down the row if `vertical`."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("look", "rule")
        fixed, wide = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if vertical:
            self.setFixedWidth(1)
            self.setSizePolicy(fixed, wide)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(wide, fixed)
