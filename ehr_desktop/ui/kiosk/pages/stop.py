"""Asks once before a share is ended, and says what ending it cannot take back."""

from functools import partial

from ehr_desktop.domain.consent import Share
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.phrases import categories
from ehr_desktop.ui.kiosk.share_words import ending_words, names_of, opened_words, share_name
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit


class StopPage(Page):
    """Ends `share`, and with it what was `passed_on` from it, or leads back."""

    def __init__(
        self, visit: Visit, share: Share, back: PageMaker, passed_on: tuple[Share, ...] = ()
    ) -> None:
        language = visit.dress.language
        self._who = share_name(language, share)
        super().__init__(visit, language.say("stop.title", who=self._who), back=back)
        self._share, self._leads_back = share, back
        what = categories(language, share.categories)
        self.add(Words(self.say("stop.text", what=what), self.dress, size=Size.LEAD))
        if passed_on:
            names = names_of(language, passed_on)
            self.add(Words(self.say("stop.passed-on", names=names), self.dress, size=Size.LEAD))
        if share.opened_before:
            self.add(Words(opened_words(visit, share), self.dress))
        self.stop = button(self, self.say("shares.stop"), self._stop, icon_name="x", centred=True)
        self.keep = button(
            self, self.say("stop.keep"), self._keep, icon_name="undo-2", centred=True
        )
        self.offer(self.stop, self.keep)

    def _stop(self) -> None:
        self.call(self.visit.kiosk.stop(self.visit.patient, self._share.id), self._stopped)

    def _stopped(self, share: Share) -> None:
        language = self.dress.language
        what = categories(language, share.categories)
        sentences = [self.say("stop.done", what=what)]
        if share.ending is not None:
            sentences.append(ending_words(language, share.ending))
        title = self.say("stop.done-title", who=self._who)
        self.go(partial(OutcomePage, title=title, sentences=sentences, receipt=share.id))

    def _keep(self) -> None:
        self.go(self._leads_back)
