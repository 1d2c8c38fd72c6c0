"""The card in a patient's registration: who decides, and what can be done about it."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import CardStatus
from ehr_desktop.domain.events import ConsentChanged, Event
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.confirm_words import GUARDIAN_LATER, turned_away_words
from ehr_desktop.ui.models.consent_words import decides
from ehr_desktop.ui.screens.cards.card_sheets import CardSheet, GiveCardSheet, ReplaceCardSheet
from ehr_desktop.ui.screens.cards.confirming import UnconfirmedNotes, counts_at_once
from ehr_desktop.ui.screens.cards.pin_pages import PinSheet
from ehr_desktop.ui.screens.cards.shown_card import FoundCardSheet, GuardianSheet
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.buttons import secondary_button
from ehr_desktop.ui.widgets.labels import Body, Caption, Heading
from ehr_desktop.ui.widgets.layouts import SPRING, column, row
from ehr_desktop.ui.widgets.sheet import Confirmation, Sheet

LOSE = (
    "The card opens nothing from now on. What the patient allowed stays as it was. A new card can "
    "be made after 24 hours, with the custodians, by another member of staff; whoever finds the "
    "card and knows the PIN can undo this."
)


class CardSection(QWidget):
    """Asks for itself, and again when something changes. `told` carries a sentence to say."""

    told = Signal(str)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._patient: PatientSummary | None = None
        self._zone: tzinfo = ZoneInfo("UTC")
        self.status: CardStatus | None = None
        self.sheet: Sheet | None = None
        self.decides = Body("", self, strong=True)
        self.text = Caption("", self)
        self.turned_away = Body("", self)
        self.turned_away.hide()
        self.unconfirmed = UnconfirmedNotes(context, self)
        self.unconfirmed.confirming.told.connect(self.told)
        self.give = secondary_button("Give a card…", icon_name="credit-card")
        self.guardian = secondary_button("Name a guardian…", icon_name="users")
        self.lose = secondary_button("The card is lost…")
        self.found = secondary_button("The card was found…")
        self.replace = secondary_button("New card…", icon_name="credit-card")
        self._buttons = (self.give, self.guardian, self.lose, self.found, self.replace)
        pressed = (self._give, self._name_guardian, self._lose, self._find, self._replace)
        for button, run in zip(self._buttons, pressed, strict=True):
            button.clicked.connect(run)
            button.hide()
        ways = row(*self._buttons, SPRING, spacing=Space.ONE)
        heading = Heading("Card", self, size=TypeSize.MEDIUM)
        shown = (
            heading, self.decides, self.text, self.turned_away, self.unconfirmed, ways,
        )  # fmt: skip
        self.setLayout(column(*shown, spacing=Space.ONE))
        context.bridge.node_event.connect(self._heard)

    def show_patient(self, patient: PatientSummary) -> None:
        """Show the card of a patient."""
        if patient.id != self._patient_id:
            self.status = None
            self.decides.setText("")
            self.text.setText("")
            self.turned_away.hide()
            self.unconfirmed.hide()
            for button in self._buttons:
                button.hide()
        self._patient = patient
        self._ask()

    def _ask(self) -> None:
        if self._patient is not None:
            patient = self._patient
            self._context.bridge.call(
                self,
                self._asked(patient),
                done=lambda answer: self._show(patient, *answer),
                failed=self._failed,
            )

    async def _asked(self, patient: PatientSummary) -> tuple[CardStatus, str]:
        """Ask on the node."""
        clinic = self._context.clinic
        status = await clinic.cards.status(self._context.actor, patient.id)
        return status, (await clinic.session.clinic()).time_zone

    def _show(self, patient: PatientSummary, status: CardStatus, zone: str) -> None:
        if self._patient is None or patient.id != self._patient.id:
            return
        self.status = status
        self._zone = ZoneInfo(zone)
        title, text = decides(status, self._zone)
        self.decides.setText(title)
        self.text.setText(text)
        gone = status.turned_away
        self.turned_away.setText(turned_away_words(gone, self._zone) if gone else "")
        self.turned_away.setVisible(gone is not None)
        self.unconfirmed.show_waiting(status.unconfirmed, self._zone)
        lost = status.lost_since is not None
        self.give.setText("Make the card anew…" if status.taken else "Give a card…")
        self.give.setVisible(not status.decides)
        waits = bool(status.unconfirmed)
        self.guardian.setText("Name a guardian anew…" if waits else "Name a guardian…")
        self.guardian.setVisible(not status.taken and not status.guardians)
        self.lose.setVisible(status.decides and not lost)
        self.found.setVisible(status.decides and lost)
        ready = status.replaceable_from
        self.replace.setVisible(status.decides and lost)
        self.replace.setEnabled(ready is not None and ready <= self._context.now())

    def _heard(self, event: Event) -> None:
        mine = self._patient is not None and self.isVisible()
        if isinstance(event, ConsentChanged) and mine and event.patient == self._patient_id:
            self._ask()

    @property
    def _patient_id(self) -> str:
        return self._patient.id if self._patient is not None else ""

    def _give(self) -> None:
        if self._patient is not None:
            counts = counts_at_once(self._context.actor, self.status)
            sheet = GiveCardSheet(self._context, self.window(), self._patient, counts=counts)
            self._open_card(sheet)

    def _replace(self) -> None:
        if self._patient is not None:
            self._open_card(ReplaceCardSheet(self._context, self.window(), self._patient))

    def _find(self) -> None:
        if self._patient is not None:
            sheet = FoundCardSheet(self._context, self.window(), self._patient)
            self._open(sheet, "The card works again")

    def _name_guardian(self) -> None:
        if self._patient is not None:
            counts = counts_at_once(self._context.actor, self.status)
            sheet = GuardianSheet(self._context, self.window(), self._patient, counts=counts)
            self._open(sheet, "The guardian decides from now on" if counts else GUARDIAN_LATER)

    def _lose(self) -> None:
        question = Confirmation(
            self.window(), "The card is lost", LOSE, "Note as lost", dangerous=True
        )
        question.confirmed.connect(self._lost)
        question.closed.connect(question.deleteLater)
        self.sheet = question
        question.open_over()

    def _lost(self) -> None:
        if self._patient is not None:
            self._context.bridge.call(
                self,
                self._context.clinic.cards.lose(self._context.actor, self._patient.id),
                done=lambda _: self.told.emit("The card is noted as lost"),
                failed=self._failed,
            )

    def _open_card(self, sheet: CardSheet) -> None:
        self._open(sheet, "The patient has a card")

    def _open(self, sheet: PinSheet, words: str) -> None:
        sheet.done.connect(lambda _: self.told.emit(words))
        sheet.closed.connect(sheet.deleteLater)
        self.sheet = sheet
        sheet.begin()

    def _failed(self, error: BaseException) -> None:
        self.text.setText(explain(error))
