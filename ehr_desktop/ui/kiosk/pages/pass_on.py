"""Whether a share may be passed on to colleagues: two answers of one size, and what it means."""

from functools import partial

from ehr_desktop.domain.consent import Share
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.phrases import categories
from ehr_desktop.ui.kiosk.share_words import names_of, share_name
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit


class PassOnPage(Page):
    """Asks about `share`; `passed_on` is what was passed on from it and ends with a no."""

    def __init__(
        self, visit: Visit, share: Share, passed_on: tuple[Share, ...], back: PageMaker
    ) -> None:
        language = visit.dress.language
        self._who = share_name(language, share)
        super().__init__(visit, language.say("pass.title", who=self._who), back=back)
        self._share, self._passed_on = share, passed_on
        what = categories(language, share.categories)
        now = self.say("pass.is-on" if share.reshare else "pass.is-off")
        self.add(
            Words(self.say("share.sees", what=what), self.dress),
            Words(self.say("pass.text"), self.dress, size=Size.LEAD),
            Words(now, self.dress, strong=True),
        )
        if passed_on:
            names = names_of(language, passed_on)
            self.add(Words(self.say("share.passed-on-to", names=names), self.dress))
        self.allow = button(
            self, self.say("pass.allow"), self._allow, icon_name="check", centred=True
        )
        self.refuse = button(
            self, self.say("pass.refuse"), self._refuse, icon_name="x", centred=True
        )
        self.offer(self.allow, self.refuse)

    def _allow(self) -> None:
        self._set(reshare=True)

    def _refuse(self) -> None:
        self._set(reshare=False)

    def _set(self, *, reshare: bool) -> None:
        if reshare is self._share.reshare:
            self._saved(self._share)
            return
        work = self.visit.kiosk.set_reshare(self.visit.patient, self._share.id, reshare=reshare)
        self.call(work, self._saved)

    def _saved(self, share: Share) -> None:
        language = self.dress.language
        what = categories(language, share.categories)
        sentences = [
            self.say("pass.done-on", who=self._who, what=what)
            if share.reshare
            else self.say("pass.done-off", who=self._who)
        ]
        if self._passed_on and not share.reshare:
            sentences.append(self.say("pass.ended", names=names_of(language, self._passed_on)))
        title = self.say("team.done-title")
        self.go(partial(OutcomePage, title=title, sentences=sentences, receipt=share.id))
