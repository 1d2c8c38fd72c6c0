"""One reading of the record: who, what, why, on whose word; to ask about it, or to stop it."""

from functools import partial

from ehr_desktop.domain.consent import Basis, Finding, GranteeKind, GrantState, Look, Share
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Role
from ehr_desktop.ui.kiosk.language import Language
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.ask import AskPage
from ehr_desktop.ui.kiosk.pages.stop import StopPage
from ehr_desktop.ui.kiosk.phrases import categories, person, purpose, reason
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.theme.tokens import Tone


class LookPage(Page):
    """The way to stop it is there where a share let the reader in that still holds."""

    def __init__(self, visit: Visit, look: Look) -> None:
        super().__init__(visit, look_title(visit.dress.language, look), back=_looks)
        self._look = look
        self._share: Share | None = None
        emergency = look.basis is Basis.EMERGENCY
        words = [
            Words(text, self.dress, strong=emergency and not at)
            for at, text in enumerate(look_sentences(visit, look))
        ]
        self.add(Box(self.dress, *words, tone=Tone.DANGER if emergency else None))
        if not look.own:
            self.ask = button(
                self, self.say("look.ask"), self._ask, icon_name="message-square", centred=True
            )
            self.stop = button(
                self, self.say("shares.stop"), self._stop, icon_name="x", centred=True
            )
            self.stop.setEnabled(False)
            self.offer(self.ask, self.stop)
            self.visit.parts.bridge.call(
                self, visit.kiosk.shares(visit.patient), done=self._know, failed=self.fail
            )

    def _know(self, shares: tuple[Share, ...]) -> None:
        active = [one for one in shares if one.state is GrantState.ACTIVE]
        own = [one for one in active if one.grantee == self._look.person]
        roles = [role for role in Role if role.value == self._look.role]
        teams = frozenset(team.value for role in roles for team in TEAMS_OF_ROLE[role])
        shared = [
            one for one in active if one.grantee_kind is GranteeKind.TEAM and one.grantee in teams
        ]
        self._share = next(iter(own + shared), None)
        self.stop.setEnabled(self._share is not None)

    def _ask(self) -> None:
        self.go(partial(AskPage, look=self._look))

    def _stop(self) -> None:
        if self._share is not None:
            back = partial(LookPage, look=self._look)
            self.go(partial(StopPage, share=self._share, back=back))


def look_title(language: Language, look: Look) -> str:
    """Say who it was."""
    return language.say("look.own") if look.own else person(language, look.name, look.role)


def look_what(language: Language, look: Look) -> str:
    """Say what was done with which records."""
    return language.say(f"look.{look.manner}", what=categories(language, look.categories))


def look_sentences(visit: Visit, look: Look) -> list[str]:
    """Say all there is to say about a reading, a sentence a line."""
    language = visit.dress.language
    say = language.say
    told = [language.moment(look.when, visit.facts.zone), look_what(language, look)]
    if look.basis is Basis.EMERGENCY:
        told.insert(0, say("look.emergency"))
    told.append(say("look.purpose", purpose=purpose(language, look.purpose)))
    if look.reason:
        told.append(say("look.reason", reason=reason(language, look.reason)))
    if not look.own:
        told.append(say(f"look.basis.{look.basis.value}"))
    if look.finding is Finding.JUSTIFIED:
        told.append(say("look.justified"))
    elif look.finding is Finding.QUESTIONED:
        told.append(say("look.questioned"))
    elif look.review_due is not None:
        due = look.review_due.astimezone(visit.facts.zone).date()
        told.append(say("look.review-due", date=language.day(due)))
    if look.workstation:
        told.append(say("look.where", workstation=look.workstation))
    return told


def _looks(visit: Visit) -> Page:
    from ehr_desktop.ui.kiosk.pages.looks import LooksPage  # noqa: PLC0415 - leads back here

    return LooksPage(visit)
