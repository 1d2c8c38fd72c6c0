"""Shown instead of a record that does not open, with what one can do."""

from PySide6.QtWidgets import QPushButton, QWidget

from ehr_desktop.domain.errors import NoKeyError
from ehr_desktop.domain.people import Role
from ehr_desktop.explain import explain
from ehr_desktop.ui.theme.tokens import Space
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.layouts import column

_NO_KEY = (
    "Your role has no key to medical records, so this workstation cannot open them for you. "
    "Registration and appointments are open to you. A doctor or nurse can sign in here."
)
_NO_KEY_AT_ALL = (
    "Your keys do not open this record. Ask a colleague of the clinical team, or the patient."
)


class LockedPage(QWidget):
    """Says calmly why there is nothing to see."""

    def __init__(
        self, error: BaseException, role: Role, action: QPushButton, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        if isinstance(error, NoKeyError):
            desk = role in {Role.RECEPTIONIST, Role.ADMINISTRATOR}
            words = _NO_KEY if desk else _NO_KEY_AT_ALL
            page = EmptyState("lock", "This record is closed to you", words, action)
        else:
            page = EmptyState("circle-alert", "The record stays closed", explain(error), action)
        self.setLayout(column(page, margin=Space.THREE))
