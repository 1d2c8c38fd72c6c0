"""Confirming an erasure as the second person, with the password again."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import Erasure
from ehr_desktop.domain.errors import SignInRefusedError
from ehr_desktop.explain import explain
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.widgets.buttons import danger_button, secondary_button
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.password_field import PasswordField
from ehr_desktop.ui.widgets.sheet import Sheet

MEANS: Final = (
    "Every workstation destroys the keys and every copy of this record, those that are off as soon "
    "as they are back. Nothing brings it back afterwards: no key, no backup, no administrator."
)
NOT_YOURS: Final = "That is not your password. Try again."


class ConfirmErasureSheet(Sheet):
    """`confirmed` carries the `Erasure`."""

    confirmed = Signal(object)

    def __init__(self, context: ScreenContext, host: QWidget, erasure: Erasure, who: str) -> None:
        super().__init__(host, "Destroy this record", width_px=528)
        self._context, self._erasure = context, erasure
        self.password = PasswordField()
        self._password_field = Field("Your password again", self.password, self)
        self._failure = Failure(self)
        self.add(
            Body(who, self, strong=True), Body(MEANS, self), self._password_field, self._failure
        )
        self.go = danger_button("Destroy the record", icon_name="trash-2")
        self.go.setEnabled(False)
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.go, self.cancel)
        self.go.clicked.connect(self._confirm)
        self.cancel.clicked.connect(self.leave)
        self.password.textChanged.connect(self._check)

    @property
    def error(self) -> str:
        """What is wrong with the password."""
        return self._password_field.error

    @override
    def leave(self) -> None:
        self.password.clear()
        super().leave()

    def _check(self) -> None:
        self.go.setEnabled(bool(self.password.text()))

    def _confirm(self) -> None:
        self.go.setEnabled(False)
        self._failure.hide()
        self._password_field.clear_error()
        context = self._context
        context.bridge.call(
            self,
            context.clinic.erasing.confirm(
                context.actor, self._erasure.patient, password=self.password.text()
            ),
            done=self._confirmed,
            failed=self._failed,
        )

    def _confirmed(self, erasure: Erasure) -> None:
        self.leave()
        self.confirmed.emit(erasure)

    def _failed(self, error: BaseException) -> None:
        self.password.clear()
        if isinstance(error, SignInRefusedError):
            self._password_field.set_error(NOT_YOURS)
            self.password.setFocus()
            return
        self._failure.tell("Nothing was destroyed", explain(error))
