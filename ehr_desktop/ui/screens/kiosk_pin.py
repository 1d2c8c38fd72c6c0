"""The PIN with which staff leave the kiosk on this workstation."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.explain import explain
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.buttons import primary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.password_field import PasswordField


class KioskPinDrawer(Drawer):
    """Asks for a PIN twice; forgets it when it closes."""

    def __init__(self, context: ScreenContext, host: QWidget) -> None:
        super().__init__(host, "Kiosk PIN")
        self._context = context
        about = Callout(
            Tone.NOTE,
            "Whoever has this PIN can leave the kiosk on this PC.",
            "At the kiosk, press and hold the clinic's name, then enter it. Without a PIN nobody "
            "leaves the kiosk but by ending the program.",
            parent=self,
        )
        self.pin = Field("New PIN", PasswordField(), self, required=True)
        self.again = Field("The same PIN again", PasswordField(), self, required=True)
        self.problem = Failure(self)
        self.save = primary_button("Set the kiosk PIN")
        self.save.clicked.connect(self.submit)
        self.add(about, self.pin, self.again, self.problem)
        self.set_footer(self.save)
        self.closed.connect(self.deleteLater)

    def submit(self) -> None:
        """Choose the PIN if both fields say the same."""
        self.problem.hide()
        self.pin.set_error("")
        is_same = self.pin.input.text() == self.again.input.text()
        self.again.set_error("" if is_same else "This is not the same PIN.")
        if not is_same:
            return
        self.save.setEnabled(False)
        context = self._context
        work = context.clinic.cards.set_exit_pin(context.actor, self.pin.input.text())
        context.bridge.call(self, work, done=self._chosen, failed=self._refused)

    def _chosen(self, _nothing: None) -> None:
        self._context.notify("The kiosk PIN of this PC is set.")
        self.leave()

    def _refused(self, error: BaseException) -> None:
        self.save.setEnabled(True)
        if isinstance(error, InvalidInputError):
            self.pin.set_error(explain(error))
            self.pin.input.setFocus()
            return
        self.problem.tell("The kiosk PIN was not set.", explain(error))
