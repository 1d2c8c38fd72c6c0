"""Every page of the kiosk, for tests that look at all of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ehr_desktop.domain.consent import Delegation
from ehr_desktop.ui.kiosk.page import PageMaker
from ehr_desktop.ui.kiosk.pages.ask import AskPage, WritePage
from ehr_desktop.ui.kiosk.pages.attract import AttractPage
from ehr_desktop.ui.kiosk.pages.card import CardPage
from ehr_desktop.ui.kiosk.pages.check_in import CheckInPage
from ehr_desktop.ui.kiosk.pages.choose import RulePage, TeamPage
from ehr_desktop.ui.kiosk.pages.delegate import DelegateCardPage, DelegateUntilPage
from ehr_desktop.ui.kiosk.pages.delegates import DelegatesPage, EndDelegationPage
from ehr_desktop.ui.kiosk.pages.home import HomePage
from ehr_desktop.ui.kiosk.pages.keep import BundlePlacePage, KeepPage, PdfPlacePage
from ehr_desktop.ui.kiosk.pages.leave import LeavePage
from ehr_desktop.ui.kiosk.pages.look import LookPage
from ehr_desktop.ui.kiosk.pages.looks import LooksPage
from ehr_desktop.ui.kiosk.pages.new_pin import NewPinPage
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.pages.pass_on import PassOnPage
from ehr_desktop.ui.kiosk.pages.pin import PinPage
from ehr_desktop.ui.kiosk.pages.request import RequestPage
from ehr_desktop.ui.kiosk.pages.requests import RequestsPage
from ehr_desktop.ui.kiosk.pages.shares import SharesPage
from ehr_desktop.ui.kiosk.pages.stop import StopPage
from ehr_desktop.ui.kiosk.pages.summary import SummaryPage
from ehr_desktop.ui.kiosk.pages.type_code import TypeCodePage
from ehr_desktop.ui.kiosk.pages.whom import WhomPage
from ehr_desktop.ui.kiosk.visit import Visit
from tests.support.memory_kiosk import CHILD, CODE, PATIENT, MemoryKiosk
from tests.support.memory_world import NOON


def _type_code(visit: object, code: str) -> PinPage:
    return PinPage(visit, code)


def _unconfirmed_home(visit: Visit) -> HomePage:
    return HomePage(replace(visit, actor=replace(visit.patient, confirmed=False)))


def pages_before_the_pin() -> Mapping[str, PageMaker]:
    """Give the pages for anybody, by name."""
    return {
        "attract": AttractPage,
        "card": CardPage,
        "type-code": partial(TypeCodePage, back=CardPage, then=_type_code),
        "pin": partial(PinPage, code=CODE),
        "leave": LeavePage,
    }


def pages_behind_the_pin(kiosk: MemoryKiosk) -> Mapping[str, PageMaker]:
    """Give the pages for a patient, by name, with what `kiosk` holds."""
    request = next(iter(kiosk.asked.values()))
    share = next(iter(kiosk.shared.values()))
    emergency = kiosk.seen[1]
    delegation = Delegation(
        "d", PATIENT, CHILD, "Élodie Ashworth", NOON + timedelta(days=900), guardian=True
    )
    return {
        "whom": partial(WhomPage, others=(delegation, delegation)),
        "home": HomePage,
        "home-unconfirmed": _unconfirmed_home,
        "check-in": CheckInPage,
        "requests": RequestsPage,
        "request": partial(RequestPage, request=request, back=RequestsPage),
        "outcome": partial(
            OutcomePage, title="Dr Karin Lindqvist", sentences=["1"], receipt="f" * 32
        ),
        "shares": SharesPage,
        "stop": partial(StopPage, share=share, back=SharesPage, passed_on=(share,)),
        "team": partial(TeamPage, shares=tuple(kiosk.shared.values())),
        "pass-on": partial(PassOnPage, share=share, passed_on=(share,), back=SharesPage),
        "rule": partial(RulePage, rules=()),
        "looks": partial(LooksPage, own=True),
        "look": partial(LookPage, look=emergency),
        "ask": partial(AskPage, look=emergency),
        "write": partial(WritePage, look=emergency),
        "summary": SummaryPage,
        "keep": KeepPage,
        "save-pdf": PdfPlacePage,
        "save-bundle": BundlePlacePage,
        "delegates": DelegatesPage,
        "end-delegation": partial(EndDelegationPage, delegation=delegation),
        "delegate-card": DelegateCardPage,
        "delegate-until": partial(DelegateUntilPage, code=CODE),
        "new-pin": NewPinPage,
    }
