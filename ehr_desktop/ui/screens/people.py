"""Who works here: the list, new accounts, ended accounts."""

from typing import Final

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.events import Event, PeopleChanged, WorkstationsChanged
from ehr_desktop.domain.people import Staff, Team
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.people_words import WHAT_ENDING_DOES, keys_line
from ehr_desktop.ui.models.staff_table import StaffTable
from ehr_desktop.ui.screens.add_account import AddAccountDrawer
from ehr_desktop.ui.screens.forgotten_password import ForgottenPasswordDrawer
from ehr_desktop.ui.screens.kiosk_pin import KioskPinDrawer
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.screens.own_password import OwnPasswordDrawer
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.sheet import Confirmation
from ehr_desktop.ui.widgets.table import Table
from ehr_desktop.ui.widgets.table_page import TablePage

_ADD: Final = "Ctrl+Shift+N"


class PeopleScreen(QWidget):
    """For administrators. Rows are chosen with the arrow keys; Delete ends an account."""

    def __init__(
        self, context: ScreenContext, rules: PasswordRules, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._rules = rules
        self._question: Confirmation | None = None
        self._to_replace: tuple[Team, ...] = ()
        self.forgotten: ForgottenPasswordDrawer | None = None
        self.model = StaffTable(self)
        self.table = Table("People", self)
        self.table.setModel(self.model)
        self.table.set_empty_state(EmptyState("users", "Nobody here yet"))
        self.table.set_widths(190, 120, 150, 130, 240)
        self.table.set_loading(loading=True)
        self.add_button = primary_button(
            "Add account", icon_name="user-plus", shortcut="Ctrl+Shift+N"
        )
        self.add_button.clicked.connect(self.add_account)
        self.end_button = secondary_button("End account", icon_name="user-x")
        self.end_button.setEnabled(False)
        self.end_button.clicked.connect(self.end_account)
        self.forgotten_button = secondary_button("Forgotten password", icon_name="lock-open")
        self.forgotten_button.setEnabled(False)
        self.forgotten_button.clicked.connect(self.renew_account)
        self.password_button = secondary_button("Change my password", icon_name="key-round")
        self.password_button.clicked.connect(self.change_own_password)
        self.kiosk_button = secondary_button("Kiosk PIN", icon_name="lock")
        self.kiosk_button.clicked.connect(self.choose_kiosk_pin)
        self.page = TablePage(
            "People",
            self.table,
            self,
            actions=(
                self.kiosk_button,
                self.password_button,
                self.forgotten_button,
                self.end_button,
                self.add_button,
            ),
        )
        self.setLayout(column(self.page, spacing=0))
        self.setFocusProxy(self.table)
        self.drawer = AddAccountDrawer(context, rules, self)
        QShortcut(QKeySequence("Delete"), self.table).activated.connect(self.end_account)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        context.bridge.node_event.connect(self._hear)
        self._load()

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return ((_ADD, "Add an account"), ("Delete", "End the chosen account"))

    def add_account(self) -> None:
        """Open the form for a new account."""
        self.drawer.open_over()

    def change_own_password(self) -> None:
        """Open the form for one's own password."""
        OwnPasswordDrawer(self._context, self._rules, self).open_over()

    def choose_kiosk_pin(self) -> None:
        """Open the form for the PIN that leaves the kiosk on this workstation."""
        KioskPinDrawer(self._context, self).open_over()

    def renew_account(self) -> None:
        """Open the form for whoever forgot the password."""
        person = self.model.at(self.table.currentIndex().row())
        if person is not None and self._may_end(person):
            self.forgotten = ForgottenPasswordDrawer(self._context, self._rules, person, self)
            self.forgotten.open_over()

    def end_account(self) -> None:
        """Ask before the chosen account is ended."""
        person = self.model.at(self.table.currentIndex().row())
        if person is None or not self._may_end(person):
            return
        self._question = Confirmation(
            self,
            f"End the account of {person.display_name}?",
            WHAT_ENDING_DOES,
            "End account",
            dangerous=True,
        )
        self._question.confirmed.connect(self._end_confirmed)
        self._question.closed.connect(self._question.deleteLater)
        self._question.setProperty("row", self.table.currentIndex().row())
        self._question.open_over()

    @property
    def question(self) -> Confirmation | None:
        """The question last asked."""
        return self._question

    def _may_end(self, person: Staff) -> bool:
        return person.active and person.id != self._context.actor.id

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        person = self.model.at(current.row())
        may_end = person is not None and self._may_end(person)
        self.end_button.setEnabled(may_end)
        self.forgotten_button.setEnabled(may_end)

    def _end_confirmed(self) -> None:
        row = self._question.property("row") if self._question is not None else -1
        person = self.model.at(int(row))
        if person is None:
            return
        context = self._context
        context.bridge.call(
            self,
            context.clinic.people.deactivate(context.actor, person.id),
            done=lambda _none: context.notify(f"The account of {person.display_name} has ended."),
            failed=self._failed,
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, PeopleChanged | WorkstationsChanged):
            self._load()

    def _load(self) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.people.list(context.actor),
            done=self._show,
            failed=self._failed,
        )
        context.bridge.call(
            self,
            context.clinic.people.keys_to_replace(context.actor),
            done=self._show_keys,
            failed=self._failed,
        )

    def _show_keys(self, to_replace: tuple[Team, ...]) -> None:
        self._to_replace = to_replace
        self._show_count()

    def _show_count(self) -> None:
        known = len(self.model.rows)
        count = f"{self.model.active} active of {known} accounts"
        keys = keys_line(self._to_replace, has_left=self.model.active < known)
        self.page.set_count(f"{count} · {keys}" if keys else count)

    def _show(self, staff: tuple[Staff, ...]) -> None:
        row = self.table.currentIndex().row()
        self.table.set_loading(loading=False)
        self.model.show(staff)
        self._show_count()
        if self.model.at(max(row, 0)) is not None:
            self.table.selectRow(max(row, 0))

    def _failed(self, error: BaseException) -> None:
        self.table.set_loading(loading=False)
        self._context.notify(explain(error))
