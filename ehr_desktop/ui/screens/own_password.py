"""A person's own new password."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.errors import SignInRefusedError, WeakPasswordError
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.new_password import NewPassword, PasswordRules
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.password_field import PasswordField


class OwnPasswordDrawer(Drawer):
    """Asks for the old password and a new one; forgets both when it closes."""

    def __init__(self, context: ScreenContext, rules: PasswordRules, host: QWidget) -> None:
        super().__init__(host, "Change my password")
        self._context = context
        self.old = Field("Present password", PasswordField(), self, required=True)
        self.new = NewPassword(rules, self._account_name, self, label="New password")
        self.problem = Failure(self)
        self.save = primary_button("Change password")
        self.save.clicked.connect(self.submit)
        self.add(self.old, self.new, self.problem)
        self.set_footer(self.save)
        self.closed.connect(self.deleteLater)

    def submit(self) -> None:
        """Change the password if both fields hold."""
        self.problem.hide()
        self.old.set_error("" if self.old.input.text() else "Type your present password.")
        if not self.new.check() or self.old.error:
            return
        self.save.setEnabled(False)
        context = self._context
        work = context.clinic.people.change_own_password(
            context.actor, self.old.input.text(), self.new.text
        )
        context.bridge.call(self, work, done=self._changed, failed=self._refused)

    def _account_name(self) -> str:
        return self._context.actor.staff.account_name

    def _changed(self, _nothing: None) -> None:
        self._context.notify("Your password is changed. It holds from the next unlock on.")
        self.leave()

    def _refused(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        if isinstance(error, SignInRefusedError):
            self.old.set_error("This is not your present password.")
            self.old.input.setFocus()
        elif isinstance(error, WeakPasswordError):
            self.new.field.set_error(explain(error))
        else:
            self.problem.tell("The password was not changed.", explain(error))
