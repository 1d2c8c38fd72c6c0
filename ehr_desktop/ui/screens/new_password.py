"""Choosing a password: how good it is, or a pass-phrase with one click."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QProgressBar, QWidget

from ehr_desktop.domain.errors import WeakPasswordError
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Strength
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import ghost_button, secondary_button
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Caption, Mono
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.password_field import PasswordField

_WORDS: Final = ("Not accepted", "Weak", "Fair", "Good", "Strong")
_TONES: Final = (Tone.DANGER, Tone.WARNING, Tone.WARNING, Tone.SUCCESS, Tone.SUCCESS)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """How passwords are judged and pass-phrases are made (`services/passwords.py`)."""

    strength: Callable[[str, str], Strength]
    suggest: Callable[[], str]


class NewPassword(QWidget):
    """A password field with its strength, and a suggestion to write down.

    `account_name` tells what the password must not contain.
    """

    def __init__(
        self,
        rules: PasswordRules,
        account_name: Callable[[], str],
        parent: QWidget | None = None,
        *,
        label: str = "Password",
    ) -> None:
        super().__init__(parent)
        self._rules = rules
        self._account_name = account_name
        self.field = Field(
            label, PasswordField(), self, required=True, help_text="At least 15 characters."
        )
        self.field.input.textChanged.connect(self._judge)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 4)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Strength of the password")
        self._verdict = Caption("", self)
        self._verdict.setWordWrap(False)
        self._meter = QWidget(self)
        self._meter.setLayout(row(self._bar, self._verdict, spacing=Space.ONE_AND_HALF))
        self._meter.hide()
        self.suggest_button = ghost_button("Suggest a pass-phrase", icon_name="key-round")
        self.suggest_button.clicked.connect(self.suggest)
        self._phrase = Mono("", self)
        self._phrase.setAccessibleName("Suggested pass-phrase")
        self.copy_button = secondary_button("Copy", icon_name="copy")
        self.copy_button.clicked.connect(self._copy)
        self._slip = self._build_slip()
        self._slip.hide()
        line = row(self.suggest_button, SPRING)
        pieces = column(self.field, self._meter, line, self._slip, spacing=Space.ONE)
        self.setLayout(pieces)

    @property
    def text(self) -> str:
        """The password as typed."""
        return self.field.input.text()

    @property
    def phrase(self) -> str:
        """The pass-phrase that is shown; empty if none was asked for."""
        return self._phrase.text()

    def check(self) -> bool:
        """Tell whether the password is accepted; say beside the field why not."""
        if not self.text:
            self.field.set_error("Choose a password, or take a suggestion.")
            return False
        reason = self._strength().reason
        self.field.set_error(explain(WeakPasswordError(reason)) if reason else "")
        return not reason

    def suggest(self) -> None:
        """Fill in a new pass-phrase and show it, to be written down."""
        phrase = self._rules.suggest()
        self._phrase.setText(phrase)
        self._slip.show()
        self.field.clear_error()
        self.field.input.setText(phrase)
        self.copy_button.setText("Copy")

    def clear(self) -> None:
        """Forget what was typed and suggested."""
        self.field.input.clear()
        self.field.input.setEchoMode(QLineEdit.EchoMode.Password)
        self._phrase.clear()
        self._slip.hide()

    def _build_slip(self) -> QFrame:
        slip = QFrame(self)
        slip.setProperty("look", "well")
        advice = Caption("Write it down and keep the paper safe. Nobody can look it up.", slip)
        line = row(self._phrase, SPRING, self.copy_button)
        inner = column(line, advice, spacing=Space.ONE)
        inner.setContentsMargins(Space.TWO, Space.ONE_AND_HALF, Space.TWO, Space.ONE_AND_HALF)
        slip.setLayout(inner)
        return slip

    def _strength(self) -> Strength:
        return self._rules.strength(self.text, self._account_name())

    def _judge(self) -> None:
        self._meter.setVisible(bool(self.text))
        score = self._strength().score
        self._bar.setValue(score)
        self._verdict.setText(_WORDS[score])
        self._verdict.set_tone(_TONES[score])
        if self.field.error and not self._strength().reason:
            self.field.clear_error()
        if self.phrase and self.text != self.phrase:
            self._phrase.clear()
            self._slip.hide()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.phrase)
        self.copy_button.setText("Copied")
