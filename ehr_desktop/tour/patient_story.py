"""A patient takes up a card, shares a part of the record at the kiosk, and stops again."""

from datetime import timedelta
from functools import partial
from typing import Final

from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import AccessRequest
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.tour.hand import Hand
from ehr_desktop.ui.kiosk.pages.home import HomePage
from ehr_desktop.ui.kiosk.pages.pin import PinPage
from ehr_desktop.ui.kiosk.pages.requests import RequestsPage
from ehr_desktop.ui.kiosk.window import KioskWindow

SIZE: Final = (1366, 768)
_PIN: Final = "592741"
_KEPT: Final = frozenset({Category.EMERGENCY})
_ASKED: Final = frozenset({Category.NOTES, Category.LABS, Category.GENERAL})


class PatientStory:
    """Tells the patient's part of the story: the desk gives the card, the doctor confirms it, the
    patient does the rest.
    """

    def __init__(self, desktop: Desktop, hand: Hand) -> None:
        self._desktop, self._hand = desktop, hand

    def tell(self, desk: tuple[str, str], doctor: tuple[str, str], not_whose: str) -> list[str]:
        """Do it, for a patient who does not have the record `not_whose`; give what happened.
        Accounts are pairs of name and password.

        Raises:
            LostError: something did not happen as it should.
        """
        code, asked = self._desktop.thread.submit(self._prepare(desk, doctor, not_whose)).result()
        window = self._kiosk(code)
        self._answer(window, asked)
        self._stop(window)
        window.finish()
        self._hand.rest()
        window.close()
        return [
            "A patient took up a card and a PIN, and the doctor confirmed the card.",
            "The patient let the doctor see a part of the record.",
            "The patient stopped sharing: the keys were replaced and the records sealed anew.",
        ]

    async def _prepare(
        self, desk: tuple[str, str], doctor: tuple[str, str], not_whose: str
    ) -> tuple[str, AccessRequest]:
        door = self._desktop.door
        receptionist = await door.session.sign_in(*desk)
        clinician = await door.session.sign_in(*doctor)
        patient = await self._somebody(receptionist, not_whose)
        card = await door.cards.take(receptionist, patient, _PIN, _KEPT)
        for waiting in (await door.cards.status(clinician, patient)).unconfirmed:
            await door.cards.confirm(clinician, waiting)
        asked = await door.sharing.ask(
            clinician,
            patient,
            categories=_ASKED,
            purpose="treatment",
            until=self._desktop.parts.now() + timedelta(days=30),
            keep_until=None,
        )
        await door.session.sign_out(receptionist)
        return card.code, asked

    async def _somebody(self, actor: Actor, not_whose: str) -> PatientId:
        door = self._desktop.door
        page = await door.patients.search(actor, "")
        found: list[PatientSummary] = [match.patient for match in page.matches]
        for one in found:
            records = await door.node.charts.records_of(one.id)
            is_alive = not one.demographics.deceased
            if is_alive and all(record.record != not_whose for record in records):
                return one.id
        return found[0].id

    def _kiosk(self, code: str) -> KioskWindow:
        hand, window = self._hand, self._desktop.show_kiosk()
        window.showNormal()
        window.resize(*SIZE)
        hand.until(lambda: bool(window.facts.name), "the name of the clinic")
        window.speak("en", partial(PinPage, code=code))
        hand.picture("kiosk-pin", window)
        page = window.page
        assert isinstance(page, PinPage)
        page.entered(_PIN)
        hand.until(lambda: isinstance(window.page, HomePage), "the kiosk's start page")
        hand.rest(800)
        hand.picture("kiosk-home", window)
        return window

    def _answer(self, window: KioskWindow, asked: AccessRequest) -> None:
        hand = self._hand
        hand.click("Requests to see my record", window)
        page = window.page
        assert isinstance(page, RequestsPage)
        hand.until(lambda: bool(page.rows), f"the request of {asked.person_name}")
        hand.click_at(page.rows[0], page.rows[0].rect().center())
        hand.picture("kiosk-request", window)
        hand.click("Share", window)
        hand.expect("can now see", window)
        hand.picture("kiosk-shared", window)

    def _stop(self, window: KioskWindow) -> None:
        hand = self._hand
        window.speak("en", HomePage)
        hand.click("What I share", window)
        hand.click("Stop sharing", window)
        hand.picture("kiosk-stop", window)
        hand.click("Stop sharing", window)
        hand.rest(1500)
        hand.picture("kiosk-stopped", window)
