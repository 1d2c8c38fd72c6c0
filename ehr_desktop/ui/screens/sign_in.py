"""Signing in: who, and the password that opens that person's keys."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.people import Actor, Clinic
from ehr_desktop.explain import explain
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.shell.gate import BrandMark, Gate
from ehr_desktop.ui.shell.name_chips import NameChips
from ehr_desktop.ui.shell.password_prompt import PasswordPrompt
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.text_field import TextField

SignIn = Callable[[str, str], Coroutine[Any, Any, Actor]]
CHIPS: Final = 4


class SignInScreen(Gate):
    """Emits `signed_in` with the `Actor`. Any refusal says the same sentence.

    `sign_in` is what a name and a password are handed to.
    """

    signed_in = Signal(object)

    def __init__(
        self,
        bridge: NodeBridge,
        clinic: ClinicPort,
        sign_in: SignIn,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._clinic = clinic
        self._sign_in = sign_in
        title = ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold)
        self.clinic_name = Label("", self, font=title, wrap=True)
        self.account = Field("Account name", TextField(), self)
        self.account.input.returnPressed.connect(self._account_entered)
        self.chips = NameChips(self)
        self.chips.picked.connect(self._pick)
        self.prompt = PasswordPrompt("Sign in", self)
        self.prompt.submitted.connect(self._submit)
        heading = column(
            BrandMark(self),
            self.clinic_name,
            Label("Sign in to this workstation", self, level=Level.MUTED),
            spacing=Space.ONE,
        )
        heading.insertSpacing(1, Space.ONE)
        self.body.addLayout(heading)
        self.body.addSpacing(Space.ONE)
        for piece in (self.chips, self.account, self.prompt):
            self.body.addWidget(piece)
        promise = Caption("Your password opens your keys here. It is stored nowhere.", self)
        promise.setWordWrap(False)
        lock = IconLabel("lock", self, size_px=14)
        self.below.addLayout(row(SPRING, lock, promise, SPRING))

    def begin(self) -> None:
        """Start anew, and put the cursor where typing begins."""
        self.prompt.begin()
        self.account.input.clear()
        self.account.input.setEnabled(True)
        self.account.clear_error()
        self.account.input.setFocus()
        self._bridge.call(self, self._clinic.session.clinic(), done=self._name, failed=self._failed)
        self._bridge.call(
            self, self._clinic.session.account_names(), done=self._offer, failed=self._failed
        )

    def _name(self, clinic: Clinic) -> None:
        self.clinic_name.setText(clinic.name)

    def _offer(self, names: tuple[str, ...]) -> None:
        self.chips.offer(names[:CHIPS])

    def _pick(self, name: str) -> None:
        self.account.input.setText(name)
        self._account_entered()

    def _account_entered(self) -> None:
        self.chips.mark(self.account.input.text().strip())
        self.prompt.input.setFocus()

    def _submit(self, password: str) -> None:
        name = self.account.input.text().strip()
        if not name:
            self.account.set_error("Type your account name.")
            self.account.input.setFocus()
            return
        self.account.clear_error()
        self.account.input.setEnabled(False)
        self.prompt.wait()
        work = self._sign_in(name, password)
        self._bridge.call(self, work, done=self._accepted, failed=self._failed)

    def _accepted(self, actor: Actor) -> None:
        self.prompt.begin()
        self.account.input.setEnabled(True)
        self.signed_in.emit(actor)

    def _failed(self, error: BaseException) -> None:
        self.account.input.setEnabled(True)
        self.prompt.refuse(explain(error))
