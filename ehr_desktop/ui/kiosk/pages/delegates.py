"""Who may speak for the patient, and until when."""

from functools import partial

from ehr_desktop.domain.consent import Delegation
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.delegate import DelegateCardPage
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home


class DelegatesPage(Page):
    """Each with its way to end it; a further person shows a card."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.delegates"), back=to_home)
        self._delegations: tuple[Delegation, ...] = ()
        self.ends: list[TouchButton] = []
        self.another = button(
            self, self.say("delegates.add"), self._add, icon_name="user-plus", centred=True
        )
        self.add(Words(self.say("delegates.text"), self.dress, size=Size.LEAD))
        self.offer(self.another, most=1)
        self.call(visit.kiosk.delegations(visit.patient), self._show)

    def _show(self, delegations: tuple[Delegation, ...]) -> None:
        self._delegations = delegations
        if not delegations:
            self.add(Words(self.say("delegates.none"), self.dress))
        for at, delegation in enumerate(delegations):
            until = delegation.until.astimezone(self.visit.facts.zone).date()
            told = delegation.guardian and bool(delegation.name)
            key = "delegates.guardian" if told else "delegates.until"
            end = button(self, self.say("delegates.end"), self._end, icon_name="x", centred=True)
            end.setProperty("at", at)
            self.ends.append(end)
            self.add(
                Box(
                    self.dress,
                    Words(who_speaks(self.visit, delegation), self.dress, strong=True),
                    Words(self.say(key, date=self.dress.language.day(until)), self.dress),
                    end,
                )
            )

    def _add(self) -> None:
        self.go(DelegateCardPage)

    def _end(self) -> None:
        chosen = self._delegations[int(self.sender().property("at"))]
        self.go(partial(EndDelegationPage, delegation=chosen))


class EndDelegationPage(Page):
    """Asks once before a delegation is ended."""

    def __init__(self, visit: Visit, delegation: Delegation) -> None:
        self._who = delegation.name or visit.dress.language.say("delegates.unnamed")
        title = visit.dress.language.say("delegates.end-title", who=self._who)
        super().__init__(visit, title, back=DelegatesPage)
        self._delegation = delegation
        if not delegation.name:
            self.add(Words(who_speaks(visit, delegation), self.dress, size=Size.LEAD))
        self.end = button(self, self.say("delegates.end"), self._end, icon_name="x", centred=True)
        self.keep = button(
            self, self.say("delegates.keep"), self._keep, icon_name="undo-2", centred=True
        )
        self.offer(self.end, self.keep)

    def _end(self) -> None:
        work = self.visit.kiosk.end_delegation(self.visit.patient, self._delegation.id)
        self.call(work, self._ended)

    def _ended(self, _nothing: None) -> None:
        sentences = [self.say("delegates.ended", who=self._who)]
        title = self.say("delegates.ended-title")
        self.go(partial(OutcomePage, title=title, sentences=sentences, receipt=self._delegation.id))

    def _keep(self) -> None:
        self.go(DelegatesPage)


def who_speaks(visit: Visit, delegation: Delegation) -> str:
    """Name who speaks; where the name is not known here, say by what act they came to."""
    language = visit.dress.language
    if delegation.name or delegation.since is None:
        return delegation.name or language.say("delegates.unnamed")
    day = language.day(delegation.since.astimezone(visit.facts.zone).date())
    return language.say(
        "delegates.by-desk" if delegation.guardian else "delegates.by-card", date=day
    )
