"""What consent gives one to do: requests patients were asked, and what one has to look at."""

from dataclasses import dataclass
from datetime import date, datetime

from ehr_desktop.domain.consent import AccessRequest, EmergencyReview, UnconfirmedCard
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.screens.cards.confirming import may_confirm
from ehr_desktop.ui.screens.oversight.names import names_of
from ehr_desktop.ui.screens.oversight.screen import PAGES_OF
from ehr_desktop.ui.screens.record.opening import still_holds
from ehr_desktop.ui.shell.context import Overseen, ScreenContext


@dataclass(frozen=True, slots=True)
class ConsentWork:
    """`requests` are one's own, each with the patient's name; `review_due` is when the most urgent
    review is; `erasures` may be confirmed now by whoever asks.
    """

    requests: tuple[tuple[AccessRequest, str], ...] = ()
    reviews: int = 0
    review_due: datetime | None = None
    questions: int = 0
    erasures: int = 0
    unconfirmed: tuple[UnconfirmedCard, ...] = ()
    """What waits for a clinician, and whoever asks may confirm."""


async def consent_work(context: ScreenContext, today: date) -> ConsentWork:
    """Ask on the node."""
    actor, ask = context.actor, context.clinic
    pages = PAGES_OF[actor.role]
    asked_for = await ask.sharing.own_requests(actor)
    requests = [one for one in asked_for if await still_holds(context, one)]
    names = await names_of(context, (one.patient for one in requests))
    reviews: tuple[EmergencyReview, ...] = ()
    if Overseen.REVIEWS in pages:
        reviews = await ask.emergency.reviews(actor)
    due = [one.due for one in reviews if one.finding is None and one.person != actor.id]
    asked = await ask.sharing.questions(actor) if Overseen.QUESTIONS in pages else ()
    erasures = await ask.erasing.all(actor) if actor.role is Role.DOCTOR else ()
    return ConsentWork(
        tuple((one, names.get(one.patient, ("", ""))[0]) for one in requests),
        len(due),
        min(due, default=None),
        sum(not answer for *_, answer in asked),
        sum(one.confirmed is None and one.not_before <= today for one in erasures),
        tuple(one for one in await ask.cards.unconfirmed(actor) if may_confirm(actor, one)),
    )
