"""Cards of Today about consent: whom one asked, what waits for a clinician, what to look at."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.consent import AccessRequest, RequestState, UnconfirmedCard
from ehr_desktop.domain.events import (
    ConsentChanged,
    EmergencyOpened,
    Event,
    PatientErased,
    RequestAnswered,
)
from ehr_desktop.domain.people import Clinic
from ehr_desktop.ui.models.chart_times import shown_moment
from ehr_desktop.ui.models.confirm_words import waiting_line, waiting_title
from ehr_desktop.ui.models.consent_words import asked_words, request_words
from ehr_desktop.ui.screens.cards.confirming import Confirming
from ehr_desktop.ui.screens.oversight.names import named
from ehr_desktop.ui.screens.patients.words import counted
from ehr_desktop.ui.screens.today.consent_work import ConsentWork, consent_work
from ehr_desktop.ui.screens.today.work_line import WorkLine
from ehr_desktop.ui.shell.context import Overseen, Place, ScreenContext, ShowOverseen
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.buttons import Button, secondary_button
from ehr_desktop.ui.widgets.card import Card
from ehr_desktop.ui.widgets.layouts import column, fill

MOST_REQUESTS: Final = 4
MOST_UNCONFIRMED: Final = 3
_MARKS: Final = {
    RequestState.OPEN: "hourglass",
    RequestState.GRANTED: "lock-open",
    RequestState.REFUSED: "ban",
}


class ConsentColumn(QWidget):
    """Three cards, each hidden while it has nothing to tell, and with them the column: so the
    screen around it says when to `ask`. `chart_wanted` carries whose chart.
    """

    chart_wanted = Signal(object)

    def __init__(self, context: ScreenContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._zone = ZoneInfo("UTC")
        self._work: ConsentWork | None = None
        self._lines: list[QWidget] = []
        self.asked = Card("Asked for access", self, margin=Space.TWO)
        self.unconfirmed = Card(waiting_title(1), self, margin=Space.TWO)
        self.confirming = Confirming(context, self)
        self.confirming.told.connect(context.notify)
        self.look = Card("To look at", self, margin=Space.TWO)
        cards = (self.asked, self.unconfirmed, self.look)
        for card in cards:
            card.hide()
        self.setLayout(column(*cards, spacing=Space.TWO))
        self.hide()
        context.bridge.node_event.connect(self._heard)
        self.ask()

    def ask(self) -> None:
        """Ask anew."""
        self._context.bridge.call(self, self._asked(), done=self._show, failed=lambda _: None)

    async def _asked(self) -> tuple[Clinic, ConsentWork]:
        """Ask on the node."""
        clinic = await self._context.clinic.session.clinic()
        now = self._context.now().astimezone(ZoneInfo(clinic.time_zone))
        return clinic, await consent_work(self._context, now.date())

    def _heard(self, event: Event) -> None:
        parent = self.parentWidget()
        tells = (ConsentChanged, RequestAnswered, EmergencyOpened, PatientErased)
        if isinstance(event, tells) and parent is not None and parent.isVisible():
            self.ask()

    def _show(self, answer: tuple[Clinic, ConsentWork]) -> None:
        clinic, work = answer
        if work == self._work:
            return
        self._work = work
        self._zone = ZoneInfo(clinic.time_zone)
        for old in self._lines:
            old.hide()
            old.deleteLater()
        told = [one for one in work.requests if one[0].state in _MARKS]
        requests = [self._request(*one) for one in told[:MOST_REQUESTS]]
        waiting = self._unconfirmed(work.unconfirmed)
        looks = self._looks(work)
        self._lines = [*requests, *waiting, *looks]
        fill(self.asked.body, *requests)
        fill(self.unconfirmed.body, *waiting)
        fill(self.look.body, *looks)
        self.unconfirmed.heading.setText(waiting_title(len(work.unconfirmed)))
        self.unconfirmed.setVisible(bool(waiting))
        self.asked.setVisible(bool(requests))
        self.look.setVisible(bool(looks))
        self.setVisible(bool(self._lines))

    def _request(self, request: AccessRequest, name: str) -> QWidget:
        words, tone = request_words(request.state)
        who = named(name, "", request.patient)
        ways: list[Button] = []
        if request.state is RequestState.GRANTED:
            button = secondary_button("Open chart")
            button.setAccessibleName(f"Open the chart of {who}")
            button.clicked.connect(lambda: self.chart_wanted.emit(request.patient))
            ways.append(button)
        told = f"{words}: {asked_words(request, self._zone)}"
        return WorkLine(_MARKS[request.state], tone, who, told, *ways)

    def _unconfirmed(self, waiting: tuple[UnconfirmedCard, ...]) -> list[QWidget]:
        found: list[QWidget] = []
        for one in waiting[:MOST_UNCONFIRMED]:
            title, words = waiting_line(one, self._zone)
            button = secondary_button("Confirm…")
            button.setAccessibleName(f"Confirm: {title}")
            button.clicked.connect(self._asking(one))
            found.append(WorkLine("id-card", Tone.WARNING, title, words, button))
        return found

    def _asking(self, one: UnconfirmedCard) -> Callable[[], None]:
        return lambda: self.confirming.ask(one, self._zone)

    def _looks(self, work: ConsentWork) -> list[QWidget]:
        found = []
        if work.reviews:
            due = _by(work.review_due, self._zone)
            words = f"{work.reviews} emergency access to review"
            found.append(self._look("zap", Tone.DANGER, words, due, "Review", Overseen.REVIEWS))
        if work.questions:
            words = counted(work.questions, "patient's question", "patients' questions")
            found.append(
                self._look("message-square", Tone.NOTE, words, "", "Answer", Overseen.QUESTIONS)
            )
        if work.erasures:
            words = counted(work.erasures, "erasure", "erasures") + " to confirm"
            found.append(self._look("trash-2", Tone.WARNING, words, "", "Look", Overseen.ERASURES))
        return found

    def _look(
        self, icon_name: str, tone: Tone, title: str, words: str, way: str, page: Overseen
    ) -> QWidget:
        button = secondary_button(way)
        button.setAccessibleName(f"{way}: {title}")
        button.clicked.connect(self._going(page))
        return WorkLine(icon_name, tone, title, words, button)

    def _going(self, page: Overseen) -> Callable[[], None]:
        return lambda: self._context.navigate(Place.OVERSIGHT, ShowOverseen(page))


def _by(due: datetime | None, zone: ZoneInfo) -> str:
    return f"by {shown_moment(due, zone)}" if due is not None else ""
