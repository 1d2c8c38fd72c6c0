"""Emergency access: a reason, the password again, and what will happen, on one sheet."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QProgressBar, QRadioButton, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import EmergencyAccess, GuardRule
from ehr_desktop.domain.errors import SignInRefusedError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.explain import explain
from ehr_desktop.services.values import OpenChart
from ehr_desktop.ui.models.consent_words import (
    EMERGENCY_MEANS,
    NEEDS_WORDS,
    REASONS,
    emergency_rule_words,
    is_weak,
    reason_words,
)
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import danger_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.password_field import PasswordField
from ehr_desktop.ui.widgets.sheet import Sheet
from ehr_desktop.ui.widgets.text_field import TextField

NOT_YOURS: Final = "That is not your password. Try again."
_WIDTH_PX: Final = 528


class ReasonButton(QRadioButton):
    """`picked` says that it was chosen with the mouse: by arrow keys one may still be choosing."""

    picked = Signal()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.isChecked():
            self.picked.emit()


class EmergencySheet(Sheet):
    """`opened_chart` carries the `EmergencyAccess` and the `OpenChart` it opened."""

    opened_chart = Signal(object, object)

    def __init__(self, context: ScreenContext, host: QWidget, patient: PatientId) -> None:
        super().__init__(host, "Emergency access", width_px=_WIDTH_PX)
        self._context = context
        self._patient = patient
        self.rule = Callout(Tone.NEUTRAL, "", parent=self)
        self.rule.hide()
        self._group = QButtonGroup(self)
        self.reasons: dict[str, ReasonButton] = {}
        for code, words in REASONS.items():
            self.reasons[code] = ReasonButton(words, self)
            self.reasons[code].picked.connect(self._go_on_typing)
            self._group.addButton(self.reasons[code])
        self._group.buttonToggled.connect(self._check)
        self.words = TextField(placeholder="What happened, in a few words")
        self.words_field = Field("In words", self.words, self)
        self.password = PasswordField()
        self._password_field = Field("Your password again", self.password, self)
        self._progress = QProgressBar(self)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Asking the workstations for the emergency key")
        self._progress.hide()
        self._failure = Failure(self)
        self.add(
            Body(EMERGENCY_MEANS, self),
            self.rule,
            column(*self.reasons.values(), spacing=Space.HALF),
            self.words_field,
            self._password_field,
            self._failure,
            self._progress,
        )
        self.go = danger_button("Open in an emergency", icon_name="zap")
        self.cancel = secondary_button("Cancel")
        self.set_buttons(self.go, self.cancel)
        self.go.clicked.connect(self._open)
        self.cancel.clicked.connect(self.leave)
        self.password.textChanged.connect(self._check)
        self.password.returnPressed.connect(self._open)
        self.words.textChanged.connect(self._check)

    @property
    def reason(self) -> str:
        """The code of the reason chosen; empty before."""
        return next((code for code, one in self.reasons.items() if one.isChecked()), "")

    @property
    def password_error(self) -> str:
        """What is wrong with the password."""
        return self._password_field.error

    @property
    def failure(self) -> str:
        """What went wrong; empty if nothing did."""
        return "" if self._failure.isHidden() else self._failure.accessibleName()

    def begin(self) -> None:
        """Open, with nothing of last time in the password field."""
        context = self._context
        self.password.clear()
        self._failure.hide()
        self._wait(now=False)
        self.open_over()
        context.bridge.call(
            self,
            context.clinic.emergency.rule(context.actor),
            done=self._show_rule,
            failed=self._failed,
        )

    def _show_rule(self, rule: GuardRule) -> None:
        tone = Tone.WARNING if is_weak(rule) else Tone.NEUTRAL
        title = "A weaker rule holds here" if is_weak(rule) else "Workstations agree first"
        self.rule.say(tone, title, emergency_rule_words(rule))
        self.rule.show()

    def _go_on_typing(self) -> None:
        untold = self.reason == NEEDS_WORDS and not self.words.text()
        (self.words if untold else self.password).setFocus()

    def _check(self) -> None:
        told = bool(self.words.text().strip()) or self.reason != NEEDS_WORDS
        self.go.setEnabled(bool(self.reason and self.password.text()) and told)

    def _wait(self, *, now: bool) -> None:
        self._progress.setVisible(now)
        for piece in (self.password, self.words, *self.reasons.values()):
            piece.setEnabled(not now)
        self.go.setEnabled(False)
        if not now:
            self._check()

    def _open(self) -> None:
        if not self.go.isEnabled():
            return
        self._password_field.clear_error()
        self._failure.hide()
        self._wait(now=True)
        context = self._context
        context.bridge.call(
            self,
            context.clinic.emergency.open(
                context.actor,
                self._patient,
                password=self.password.text(),
                reason=self.reason,
                words=self.words.text().strip() or reason_words(self.reason),
            ),
            done=self._opened,
            failed=self._failed,
        )

    def _opened(self, answer: tuple[EmergencyAccess, OpenChart]) -> None:
        self.password.clear()
        self._wait(now=False)
        self.leave()
        self.opened_chart.emit(*answer)

    def _failed(self, error: BaseException) -> None:
        self.password.clear()
        self._wait(now=False)
        if isinstance(error, SignInRefusedError):
            self._password_field.set_error(NOT_YOURS)
            self.password.setFocus()
            return
        self._failure.tell("The record stays closed", explain(error))
