"""A question to the clinic about one reading: one that is ready, or one's own words."""

from functools import partial

from typing_extensions import override

from ehr_desktop.domain.consent import Look
from ehr_desktop.ui.kiosk.language import language
from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.touch.button import Look as ButtonLook
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.keys import Keys, Typed
from ehr_desktop.ui.kiosk.visit import Visit

_READY = ("ask.why", "ask.who", "ask.mistake", "ask.talk")
_CLINIC_READS = "en"
_MOST = 300


class AskPage(Page):
    """A ready question is sent in the patient's language and in the clinic's."""

    def __init__(self, visit: Visit, look: Look) -> None:
        super().__init__(visit, visit.dress.language.say("ask.title"), back=_back_to(look))
        self._look = look
        self.questions: list[TouchButton] = []
        for key in _READY:
            question = button(self, self.say(key), self._send, icon_name="message-square")
            question.setProperty("question", key)
            self.questions.append(question)
            self.add(question)
        self.own = button(self, self.say("ask.own"), self._write, icon_name="pencil")
        self.add(self.own)

    def _send(self) -> None:
        key = str(self.sender().property("question"))
        words = self.say(key)
        if self.dress.language.code != _CLINIC_READS:
            words = f"{words} ({language(_CLINIC_READS).say(key)})"
        self.call(
            self.visit.kiosk.ask(self.visit.patient, self._look.transaction, words), self._sent
        )

    def _sent(self, _nothing: None) -> None:
        self.go(_was_sent)

    def _write(self) -> None:
        self.go(partial(WritePage, look=self._look))


class WritePage(Page):
    """The patient's own words, on the keys of the language."""

    def __init__(self, visit: Visit, look: Look) -> None:
        back = partial(AskPage, look=look)
        super().__init__(visit, visit.dress.language.say("ask.write"), back=back)
        self._look = look
        self.words = Typed(self.dress, most=_MOST)
        self.keys = Keys(self.dress, self.words, self.dress.language.keyboard, in_words=True)
        self.send = button(
            self, self.say("ask.send"), self._send, look=ButtonLook.PRIMARY, centred=True
        )
        self.send.setEnabled(False)
        self.words.changed.connect(self._changed)
        self.add(self.words, self.keys)
        self.offer(self.send, most=1)

    @override
    def typed(self, text: str) -> bool:
        if text == "\r":
            return False
        if text == "\b":
            self.words.take_back()
        else:
            self.words.add(text)
        return True

    def _changed(self) -> None:
        self.send.setEnabled(bool(self.words.letters.strip()))

    def _send(self) -> None:
        words = self.words.letters.strip()
        self.call(
            self.visit.kiosk.ask(self.visit.patient, self._look.transaction, words), self._sent
        )

    def _sent(self, _nothing: None) -> None:
        self.go(_was_sent)


def _was_sent(visit: Visit) -> Page:
    say = visit.dress.language.say
    return OutcomePage(visit, say("ask.done-title"), [say("ask.done")])


def _back_to(look: Look) -> PageMaker:
    from ehr_desktop.ui.kiosk.pages.look import LookPage  # noqa: PLC0415 - leads back here

    return partial(LookPage, look=look)
