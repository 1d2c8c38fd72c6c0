"""New keys under a new password for somebody who forgot the old one."""

from typing import Final

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.errors import WeakPasswordError
from ehr_desktop.domain.people import Staff
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.new_password import NewPassword, PasswordRules
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.labels import Body, Level

_REMARK: Final = (
    "Make sure that this is really {name}. Then let them choose and type the new password "
    "themselves; nobody else should know it. The old password and its keys end everywhere at once."
)
_KEYS: Final = (
    "Colleagues who are signed in hand the keys of records on by themselves, on any workstation. "
    "If nobody of the team is left, the custodians' papers can: see Recovery."
)


class ForgottenPasswordDrawer(Drawer):
    """For one person; forgets what was typed when it closes."""

    def __init__(
        self, context: ScreenContext, rules: PasswordRules, person: Staff, host: QWidget
    ) -> None:
        super().__init__(host, f"New password for {person.display_name}")
        self._context, self._person = context, person
        self.password = NewPassword(rules, self._account_name, self, label="New password")
        self.problem = Failure(self)
        self.save = primary_button("Set the new password")
        self.save.clicked.connect(self.submit)
        cancel = secondary_button("Cancel")
        cancel.clicked.connect(self.leave)
        self.add(
            Body(_REMARK.format(name=person.display_name), self, level=Level.MUTED),
            self.password,
            Callout(Tone.NOTE, "What they can read", _KEYS, parent=self),
            self.problem,
        )
        self.set_footer(self.save, cancel)
        self.closed.connect(self.password.clear)
        self.closed.connect(self.deleteLater)

    def submit(self) -> None:
        """Renew the account if the password holds."""
        self.problem.hide()
        if not self.password.check():
            return
        self.save.setEnabled(False)
        context = self._context
        work = context.clinic.recovery.renew_account(
            context.actor, self._person.id, self.password.text
        )
        context.bridge.call(self, work, done=self._renewed, failed=self._refused)

    def _account_name(self) -> str:
        return self._person.account_name

    def _renewed(self, renewed: Staff) -> None:
        self._context.notify(f"{renewed.display_name} signs in with the new password from now on.")
        self.leave()

    def _refused(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        if isinstance(error, WeakPasswordError):
            self.password.field.set_error(explain(error))
            return
        self.problem.tell("The password was not changed.", explain(error))
