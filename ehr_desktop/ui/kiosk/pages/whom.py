"""For whom somebody is here who may speak for others."""

from ehr_desktop.domain.consent import Delegation
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.home import HomePage
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.visit import Visit


class WhomPage(Page):
    """Offers oneself and each of `others`."""

    def __init__(self, visit: Visit, others: tuple[Delegation, ...]) -> None:
        super().__init__(visit, visit.dress.language.say("whom.title"))
        self._others = others
        self.myself = button(self, self.say("whom.myself"), self._myself, icon_name="user")
        self.tiles = [self._tile(number, one) for number, one in enumerate(others, 1)]
        self.add(Tiles(self.myself, *self.tiles, least_px=self.dress.px(320), most=2))

    def _tile(self, number: int, delegation: Delegation) -> TouchButton:
        known = self.dress.language.isolated(delegation.name)
        name = known or self.say("whom.unnamed", number=number)
        until = self.dress.language.day(delegation.until.astimezone(self.visit.facts.zone).date())
        tile = button(
            self,
            name,
            self._other,
            icon_name="users",
            detail=self.say("whom.until", date=until),
        )
        tile.setProperty("at", number - 1)
        return tile

    def _myself(self) -> None:
        self.go(HomePage)

    def _other(self) -> None:
        chosen = self._others[int(self.sender().property("at"))]
        self.wait(True)
        self.visit.host.enter(
            self.visit.kiosk.speak_for(self.visit.patient, chosen.patient), self._refused
        )

    def _refused(self, error: BaseException) -> None:
        self.wait(False)
        self.fail(error)
