"""Oversight: emergency access to review, patients' questions to answer, erasures to follow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import EmergencyReview, Erasure, Finding
from ehr_desktop.domain.events import ConsentChanged, EmergencyOpened, Event, PatientErased
from ehr_desktop.domain.people import Clinic, Role
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.erasing.certificate import certificate
from ehr_desktop.ui.screens.erasing.confirm_sheet import ConfirmErasureSheet
from ehr_desktop.ui.screens.erasing.erasure_card import ErasureCard
from ehr_desktop.ui.screens.on_paper import PaperJob
from ehr_desktop.ui.screens.oversight.names import named, names_of
from ehr_desktop.ui.screens.oversight.questions import Question, QuestionCard
from ehr_desktop.ui.screens.oversight.reviews import ReviewCard
from ehr_desktop.ui.shell.context import Overseen, ScreenContext, ShowOverseen, Wish
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.card_list import CardList
from ehr_desktop.ui.widgets.empty_state import EmptyState
from ehr_desktop.ui.widgets.labels import Heading
from ehr_desktop.ui.widgets.layouts import column
from ehr_desktop.ui.widgets.tabs import Tabs

PAGES_OF: Final[dict[Role, tuple[Overseen, ...]]] = {
    Role.ADMINISTRATOR: (Overseen.REVIEWS, Overseen.QUESTIONS, Overseen.ERASURES),
    Role.DOCTOR: (Overseen.REVIEWS, Overseen.ERASURES),
    Role.RECEPTIONIST: (Overseen.QUESTIONS,),
    Role.NURSE: (),
}
_TITLES: Final = {
    Overseen.REVIEWS: "Emergency access",
    Overseen.QUESTIONS: "Patients' questions",
    Overseen.ERASURES: "Erasures",
}


@dataclass(frozen=True, slots=True)
class NamedErasure:
    """An erasure and whose, as far as that can be read."""

    erasure: Erasure
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the screen shows to one role."""

    clinic: Clinic
    reviews: tuple[EmergencyReview, ...] = ()
    questions: tuple[Question, ...] = ()
    erasures: tuple[NamedErasure, ...] = ()


async def overview(context: ScreenContext) -> Overview:
    """Ask on the node for what this role looks at; questions without an answer first."""
    pages, actor, ask = PAGES_OF[context.actor.role], context.actor, context.clinic
    clinic = await ask.session.clinic()
    reviews = await ask.emergency.reviews(actor) if Overseen.REVIEWS in pages else ()
    asked = await ask.sharing.questions(actor) if Overseen.QUESTIONS in pages else ()
    erasures = await ask.erasing.all(actor) if Overseen.ERASURES in pages else ()
    names = await names_of(context, [one[1] for one in asked] + [one.patient for one in erasures])
    questions = tuple(
        Question(key, patient, *names.get(patient, ("", "")), look, text, answer)
        for key, patient, look, text, answer in sorted(asked, key=lambda one: bool(one[4]))
    )
    known = tuple(NamedErasure(one, *names.get(one.patient, ("", ""))) for one in erasures)
    return Overview(clinic, reviews, questions, known)


