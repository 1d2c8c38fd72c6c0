"""The first start: a clinic, its hours, its first administrator."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from ehr_desktop.domain.errors import AccountNameTakenError, InvalidInputError, WeakPasswordError
from ehr_desktop.domain.people import Clinic, Role
from ehr_desktop.explain import explain
from ehr_desktop.services.values import Founding, NewAccount
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.screens.new_password import NewPassword, PasswordRules
from ehr_desktop.ui.screens.opening_hours import OpeningHoursEditor
from ehr_desktop.ui.screens.proposer_choice import ProposerChoice
from ehr_desktop.ui.screens.welcome import Welcome
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import ghost_button, primary_button
from ehr_desktop.ui.widgets.choice_field import ComboField
from ehr_desktop.ui.widgets.failure import Failure
from ehr_desktop.ui.widgets.field import FIELD_WIDTH_PX, Field
from ehr_desktop.ui.widgets.form import FormColumn
from ehr_desktop.ui.widgets.labels import Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.scrolling import Scrolling
from ehr_desktop.ui.widgets.text_field import TextField

LONGEST_NAME: Final = 120
DEFAULT_ZONE: Final = "Europe/London"


@dataclass(frozen=True, slots=True)
class FoundingWork:
    """What the set-up screen needs from outside. `found` makes the clinic on the node's loop."""

    found: Callable[[Founding], Coroutine[Any, Any, None]]
    rules: PasswordRules
    workstation_name: str


def detected_zone() -> str:
    """Give the IANA time zone this computer is set to."""
    zone = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return zone if zone in available_timezones() else DEFAULT_ZONE


class SetUpScreen(QWidget):
    """Emits `founded` once the clinic is there, and `left` if there is a way back and it is
    taken.
    """

    founded = Signal()
    left = Signal()

    def __init__(
        self, bridge: NodeBridge, work: FoundingWork, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._work = work
        self.form = FormColumn(self)
        self.form.setFixedWidth(FIELD_WIDTH_PX)
        self._build_clinic()
        self._build_administrator()
        self._build_agreement()
        self.problem = Failure(self)
        self.button = primary_button("Create the clinic")
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(self.submit)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Creating the clinic")
        self.progress.hide()
        self.back = ghost_button("Back", icon_name="arrow-left")
        self.back.clicked.connect(self.left)
        self.back.hide()
        self.form.add(self.problem, self.button, self.progress, row(self.back, SPRING))
        line = row(Welcome(self), self._scrolling(), spacing=0)
        line.setStretch(0, 2)
        line.setStretch(1, 3)
        self.setLayout(line)

    def begin(self) -> None:
        """Put the cursor into the first field."""
        self.name.input.setFocus()

    def submit(self) -> None:
        """Create the clinic if everything fits, else say beside each field what does not."""
        self.problem.hide()
        if not self._holds():
            self.form.focus_first_error()
            return
        self._wait(waiting=True)
        work = self._work.found(self._founding())
        self._bridge.call(self, work, done=self._founded, failed=self._refused)

    def _build_clinic(self) -> None:
        self.form.section("Your clinic", "Shown at sign-in and in the day book.")
        self.name = self.form.field(
            "Name of the clinic", TextField(placeholder="Harbour Street Practice"), required=True
        )
        self.name.input.setMaxLength(LONGEST_NAME)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.zone = self.form.field(
            "Time zone",
            ComboField([pair for pair in zones if "/" in pair[0] or pair[0] == "UTC"]),
            help_text="Taken from this computer.",
        )
        self.zone.input.choose(DEFAULT_ZONE)
        self.zone.input.choose(detected_zone())
        self.hours = OpeningHoursEditor(self)
        self.form.section("Opening hours")
        self.form.add(self.hours)

    def _build_administrator(self) -> None:
        self.form.section(
            "First administrator",
            "Adds the others. An administrator's keys do not open medical records.",
        )
        self.display_name = self.form.field(
            "Full name", TextField(placeholder="Amara Osei"), required=True
        )
        self.account = self.form.field(
            "Account name",
            TextField(placeholder="amara.osei"),
            required=True,
            help_text="What you type to sign in.",
        )
        self.phone = Field("Phone", TextField(), self)
        self.email = Field("E-mail", TextField(), self)
        self.form.side_by_side(self.phone, self.email)
        for field in (self.display_name, self.account, self.phone, self.email):
            field.input.setMaxLength(LONGEST_NAME)
        self.password = NewPassword(self._work.rules, self._account_name, self)
        self.form.add(self.password)

    def _build_agreement(self) -> None:
        self.form.section(
            "Several workstations",
            "More computers can join later. This says who writes the next block; what is final "
            "is decided by all of them either way.",
        )
        self.proposers = ProposerChoice(self)
        self.form.add(self.proposers)

    def _scrolling(self) -> Scrolling:
        title = Label(
            "Set up your clinic",
            self,
            font=ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold),
        )
        remark = Label("Two minutes, and you can sign in.", self, level=Level.MUTED)
        inner = column(
            column(title, remark, spacing=Space.HALF), self.form, SPRING, spacing=Space.THREE
        )
        inner.setContentsMargins(Space.FOUR, Space.SIX, Space.FOUR, Space.SIX)
        return Scrolling(boxed(row(SPRING, boxed(inner), SPRING, spacing=0)), self)

    def _account_name(self) -> str:
        return self.account.input.text().strip()

    def _holds(self) -> bool:
        for field, sentence in (
            (self.name, "Give the clinic a name."),
            (self.display_name, "Write the administrator's full name."),
            (self.account, "Choose an account name."),
        ):
            field.set_error("" if field.input.text().strip() else sentence)
        if any(mark.isspace() for mark in self._account_name()):
            self.account.set_error("An account name has no spaces.")
        email = self.email.input.text().strip()
        self.email.set_error("Write it as name@place." if email and "@" not in email else "")
        checks = (self.hours.check(), self.password.check())
        fields = (self.name, self.display_name, self.account, self.email)
        return all(checks) and not any(field.error for field in fields)

    def _founding(self) -> Founding:
        return Founding(
            Clinic(self.name.input.text().strip(), self.zone.input.key, self.hours.hours()),
            NewAccount(
                account_name=self._account_name(),
                display_name=self.display_name.input.text().strip(),
                role=Role.ADMINISTRATOR,
                password=self.password.text,
                phone=self.phone.input.text().strip(),
                email=self.email.input.text().strip(),
            ),
            self._work.workstation_name,
            self.proposers.mode,
        )

    def _founded(self, _nothing: None) -> None:
        self._wait(waiting=False)
        self.password.clear()
        self.founded.emit()

    def _refused(self, error: BaseException) -> None:
        self._wait(waiting=False)
        sentence = explain(error)
        if isinstance(error, WeakPasswordError):
            self.password.field.set_error(sentence)
        elif isinstance(error, AccountNameTakenError):
            self.account.set_error(sentence)
        elif isinstance(error, InvalidInputError) and error.field in self._fields():
            self._fields()[error.field].set_error(sentence)
        else:
            self.problem.tell("The clinic could not be created.", sentence)
        self.form.focus_first_error()

    def _fields(self) -> dict[str, Field[Any]]:
        return {
            "name": self.name,
            "time_zone": self.zone,
            "account_name": self.account,
            "display_name": self.display_name,
            "phone": self.phone,
            "email": self.email,
        }

    def _wait(self, *, waiting: bool) -> None:
        self.button.setEnabled(not waiting)
        self.back.setEnabled(not waiting)
        self.button.setText("Creating the clinic…" if waiting else "Create the clinic")
        self.progress.setVisible(waiting)
