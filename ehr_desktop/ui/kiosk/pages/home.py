"""The start page: what a patient can do here."""

from ehr_desktop.domain.consent import AccessRequest, RequestState
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, PageMaker, button
from ehr_desktop.ui.kiosk.pages.check_in import CheckInPage
from ehr_desktop.ui.kiosk.pages.delegates import DelegatesPage
from ehr_desktop.ui.kiosk.pages.keep import KeepPage
from ehr_desktop.ui.kiosk.pages.looks import LooksPage
from ehr_desktop.ui.kiosk.pages.new_pin import NewPinPage
from ehr_desktop.ui.kiosk.pages.requests import RequestsPage
from ehr_desktop.ui.kiosk.pages.shares import SharesPage
from ehr_desktop.ui.kiosk.pages.summary import SummaryPage
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.theme.tokens import Tone

_TILES: tuple[tuple[str, str, PageMaker], ...] = (
    ("home.check-in", "calendar-check", CheckInPage),
    ("home.requests", "inbox", RequestsPage),
    ("home.shares", "key-round", SharesPage),
    ("home.looks", "eye", LooksPage),
    ("home.summary", "file-text", SummaryPage),
    ("home.keep", "printer", KeepPage),
    ("home.delegates", "users", DelegatesPage),
    ("home.pin", "lock", NewPinPage),
)
_UNCONFIRMED = frozenset({"home.check-in", "home.pin"})
"""What a card can do that no clinician has confirmed yet."""
_ONESELF = frozenset({"home.delegates", "home.pin"})
"""What nobody can do for somebody else."""


class HomePage(Page):
    """Large tiles; the requests that wait are counted."""

    is_start = True

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.title"))
        self._makers: dict[str, PageMaker] = {}
        self.tiles: dict[str, TouchButton] = {}
        if visit.patient.is_delegate:
            name = visit.patient.name or self.say("delegates.unnamed")
            words = self.say("home.speaking", name=name)
            self.add(Box(self.dress, Words(words, self.dress, strong=True), tone=Tone.NOTE))
        if not visit.patient.confirmed:
            waits = Words(self.say("home.unconfirmed"), self.dress, size=Size.LEAD)
            self.add(Box(self.dress, waits, tone=Tone.NOTE))
        for key, icon_name, maker in _TILES:
            if visit.patient.is_delegate and key in _ONESELF:
                continue
            if not visit.patient.confirmed and key not in _UNCONFIRMED:
                continue
            tile = button(self, self.say(key), self._open, icon_name=icon_name, upright=True)
            tile.setMinimumHeight(self.dress.target(150))
            tile.setProperty("place", key)
            self.tiles[key], self._makers[key] = tile, maker
        self.add(
            Tiles(
                *self.tiles.values(),
                least_px=self.dress.px(220),
                most=4,
                gap_px=self.dress.px(14),
                even=True,
            )
        )
        if "home.requests" in self.tiles:
            visit.parts.bridge.call(
                self, visit.kiosk.requests(visit.patient), done=self._count, failed=self._uncounted
            )

    def _open(self) -> None:
        self.go(self._makers[str(self.sender().property("place"))])

    def _count(self, requests: tuple[AccessRequest, ...]) -> None:
        waiting = sum(request.state is RequestState.OPEN for request in requests)
        if waiting:
            self.tiles["home.requests"].set_detail(self.say("home.waiting", count=waiting))

    def _uncounted(self, error: BaseException) -> None:
        del error
