"""Asks for the card, by scanner or by typing its code."""

from functools import partial

from typing_extensions import override

from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.pin import PinPage
from ehr_desktop.ui.kiosk.pages.type_code import TypeCodePage
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_begin
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.layouts import SPRING, row


class CardPage(Page):
    """`notice` says why it asks once more."""

    def __init__(self, visit: Visit, notice: str = "") -> None:
        super().__init__(visit, visit.dress.language.say("card.title"), back=to_begin)
        px = self.dress.px
        self.type_code = button(
            self, self.say("card.type"), self._type, icon_name="pencil", centred=True
        )
        self.no_card = button(
            self, self.say("card.none"), self._none, icon_name="circle-help", centred=True
        )
        picture = IconLabel(
            "id-card", tone=Tone.ACCENT, size_px=px(80 if self.dress.compact else 140)
        )
        self.add(
            Words(self.say("card.text"), self.dress, size=Size.LEAD),
            row(SPRING, picture, SPRING),
        )
        self.offer(self.type_code, self.no_card)
        self.tell(notice)

    @override
    def scanned(self, code: str) -> bool:
        self.go(partial(PinPage, code=code))
        return True

    def _type(self) -> None:
        self.go(partial(TypeCodePage, back=CardPage, then=_pin))

    def _none(self) -> None:
        self.visit.host.call_staff(self.say("staff.no-card"))


def _pin(visit: Visit, code: str) -> Page:
    return PinPage(visit, code=code)
