"""What the patient shares, with whom, and how far an ended share is undone."""

from functools import partial

from typing_extensions import override

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import GranteeKind, GrantState, Rule, Share
from ehr_desktop.domain.events import ConsentChanged, Event
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.choose import RulePage, TeamPage
from ehr_desktop.ui.kiosk.pages.pass_on import PassOnPage
from ehr_desktop.ui.kiosk.pages.stop import StopPage
from ehr_desktop.ui.kiosk.phrases import categories
from ehr_desktop.ui.kiosk.share_words import (
    ending_words,
    handed_on,
    names_of,
    opened_words,
    share_name,
)
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home
from ehr_desktop.ui.theme.tokens import Tone

_HOLDS = frozenset({GrantState.ACTIVE})


class SharesPage(Page):
    """Active shares first, each with its way to stop it; then the standing choices; then what has
    ended. Follows the clinic while it shows.
    """

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.shares"), back=to_home)
        self._shares: tuple[Share, ...] = ()
        self._rules: tuple[Rule, ...] = ()
        self.stops: list[TouchButton] = []
        self._reload()

    @override
    def heard(self, event: Event) -> None:
        if isinstance(event, ConsentChanged) and event.patient == self.visit.patient.patient:
            self.visit.parts.bridge.call(self, self._read(), done=self._show, failed=self.fail)

    def _reload(self) -> None:
        self.call(self._read(), self._show)

    async def _read(self) -> tuple[tuple[Share, ...], tuple[Rule, ...]]:
        kiosk, patient = self.visit.kiosk, self.visit.patient
        return await kiosk.shares(patient), await kiosk.rules(patient)

    def _show(self, read: tuple[tuple[Share, ...], tuple[Rule, ...]]) -> None:
        self.clear()
        self.stops = []
        self._shares, self._rules = read
        active = [share for share in self._shares if share.state in _HOLDS]
        ended = [share for share in self._shares if share.state not in _HOLDS]
        heading = "shares.now" if active else "shares.none"
        self.add(Words(self.say(heading), self.dress, size=Size.LEAD))
        for share in active:
            self.add(self._box(share))
        self._add_standing()
        if ended:
            self.add(Words(self.say("shares.before"), self.dress, size=Size.LEAD))
        for share in ended:
            self.add(self._box(share))

    def _add_standing(self) -> None:
        language, rules = self.dress.language, self._rules
        ruled = frozenset[Category]().union(*(one.categories for one in rules))
        self.team = button(
            self,
            self.say("team.change"),
            self._choose_for_team,
            icon_name="stethoscope",
        )
        self.rule = button(
            self,
            self.say("rule.tile"),
            self._choose_rule,
            icon_name="calendar-check",
            detail=self.say("rule.on", what=categories(language, ruled))
            if rules
            else self.say("rule.off"),
        )
        self.add(self.team, self.rule)

    def _box(self, share: Share) -> Box:
        language, holds = self.dress.language, share.state in _HOLDS
        what = categories(language, share.categories)
        box = Box(
            self.dress,
            Words(share_name(language, share), self.dress, strong=True),
            Words(self.say("share.sees" if holds else "share.saw", what=what), self.dress),
        )
        for sentence in self._remarks(share):
            box.add(Words(sentence, self.dress, size=Size.SMALL, quiet=True))
        if share.ending is not None:
            words = Words(ending_words(language, share.ending), self.dress, size=Size.SMALL)
            words.set_tone(Tone.WARNING if share.ending.waiting else Tone.SUCCESS)
            box.add(words)
        if holds:
            box.add(self._choices(share))
        return box

    def _choices(self, share: Share) -> Tiles:
        stop = button(self, self.say("shares.stop"), self._stop, icon_name="x", centred=True)
        self.stops.append(stop)
        choices = [stop]
        # what the care team may pass on is chosen with what it sees
        if share.grantee_kind is GranteeKind.PERSON and not share.handed_on_from:
            choices.append(
                button(
                    self, self.say("pass.change"), self._pass_on, icon_name="users", centred=True
                )
            )
        for choice in choices:
            choice.setProperty("share", share.id)
        return Tiles(*choices, least_px=self.dress.px(300), most=2, gap_px=self.dress.px(10))

    def _remarks(self, share: Share) -> list[str]:
        remarks = []
        if share.state in _HOLDS:
            remarks.append(
                self.say("share.open")
                if share.until is None
                else self.say(
                    "share.until",
                    date=self.dress.language.day(
                        share.until.astimezone(self.visit.facts.zone).date()
                    ),
                )
            )
            if share.reshare:
                remarks.append(self.say("share.may-pass-on"))
            if children := handed_on(share, self._shares):
                names = names_of(self.dress.language, children)
                remarks.append(self.say("share.passed-on-to", names=names))
        elif self._is_replaced(share):
            remarks.append(self.say("share.replaced"))
        if share.handed_on_by:
            remarks.append(self.say("share.handed-on", who=share.handed_on_by))
        if share.opened_before:
            remarks.append(opened_words(self.visit, share))
        return remarks

    def _is_replaced(self, ended: Share) -> bool:
        """Tell whether the same grantee sees all of it still, by a later choice."""
        return any(
            one.state in _HOLDS
            and one.grantee == ended.grantee
            and one.categories >= ended.categories
            for one in self._shares
        )

    def _choose_for_team(self) -> None:
        active = tuple(one for one in self._shares if one.state in _HOLDS)
        self.go(partial(TeamPage, shares=active))

    def _choose_rule(self) -> None:
        self.go(partial(RulePage, rules=self._rules))

    def _touched(self) -> Share:
        wanted = self.sender().property("share")
        return next(one for one in self._shares if one.id == wanted)

    def _stop(self) -> None:
        share = self._touched()
        children = handed_on(share, self._shares)
        self.go(partial(StopPage, share=share, back=SharesPage, passed_on=children))

    def _pass_on(self) -> None:
        share = self._touched()
        children = handed_on(share, self._shares)
        self.go(partial(PassOnPage, share=share, passed_on=children, back=SharesPage))
