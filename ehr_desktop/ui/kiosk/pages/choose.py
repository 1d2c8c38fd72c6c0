"""Standing choices: what the care team sees, and what an appointment opens for a day."""

from collections.abc import Sequence
from functools import partial

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, GranteeKind, Rule, Share
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.phrases import categories, category
from ehr_desktop.ui.kiosk.share_words import handed_on, names_of, share_name
from ehr_desktop.ui.kiosk.touch.button import Look, TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit

_OPENED_BY_A_RULE = frozenset({Category.EMERGENCY, Category.GENERAL})
"""What is ticked when somebody thinks of a rule for the first time: the summary."""


class ChoicePage(Page):
    """Every category a patient decides about, with a tick."""

    def __init__(self, visit: Visit, title: str, text: str, ticked: frozenset[Category]) -> None:
        super().__init__(visit, title, back=_shares)
        self.ticks = {one: self._tick(one, one in ticked) for one in Category if one in CONTROLLED}
        self.add(
            Words(text, self.dress, size=Size.LEAD),
            Tiles(*self.ticks.values(), least_px=self.dress.px(290), most=3),
        )

    @property
    def chosen(self) -> frozenset[Category]:
        """What is ticked."""
        return frozenset(one for one, tick in self.ticks.items() if tick.isChecked())

    def outcome(self, title: str, sentences: Sequence[str], receipt: str) -> None:
        """Show what was done."""
        self.go(partial(OutcomePage, title=title, sentences=sentences, receipt=receipt))

    def _tick(self, which: Category, ticked: bool) -> TouchButton:  # noqa: FBT001
        tick = TouchButton(category(self.dress.language, which), self.dress, strong=False)
        tick.setCheckable(True)
        tick.setChecked(ticked)
        return tick


class TeamPage(ChoicePage):
    """What the clinic's care team may see, and whether it may pass that on. `shares` are those that
    hold now.
    """

    def __init__(self, visit: Visit, shares: tuple[Share, ...]) -> None:
        say = visit.dress.language.say
        team = [one for one in shares if one.grantee_kind is GranteeKind.TEAM]
        kept = frozenset[Category]().union(*(one.categories for one in team))
        super().__init__(visit, say("team.title"), say("team.text"), kept)
        self._passed_on = tuple(child for one in team for child in handed_on(one, shares))
        self.pass_on = TouchButton(
            say("share.may-pass-on"), self.dress, detail=say("pass.text"), strong=False
        )
        self.pass_on.setCheckable(True)
        self.pass_on.setChecked(any(one.reshare for one in team))
        self.add(self.pass_on)
        self.save = button(
            self, say("team.save"), self._save, look=Look.PRIMARY, icon_name="check", centred=True
        )
        self.offer(self.save, most=1)

    def _save(self) -> None:
        if not self.chosen:
            self.tell(self.say("team.none-ticked"))
            return
        work = self.visit.kiosk.share_with_team(
            self.visit.patient, self.chosen, reshare=self.pass_on.isChecked()
        )
        self.call(work, self._saved)

    def _saved(self, share: Share) -> None:
        language = self.dress.language
        what = categories(language, share.categories)
        sentences = [self.say("team.done", what=what)]
        if share.reshare:
            sentences.append(self.say("pass.done-on", who=share_name(language, share), what=what))
        if self._passed_on:
            sentences.append(self.say("pass.ended", names=names_of(language, self._passed_on)))
        self.outcome(self.say("team.done-title"), sentences, share.id)


class RulePage(ChoicePage):
    """The standing rule for days of appointments; `rules` are those that hold now."""

    def __init__(self, visit: Visit, rules: tuple[Rule, ...]) -> None:
        say = visit.dress.language.say
        held = frozenset[Category]().union(*(one.categories for one in rules))
        super().__init__(
            visit, say("rule.title"), say("rule.text"), held if rules else _OPENED_BY_A_RULE
        )
        self._rules = rules
        self.allow = button(self, say("rule.allow"), self._allow, icon_name="check", centred=True)
        self.refuse = button(self, say("rule.refuse"), self._refuse, icon_name="x", centred=True)
        self.offer(self.allow, self.refuse)

    def _allow(self) -> None:
        if not self.chosen:
            self.tell(self.say("team.none-ticked"))
            return
        self.call(self._replace(self.chosen), self._allowed)

    def _refuse(self) -> None:
        self.call(self._end(), self._ended)

    async def _replace(self, chosen: frozenset[Category]) -> Rule:
        await self._end()
        return await self.visit.kiosk.set_rule(self.visit.patient, chosen)

    async def _end(self) -> None:
        for rule in self._rules:
            await self.visit.kiosk.end_rule(self.visit.patient, rule.id)

    def _allowed(self, rule: Rule) -> None:
        what = categories(self.dress.language, rule.categories)
        self.outcome(self.say("team.done-title"), [self.say("rule.done-on", what=what)], rule.id)

    def _ended(self, _nothing: None) -> None:
        self.outcome(self.say("team.done-title"), [self.say("rule.done-off")], "")


def _shares(visit: Visit) -> Page:
    from ehr_desktop.ui.kiosk.pages.shares import SharesPage  # noqa: PLC0415 - leads back here

    return SharesPage(visit)
