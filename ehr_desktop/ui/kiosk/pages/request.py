"""One request: who, why, which, for what time; to share, to share less, or not to."""

from datetime import datetime, time, timedelta
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QWidget

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import AccessRequest, Share
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.phrases import categories, category, person, purpose
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Words, fact
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home


class RequestPage(Page):
    """To say yes and to say no are of the same size and look: nobody is pushed."""

    def __init__(self, visit: Visit, request: AccessRequest, back: PageMaker) -> None:
        say = visit.dress.language.say
        super().__init__(visit, say("request.title", who=request.person_name), back=back)
        self._request = request
        self.ticks = {one: self._tick(one) for one in Category if one in request.categories}
        self._ends: dict[TouchButton, datetime | None] = {}
        self._group = QButtonGroup(self)
        self._offer_ends()
        self.share = button(
            self, say("request.share"), self._share, icon_name="check", centred=True
        )
        self.refuse = button(self, say("request.refuse"), self._refuse, icon_name="x", centred=True)
        self.later = button(
            self, say("request.later"), self._later, icon_name="clock", centred=True
        )
        self.add(
            Tiles(*self._facts(), least_px=self.dress.px(300), most=2),
            Words(say("request.which"), self.dress, size=Size.LEAD),
            Tiles(*self.ticks.values(), least_px=self.dress.px(290), most=3),
            Words(say("request.how-long"), self.dress, size=Size.LEAD),
            Tiles(*self._ends, least_px=self.dress.px(220), most=4),
        )
        self.offer(self.share, self.refuse, self.later, most=3)

    def _facts(self) -> list[QWidget]:
        asked, language = self._request, self.dress.language
        start = self._day(asked.start)
        if asked.until is None:
            period = self.say("request.from-on", start=start)
        else:
            period = self.say("request.from-to", start=start, end=self._day(asked.until))
        keep = (
            self.say("request.no-copies")
            if asked.keep_until is None
            else self.say("request.keep-until", date=self._day(asked.keep_until))
        )
        told = (
            ("request.who", person(language, asked.person_name, asked.role)),
            ("request.why", purpose(language, asked.purpose)),
            ("request.period", period),
            ("request.keep", keep),
        )
        return [fact(self.dress, self.say(name), value) for name, value in told]

    def _tick(self, which: Category) -> TouchButton:
        tick = TouchButton(category(self.dress.language, which), self.dress, strong=False)
        tick.setCheckable(True)
        tick.setChecked(True)
        return tick

    def _offer_ends(self) -> None:
        asked, now = self._request.until, self.visit.parts.now()
        words = (
            self.say("until.open")
            if asked is None
            else self.say("until.asked", date=self._day(asked))
        )
        self._offer_end(words, asked)
        local = now.astimezone(self.visit.facts.zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
        for key, end in (
            ("until.day", midnight),
            ("until.week", now + timedelta(days=7)),
            ("until.month", now + timedelta(days=30)),
        ):
            if asked is None or end < asked:
                self._offer_end(self.say(key), end)

    def _offer_end(self, words: str, end: datetime | None) -> None:
        choice = TouchButton(words, self.dress, strong=False)
        choice.setCheckable(True)
        choice.setChecked(not self._ends)
        self._group.addButton(choice)
        self._ends[choice] = end

    def _share(self) -> None:
        chosen = frozenset(one for one, tick in self.ticks.items() if tick.isChecked())
        if not chosen:
            self.tell(self.say("request.none-ticked"))
            return
        until = next(end for choice, end in self._ends.items() if choice.isChecked())
        work = self.visit.kiosk.approve(
            self.visit.patient, self._request.id, categories=chosen, until=until
        )
        self.call(work, self._shared)

    def _shared(self, share: Share) -> None:
        who = self._request.person_name
        what = categories(self.dress.language, share.categories)
        sentence = (
            self.say("answered.shared-open", who=who, what=what)
            if share.until is None
            else self.say("answered.shared-until", who=who, what=what, date=self._day(share.until))
        )
        title = self.say("answered.shared-title", who=who)
        self.go(partial(OutcomePage, title=title, sentences=[sentence], receipt=share.id))

    def _refuse(self) -> None:
        work = self.visit.kiosk.refuse(self.visit.patient, self._request.id)
        self.call(work, self._refused)

    def _refused(self, _nothing: None) -> None:
        sentence = self.say("answered.refused", who=self._request.person_name)
        title = self.say("answered.refused-title")
        self.go(partial(OutcomePage, title=title, sentences=[sentence], receipt=self._request.id))

    def _later(self) -> None:
        self.go(to_home)

    def _day(self, moment: datetime) -> str:
        return self.dress.language.day(moment.astimezone(self.visit.facts.zone).date())
