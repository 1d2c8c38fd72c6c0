"""What stands where there is nothing yet."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row


class EmptyState(QWidget):
    """Says what is empty and offers the next step, centred in the room it has."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str = "",
        action: QPushButton | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._heading = Heading(title, self, size=TypeSize.MEDIUM)
        words = Body(text, self, level=Level.MUTED)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(360)
        words.setVisible(bool(text))
        pieces = [
            row(SPRING, IconLabel(icon_name, self, size_px=32), SPRING),
            row(SPRING, self._heading, SPRING),
            row(SPRING, words, SPRING),
        ]
        if action:
            pieces.append(row(SPRING, action, SPRING))
        inner = column(*pieces, spacing=Space.ONE_AND_HALF)
        self.setLayout(column(SPRING, inner, SPRING, margin=Space.TWO))

    def set_title(self, title: str) -> None:
        """Say something else of what is empty."""
        self._heading.setText(title)
