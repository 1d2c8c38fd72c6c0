"""A card's code, typed by hand."""

from functools import partial
from typing import Protocol

from typing_extensions import override

from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.scanner import LEAST_CODE
from ehr_desktop.ui.kiosk.touch.button import Look
from ehr_desktop.ui.kiosk.touch.keys import Typed, code_keys
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit

_MOST = 64
_GROUP = 4


class WithCode(Protocol):
    """Makes the page that comes after a code."""

    def __call__(self, visit: Visit, code: str) -> Page:
        """Give the page."""
        ...


class TypeCodePage(Page):
    """Then comes `then`, with the code."""

    def __init__(self, visit: Visit, back: PageMaker, then: WithCode) -> None:
        super().__init__(visit, visit.dress.language.say("type.title"), back=back)
        self._then = then
        self.code = Typed(self.dress, most=_MOST, grouped=_GROUP)
        self.keys = code_keys(self.dress, self.code)
        self.enter = button(
            self, self.say("common.ok"), self._enter, look=Look.PRIMARY, centred=True
        )
        self.enter.setEnabled(False)
        self.add(Words(self.say("type.text"), self.dress, quiet=True), self.code, self.keys)
        self.offer(self.enter)
        self.code.changed.connect(self._changed)

    @override
    def scanned(self, code: str) -> bool:
        self.go(partial(self._then, code=code))
        return True

    def _changed(self) -> None:
        self.enter.setEnabled(len(self.code.letters) >= LEAST_CODE)

    def _enter(self) -> None:
        self.go(partial(self._then, code=self.code.letters))
