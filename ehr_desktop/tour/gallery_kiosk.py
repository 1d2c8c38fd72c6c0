"""Pictures of the patients' kiosk, a page of it in each language."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint

from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import AccessRequest
from ehr_desktop.domain.people import Actor
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.services.demo_clinic import PASS_PHRASE
from ehr_desktop.tour.few_colours import few_colours
from ehr_desktop.tour.hand import Hand, LostError
from ehr_desktop.ui.kiosk.page import PageMaker
from ehr_desktop.ui.kiosk.pages.attract import AttractPage
from ehr_desktop.ui.kiosk.pages.home import HomePage
from ehr_desktop.ui.kiosk.pages.looks import LooksPage
from ehr_desktop.ui.kiosk.pages.pin import PinPage
from ehr_desktop.ui.kiosk.pages.request import RequestPage
from ehr_desktop.ui.kiosk.pages.shares import SharesPage
from ehr_desktop.ui.kiosk.pages.summary import SummaryPage
from ehr_desktop.ui.kiosk.window import KioskWindow

SIZE: Final = (1366, 768)
_PIN: Final = "592741"
_NOTHING_THERE: Final = QPoint(2, 2)
_KEPT: Final = frozenset({Category.EMERGENCY, Category.GENERAL, Category.LABS})
_ASKED: Final = frozenset({Category.NOTES, Category.DOCUMENTS, Category.MENTAL_HEALTH})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose card it is, and what is asked of them."""

    code: str
    request: AccessRequest


class KioskShots:
    """Shows the kiosk to a patient who has an appointment today, and takes pictures of it."""

    def __init__(self, desktop: Desktop, hand: Hand, folder: Path, day: date) -> None:
        self._desktop, self._hand, self._folder, self._day = desktop, hand, folder / "kiosk", day
        self._pictures: list[Path] = []

    def take(self, doctor: Actor, receptionist: Actor) -> list[Path]:
        """Give the pictures. Nothing else can be shown afterwards: the kiosk stays.

        Raises:
            LostError: something is not on the screen where it should be.
        """
        work = self._prepare(doctor, receptionist)
        visitor = self._desktop.thread.submit(work).result()
        window = self._desktop.show_kiosk()
        window.showNormal()
        window.resize(*SIZE)
        self._hand.until(lambda: bool(window.facts.name), "the name of the clinic")
        self._shoot(window, "en", "begin", AttractPage)
        self._shoot(window, "es", "pin", partial(PinPage, code=visitor.code))
        page = window.page
        assert isinstance(page, PinPage)
        page.entered(_PIN)
        self._hand.until(lambda: isinstance(window.page, HomePage), "the start page")
        self._shoot(window, "en", "home", HomePage)
        self._shoot(
            window, "ar", "request", partial(RequestPage, request=visitor.request, back=HomePage)
        )
        self._shoot(window, "hi", "shares", SharesPage)
        self._shoot(window, "ta", "who-saw", LooksPage)
        self._shoot(window, "fr", "summary-large", SummaryPage, large=True, contrast=True)
        window.finish()
        return self._pictures

    def _shoot(
        self,
        window: KioskWindow,
        code: str,
        name: str,
        maker: PageMaker,
        *,
        large: bool = False,
        contrast: bool = False,
    ) -> None:
        # on a slow machine nobody would seem to be there any more
        self._hand.click_at(window, _NOTHING_THERE)
        window.wear(large=large, contrast=contrast)
        window.speak(code, maker)
        self._hand.rest(900)
        path = self._folder / f"{name}-{code}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not few_colours(window.grab().toImage()).save(str(path), quality=0):
            raise LostError(f"the picture {path} could not be written")
        self._pictures.append(path)

    async def _prepare(self, doctor: Actor, receptionist: Actor) -> Visitor:
        door = self._desktop.door
        doctor = await door.session.sign_in(doctor.staff.account_name, PASS_PHRASE)
        desk = await door.session.sign_in(receptionist.staff.account_name, PASS_PHRASE)
        today = await door.appointments.day(desk, self._day)
        waiting = [one for one in today if one.status is AppointmentStatus.BOOKED]
        charts = [await door.charts.open(doctor, one.patient) for one in waiting[:12]]
        told = max(charts, key=lambda one: (len(one.summary.allergies), one.summary.results.total))
        patient = told.receipt.patient
        card = await door.cards.take(desk, patient, _PIN, _KEPT)
        for waiting in (await door.cards.status(doctor, patient)).unconfirmed:
            await door.cards.confirm(doctor, waiting)
        now = self._desktop.parts.now()
        asked = await door.sharing.ask(
            doctor,
            patient,
            categories=_ASKED,
            purpose="second-opinion",
            until=now + timedelta(days=90),
            keep_until=None,
        )
        return Visitor(card.code, asked)