class OversightScreen(QWidget):
    """A tab for each thing this role looks at."""

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._clinic: Clinic | None = None
        self.sheet: ConfirmErasureSheet | None = None
        self.reviews = CardList[EmergencyReview](
            self._review_card, EmptyState("shield-check", "No emergency access was ever used")
        )
        self.questions = CardList[Question](
            self._question_card, EmptyState("message-square", "No patient has asked anything")
        )
        self.erasures = CardList[NamedErasure](
            self._erasure_card, EmptyState("trash-2", "No record is to be erased")
        )
        self.tabs = Tabs("Oversight", self)
        self.pages = PAGES_OF[context.actor.role]
        lists: dict[Overseen, QWidget] = {
            Overseen.REVIEWS: self.reviews,
            Overseen.QUESTIONS: self.questions,
            Overseen.ERASURES: self.erasures,
        }
        for page, shown in lists.items():
            shown.setParent(self)
            shown.hide()
            if page in self.pages:
                self.tabs.addTab(shown, _TITLES[page])
        title = Heading("Oversight", self, size=TypeSize.DISPLAY)
        whole = column(title, self.tabs, spacing=Space.TWO, margin=Space.THREE)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self.setFocusProxy(self.tabs.tabBar())
        context.bridge.node_event.connect(self._heard)

    def shortcuts(self) -> tuple[tuple[str, str], ...]:
        """Give the keys of this screen."""
        return (("Ctrl+Tab", "Next page"),)

    def grant(self, wish: Wish) -> None:
        """Show the page that is wanted."""
        if isinstance(wish, ShowOverseen) and wish.page in self.pages:
            self.tabs.setCurrentIndex(self.pages.index(wish.page))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _heard(self, event: Event) -> None:
        if self.isVisible() and isinstance(event, (ConsentChanged, EmergencyOpened, PatientErased)):
            self._ask()

    def _ask(self) -> None:
        self._context.bridge.call(
            self, overview(self._context), done=self._show, failed=self._failed
        )

    def _show(self, seen: Overview) -> None:
        self._clinic = seen.clinic
        self.reviews.show_values(seen.reviews)
        self.questions.show_values(seen.questions)
        self.erasures.show_values(seen.erasures)
        open_ones = {
            Overseen.REVIEWS: sum(one.finding is None for one in seen.reviews),
            Overseen.QUESTIONS: sum(not one.answer for one in seen.questions),
            Overseen.ERASURES: sum(one.erasure.confirmed is None for one in seen.erasures),
        }
        for at, page in enumerate(self.pages):
            count = f" ({open_ones[page]})" if open_ones[page] else ""
            self.tabs.setTabText(at, _TITLES[page] + count)

    def _review_card(self, review: EmergencyReview) -> ReviewCard:
        own = review.person == self._context.actor.id
        card = ReviewCard(review, self._zone, self._now(), own=own)
        card.reviewed.connect(self._review)
        return card

    def _review(self, claim: str, finding: Finding, words: str) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.emergency.review(context.actor, claim, finding, words),
            done=lambda _: self._done("The review is written down"),
            failed=self._failed,
        )

    def _question_card(self, question: Question) -> QuestionCard:
        card = QuestionCard(question, self._zone)
        card.answered.connect(self._answer)
        return card

    def _answer(self, question: str, text: str) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.sharing.answer(context.actor, question, text),
            done=lambda _: self._done("Answered. The patient reads it at the kiosk"),
            failed=self._failed,
        )

    def _erasure_card(self, one: NamedErasure) -> ErasureCard:
        erasure = one.erasure
        who = named(one.name, one.number, erasure.patient)
        role, today = self._context.actor.role, self._now().date()
        card = ErasureCard(erasure, who, role, today, self._zone)
        card.confirm_wanted.connect(lambda: self._confirm(erasure, who))
        card.cancel_wanted.connect(lambda: self._cancel(erasure))
        card.certificate_wanted.connect(lambda: self._print(erasure, one.number))
        return card

    def _confirm(self, erasure: Erasure, who: str) -> None:
        sheet = ConfirmErasureSheet(self._context, self.window(), erasure, who)
        sheet.confirmed.connect(lambda _: self._done("The record is being destroyed"))
        sheet.closed.connect(sheet.deleteLater)
        self.sheet = sheet
        sheet.open_over()

    def _cancel(self, erasure: Erasure) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.erasing.cancel(context.actor, erasure.patient),
            done=lambda _: self._done("The record is not erased"),
            failed=self._failed,
        )

    def _print(self, erasure: Erasure, number: str) -> None:
        context = self._context
        context.bridge.call(
            self,
            context.clinic.erasing.certificate(context.actor, erasure.patient),
            done=lambda newest: self._print_newest(newest, number),
            failed=self._failed,
        )

    def _print_newest(self, erasure: Erasure, number: str) -> None:
        if self._clinic is None:
            return
        name = self._context.actor.staff.display_name
        page = certificate(erasure, self._clinic, number, name, self._now(), self._zone)
        job = PaperJob(self, f"erasure-{erasure.patient[:8]}.pdf")
        job.done.connect(self._context.notify)
        job.begin(page.print_)

    def _done(self, words: str) -> None:
        self._context.notify(words)
        self._ask()

    def _failed(self, error: BaseException) -> None:
        self._context.notify(explain(error))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._clinic.time_zone if self._clinic is not None else "UTC")

    def _now(self) -> datetime:
        return self._context.now().astimezone(self._zone)
