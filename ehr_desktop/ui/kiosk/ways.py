"""Ways back. Pages know where they lead, so these know the pages only when they are walked."""

from typing import TYPE_CHECKING

from ehr_desktop.ui.kiosk.visit import Visit

if TYPE_CHECKING:
    from ehr_desktop.ui.kiosk.page import Page


def to_begin(visit: Visit) -> "Page":
    """Give the page that waits for people."""
    from ehr_desktop.ui.kiosk.pages.attract import AttractPage  # noqa: PLC0415

    return AttractPage(visit)


def to_card(visit: Visit, notice: str = "") -> "Page":
    """Give the page that asks for the card."""
    from ehr_desktop.ui.kiosk.pages.card import CardPage  # noqa: PLC0415

    return CardPage(visit, notice)


def to_home(visit: Visit) -> "Page":
    """Give the start page."""
    from ehr_desktop.ui.kiosk.pages.home import HomePage  # noqa: PLC0415

    return HomePage(visit)
