"""The people of the clinic as rows."""

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.row_delegate import CellRole

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


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


class StaffTable(QAbstractTableModel):
    """Active people first, each group by name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._staff: tuple[Staff, ...] = ()

    @property
    def active(self) -> int:
        """How many accounts are active."""
        return sum(person.active for person in self._staff)

    def show(self, staff: tuple[Staff, ...]) -> None:
        """Show these people."""
        self.beginResetModel()
        self._staff = tuple(
            sorted(staff, key=lambda person: (not person.active, person.display_name.casefold()))
        )
        self.endResetModel()

    def at(self, row: int) -> Staff | None:
        """Give the person of a row, or None outside the table."""
        return self._staff[row] if 0 <= row < len(self._staff) else None

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._staff)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        shown = role == Qt.ItemDataRole.DisplayRole
        if shown and orientation == Qt.Orientation.Horizontal and section < len(Column):
            return _TITLES[Column(section)]
        return None

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
