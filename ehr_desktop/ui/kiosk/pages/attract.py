"""What waits for people: languages first, each in its own name."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.language import Language, languages
from ehr_desktop.ui.kiosk.page import Page, PageMaker
from ehr_desktop.ui.kiosk.pages.card import CardPage
from ehr_desktop.ui.kiosk.pages.pin import PinPage
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit


class AttractPage(Page):
    """A card that is held under the scanner right away is taken as well. `then` is the page that
    comes next; by default the one that asks for the card.
    """

    def __init__(self, visit: Visit, then: PageMaker = CardPage) -> None:
        begins = then is CardPage
        super().__init__(visit, visit.dress.language.say("attract.welcome") if begins else "")
        self._then = then
        self.tiles = {language.code: self._tile(language) for language in languages()}
        self.add(
            Words(self.say("attract.choose"), self.dress, size=Size.LEAD),
            Tiles(
                *self.tiles.values(), least_px=self.dress.px(280), most=3, gap_px=self.dress.px(16)
            ),
        )

    @override
    def scanned(self, code: str) -> bool:
        if self._then is CardPage:
            self.go(partial(PinPage, code=code))
        return True

    def _tile(self, language: Language) -> TouchButton:
        tile = TouchButton(
            language.name,
            replace(self.dress, language=language),
            detail=language.say("attract.begin"),
            centred=True,
            size=Size.TITLE,
        )
        tile.setMinimumHeight(self.dress.target(140))
        tile.setProperty("code", language.code)
        if language.right_to_left:
            tile.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        tile.clicked.connect(self._choose)
        return tile

    def _choose(self) -> None:
        tile = self.sender()
        if isinstance(tile, TouchButton):
            self.visit.host.speak(str(tile.property("code")), self._then)
