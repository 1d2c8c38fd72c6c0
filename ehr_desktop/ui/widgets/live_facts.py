"""Names and values in two columns, where the values change while one looks at them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ehr_desktop.ui.theme.fonts import mono_font, ui_font
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.labels import ElidedLabel, Label, Level


class LiveFacts(QWidget):
    """Muted names on the left, values on the right; what has no value takes no room.

    Only the text of a value changes, so nothing flickers and what somebody selected stays.
    Those in `mono` are one line in a fixed width that gives way in the middle.
    """

    def __init__(
        self,
        names: Sequence[str],
        parent: QWidget | None = None,
        *,
        mono: Sequence[str] = (),
        name_width_px: int = 104,
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.TWO)
        grid.setVerticalSpacing(Space.ONE)
        grid.setColumnMinimumWidth(0, name_width_px)
        grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[Label, Label]] = {}
        for line, name in enumerate(names):
            left = Label(name, self, level=Level.MUTED)
            right = _mono_value(self) if name in mono else _value(self)
            right.setAccessibleName(name)
            left.hide()
            right.hide()
            self._rows[name] = (left, right)
            grid.addWidget(left, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(right, line, 1)

    def set_value(self, name: str, value: str) -> None:
        """Show another value; an empty one hides its row."""
        left, right = self._rows[name]
        if right.text() != value:
            right.setText(value)
            right.setAccessibleName(f"{name}: {value}")
        left.setVisible(bool(value))
        right.setVisible(bool(value))

    def value(self, name: str) -> str:
        """Give what is shown."""
        return self._rows[name][1].text()


def _value(parent: QWidget) -> Label:
    label = Label("", parent, font=ui_font(tabular=True), wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _mono_value(parent: QWidget) -> Label:
    return ElidedLabel("", parent, font=mono_font())
