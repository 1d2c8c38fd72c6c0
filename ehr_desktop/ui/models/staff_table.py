"""The people of the clinic as rows."""

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.ui.models.titled_rows import Index, TitledRows
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.row_delegate import CellRole


class Column(IntEnum):
    """The columns, in order."""

    NAME = 0
    ROLE = 1
    ACCOUNT = 2
    PHONE = 3
    EMAIL = 4
    STATE = 5


_TITLES: Final = {
    Column.NAME: "Name",
    Column.ROLE: "Role",
    Column.ACCOUNT: "Account name",
    Column.PHONE: "Phone",
    Column.EMAIL: "E-mail",
    Column.STATE: "Account",
}
ROLE_LABELS: Final = {
    Role.ADMINISTRATOR: "Administrator",
    Role.RECEPTIONIST: "Receptionist",
    Role.NURSE: "Nurse",
    Role.DOCTOR: "Doctor",
}
"""What roles are called."""


class StaffTable(TitledRows[Staff]):
    """Active people first, each group by name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(tuple(_TITLES.values()), parent)

    @property
    def active(self) -> int:
        """How many accounts are active."""
        return sum(person.active for person in self.rows)

    def show(self, staff: tuple[Staff, ...]) -> None:
        """Show these people."""
        self.beginResetModel()
        self.rows = tuple(
            sorted(staff, key=lambda person: (not person.active, person.display_name.casefold()))
        )
        self.endResetModel()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        person = self.at(index.row()) if index.isValid() else None
        if person is None:
            return None
        column = Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(person, column)
            case CellRole.TONE if column is Column.STATE:
                return Tone.SUCCESS if person.active else Tone.NEUTRAL
            case CellRole.STRONG:
                return column is Column.NAME and person.active
            case CellRole.MUTED:
                return column is not Column.NAME or not person.active
        return None


def _text(person: Staff, column: Column) -> str:
    match column:
        case Column.NAME:
            return person.display_name
        case Column.ROLE:
            return ROLE_LABELS[person.role]
        case Column.ACCOUNT:
            return person.account_name
        case Column.PHONE:
            return person.phone
        case Column.EMAIL:
            return person.email
        case Column.STATE:
            return "Active" if person.active else "Ended"
