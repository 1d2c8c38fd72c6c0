"""Giving a patient a card: the first one, and a new one for one that was lost."""

from collections.abc import Coroutine
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.dates import shown_date
from ehr_desktop.domain.consent import CONTROLLED, GuardRule, NewCard
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Clinic
from ehr_desktop.explain import explain
from ehr_desktop.ui.models.confirm_words import LATER
from ehr_desktop.ui.models.consent_words import CARD_MEANS, KEEP_MEANS, is_weak, pin_rule_words
from ehr_desktop.ui.screens.cards.card_face import CardFace, CardFaceView, print_card
from ehr_desktop.ui.screens.cards.pin_pages import PinSheet
from ehr_desktop.ui.screens.on_paper import PaperJob
from ehr_desktop.ui.shell.context import ScreenContext
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.buttons import Button, ghost_button, primary_button, secondary_button
from ehr_desktop.ui.widgets.callout import Callout
from ehr_desktop.ui.widgets.category_ticks import CategoryTicks
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.labels import Body, Heading, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row
from ehr_desktop.ui.widgets.text_field import TextField

ONCE: Final = (
    "This card is shown once. Nobody can show it again: print it or write the code down before you "
    "close this."
)
_FIRST_SHARES: Final = 2
_MOST_SHARES: Final = 16


class CardSheet(PinSheet):
    """Ends with the card, which only *I have given the card to the patient* takes away."""

    def __init__(
        self, context: ScreenContext, host: QWidget, patient: PatientSummary, title: str
    ) -> None:
        super().__init__(context, host, title, twice=True)
        self.patient = patient
        self._clinic = ""
        self.rule = Callout(Tone.NEUTRAL, "", parent=self)
        self.rule.hide()
        self.face = CardFaceView(self)
        self._said = Body("", self, level=Level.MUTED)
        once = Callout(Tone.WARNING, ONCE, parent=self)
        shown = row(SPRING, self.face, SPRING)
        self.later = Body(LATER, self)
        self.later.hide()
        words = (once, shown, self.later, self._said)
        self._card_page = boxed(column(*words, spacing=Space.TWO), self)
        self.add_page(self._card_page)
        self.given = primary_button("I have given the card to the patient")
        self.print = secondary_button("Print…", icon_name="printer")
        self.given.clicked.connect(self._give)
        self.print.clicked.connect(self._print)

    @override
    def other_buttons(self) -> tuple[Button, ...]:
        return (self.cancel, self.print, self.given)

    @override
    def begin(self) -> None:
        self._show_card(None)
        super().begin()
        self.context.bridge.call(self, self._ask(), done=self._show_rule, failed=self._rule_unknown)

    @override
    def leave(self) -> None:
        # what is gone from here is gone for good, so Esc does not take it away
        if self.face.face is None:
            super().leave()

    @override
    def after(self, result: object) -> None:
        if isinstance(result, NewCard):
            number = self.patient.demographics.record_number
            today = shown_date(self._today())
            self._show_card(
                CardFace(
                    clinic=self._clinic,
                    name=self.patient.name,
                    number=f"{number} · card {result.generation} · {today}".strip(" ·"),
                    code=result.code,
                )
            )
            self.show_page(self._card_page)
            self.given.setFocus()

    async def _ask(self) -> tuple[GuardRule, Clinic]:
        """Ask on the node."""
        ask = self.context.clinic
        return await ask.cards.guard_rule(self.context.actor), await ask.session.clinic()

    def _show_rule(self, answer: tuple[GuardRule, Clinic]) -> None:
        rule, clinic = answer
        self._clinic = clinic.name
        weak = is_weak(rule)
        title = "How the PIN is guarded here: a weaker rule" if weak else "How the PIN is guarded"
        self.rule.say(Tone.WARNING if weak else Tone.NEUTRAL, title, pin_rule_words(rule))
        self.rule.show()

    def _rule_unknown(self, error: BaseException) -> None:
        self.rule.say(Tone.DANGER, explain(error))
        self.rule.show()

    def _show_card(self, face: CardFace | None) -> None:
        shown = face is not None
        self.face.show_face(face)
        self._said.setText("")
        self.next.setVisible(not shown)
        self.cancel.setVisible(not shown)
        self.given.setVisible(shown)
        self.print.setVisible(shown)

    def _give(self) -> None:
        self._show_card(None)
        self.leave()

    def _print(self) -> None:
        face = self.face.face
        if face is not None:
            job = PaperJob(self, "card.pdf")
            job.done.connect(self._printed)
            job.begin(lambda device: print_card(device, face))

    def _printed(self, words: str) -> None:
        if words.startswith("Saved"):
            words += ". Delete the file once it is printed: who has it has the card."
        self._said.setText(words)

    def _today(self) -> date:
        return self.context.now().date()


class GiveCardSheet(CardSheet):
    """What a card means, what the care team keeps, the PIN, the card."""

    def __init__(
        self, context: ScreenContext, host: QWidget, patient: PatientSummary, *, counts: bool
    ) -> None:
        super().__init__(context, host, patient, "Give a card")
        self.later.setVisible(not counts)
        means = CARD_MEANS if counts else f"{CARD_MEANS} {LATER}"
        self.keep = CategoryTicks(KEEP_MEANS, self)
        self.keep.offer(CONTROLLED, CONTROLLED)
        self.put_together(
            Body(means, self),
            Heading(KEEP_MEANS, self, size=TypeSize.MEDIUM),
            self.keep,
            self.rule,
        )

    @override
    def work(self, pin: str) -> Coroutine[Any, Any, object]:
        cards = self.context.clinic.cards
        return cards.take(self.context.actor, self.patient.id, pin, self.keep.chosen)


class ReplaceCardSheet(CardSheet):
    """The custodians' shares, a new PIN, a new card."""

    def __init__(self, context: ScreenContext, host: QWidget, patient: PatientSummary) -> None:
        super().__init__(context, host, patient, "Make a new card")
        self.shares: list[TextField] = []
        self._fields = column(spacing=Space.TWO)
        self.more = ghost_button("Another share", icon_name="plus")
        self.more.clicked.connect(self._add_share)
        text = (
            "The custodians type in their paper shares. They give the patient's keys back for this "
            "one new card, and are kept nowhere. What the patient allowed stays as it was."
        )
        self.put_together(Body(text, self), self._fields, row(self.more, SPRING), self.rule)
        for _ in range(_FIRST_SHARES):
            self._add_share()

    @override
    def begin(self) -> None:
        super().begin()
        self.shares[0].setFocus()

    @override
    def work(self, pin: str) -> Coroutine[Any, Any, object]:
        typed = [field.text().strip() for field in self.shares if field.text().strip()]
        cards = self.context.clinic.cards
        return cards.replace(self.context.actor, self.patient.id, pin, typed)

    @override
    def after(self, result: object) -> None:
        for field in self.shares:
            field.clear()
        super().after(result)

    def _add_share(self) -> None:
        field = TextField(placeholder="The words on the paper")
        self.shares.append(field)
        self._fields.addWidget(Field(f"Share {len(self.shares)}", field, self))
        self.more.setVisible(len(self.shares) < _MOST_SHARES)
