"""A column of fields."""

from PySide6.QtWidgets import QSizePolicy, QWidget

from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.field import FIELD_WIDTH_PX, Field, Input
from ehr_desktop.ui.widgets.labels import Caption, Heading
from ehr_desktop.ui.widgets.layouts import Piece, column, fill, row


class FormColumn(QWidget):
    """Fields one under the other, at most 480 px wide, in sections with headings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = column(spacing=Space.TWO)
        self.setLayout(self._column)
        self.setMaximumWidth(FIELD_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def section(self, title: str, remark: str = "") -> None:
        """Begin a section."""
        if self._column.count():
            self._column.addSpacing(Space.ONE)
        pieces: list[Piece] = [Heading(title, self, size=TypeSize.MEDIUM)]
        if remark:
            pieces.append(Caption(remark, self))
        self._column.addLayout(column(*pieces, spacing=Space.HALF))

    def field(
        self, label: str, input_widget: Input, *, required: bool = False, help_text: str = ""
    ) -> Field[Input]:
        """Add a field under the last one and return it."""
        made = Field(label, input_widget, self, required=required, help_text=help_text)
        self._column.addWidget(made)
        return made

    def side_by_side(self, *fields: QWidget) -> None:
        """Add two or three short fields on one row, such as a date and a time."""
        self._column.addLayout(row(*fields, spacing=Space.TWO))

    def add(self, *pieces: Piece) -> None:
        """Add anything else under the last field."""
        fill(self._column, *pieces)

    def focus_first_error(self) -> bool:
        """Put the cursor into the first field that has an error; tell whether there is one."""
        fields = self.findChildren(Field)
        wrong = next((field for field in fields if field.error), None)
        if wrong:
            wrong.input.setFocus()
        return wrong is not None
