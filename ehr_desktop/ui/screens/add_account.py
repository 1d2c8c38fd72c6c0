"""A new account: who, in which role, and what that role's keys open."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.errors import (
    AccountNameTakenError,
    InvalidInputError,
    WeakPasswordError,
)
from ehr_desktop.domain.people import Role, Staff
from ehr_desktop.explain import explain
from ehr_desktop.services.values import NewAccount
from ehr_desktop.ui.models.staff_table import ROLE_LABELS
from ehr_desktop.ui.screens.new_password import NewPassword, PasswordRules
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.text_field import TextField

_CLINICIAN: Final = (
    "Opens medical records; each opening is written down. Names, contacts and appointments too."
)
ROLE_KEYS: Final = {
    Role.DOCTOR: _CLINICIAN,
    Role.NURSE: _CLINICIAN,
    Role.RECEPTIONIST: "Opens names, contacts, insurance and appointments. No medical records.",
    Role.ADMINISTRATOR: (
        "Manages accounts and the clinic's settings, sees what the front desk sees. "
        "No medical records."
    ),
}
"""What the keys of a role open, for people."""
_LONGEST: Final = 120


class AddAccountDrawer(Drawer):
    """Esc closes it and keeps what was typed, but for the password."""

    def __init__(self, context: ScreenContext, rules: PasswordRules, host: QWidget) -> None:
        super().__init__(host, "Add account")
        self._context = context
        self.display_name = Field("Full name", TextField(), self, required=True)
        self.account = Field(
            "Account name", TextField(), self, required=True, help_text="For signing in."
        )
        order = (Role.DOCTOR, Role.NURSE, Role.RECEPTIONIST, Role.ADMINISTRATOR)
        roles = ComboField([(role.value, ROLE_LABELS[role]) for role in order])
        self.role = Field("Role", roles, self, required=True)
        self.keys = Callout(Tone.NOTE, "", parent=self)
        self.phone = Field("Phone", TextField(), self)
        self.email = Field("E-mail", TextField(), self)
        for field in (self.display_name, self.account, self.phone, self.email):
            field.input.setMaxLength(_LONGEST)
        self.password = NewPassword(rules, self._account_name, self, label="First password")
        self.problem = Failure(self)
        self.save = primary_button("Add account")
        self.save.clicked.connect(self.submit)
        cancel = secondary_button("Cancel")
        cancel.clicked.connect(self.leave)
        self.add(self.display_name, self.account, self.role, self.keys)
        self.add(self.phone, self.email, self.password, self.problem)
        self.set_footer(self.save, cancel)
        roles.chosen.connect(self._explain_role)
        self._explain_role()
        self.closed.connect(self.password.clear)

    def submit(self) -> None:
        """Add the account if everything fits, else say beside each field what does not."""
        self.problem.hide()
        if not self._holds():
            return
        self.save.setEnabled(False)
        context = self._context
        context.bridge.call(
            self,
            context.clinic.people.add(context.actor, self._wanted()),
            done=self._added,
            failed=self._refused,
        )

    def _account_name(self) -> str:
        return self.account.input.text().strip()

    def _explain_role(self) -> None:
        role = Role(self.role.input.key)
        self.keys.say(Tone.NOTE, f"What a {ROLE_LABELS[role].lower()}'s keys open", ROLE_KEYS[role])

    def _holds(self) -> bool:
        named = bool(self.display_name.input.text().strip())
        self.display_name.set_error("" if named else "Write the person's full name.")
        name = self._account_name()
        spaced = any(mark.isspace() for mark in name)
        wrong = "An account name has no spaces." if spaced else ""
        self.account.set_error(wrong if name else "Choose an account name.")
        email = self.email.input.text().strip()
        self.email.set_error("Write it as name@place." if email and "@" not in email else "")
        accepted = self.password.check()
        fields: tuple[Field[TextField], ...] = (self.display_name, self.account, self.email)
        wrong_fields = [field for field in fields if field.error]
        if wrong_fields:
            wrong_fields[0].input.setFocus()
        elif not accepted:
            self.password.field.input.setFocus()
        return accepted and not wrong_fields

    def _wanted(self) -> NewAccount:
        return NewAccount(
            account_name=self._account_name(),
            display_name=self.display_name.input.text().strip(),
            role=Role(self.role.input.key),
            password=self.password.text,
            phone=self.phone.input.text().strip(),
            email=self.email.input.text().strip(),
        )

    def _added(self, added: Staff) -> None:
        self.save.setEnabled(True)
        for field in (self.display_name, self.account, self.phone, self.email):
            field.input.clear()
        self.leave()
        self._context.notify(f"{added.display_name} can now sign in as {added.account_name}.")

    def _refused(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        sentence = explain(error)
        fields = {
            "account_name": self.account,
            "display_name": self.display_name,
            "phone": self.phone,
            "email": self.email,
        }
        if isinstance(error, AccountNameTakenError):
            self.account.set_error(sentence)
            self.account.input.setFocus()
        elif isinstance(error, WeakPasswordError):
            self.password.field.set_error(sentence)
        elif isinstance(error, InvalidInputError) and error.field in fields:
            fields[error.field].set_error(sentence)
        else:
            self.problem.tell("The account was not added.", sentence)
