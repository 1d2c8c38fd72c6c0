"""One person's time at the kiosk."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.ui.consent_port import Kiosk
from ehr_desktop.ui.kiosk.dress import Dress
from ehr_desktop.ui.kiosk.parts import ClinicFacts, KioskParts

if TYPE_CHECKING:
    from ehr_desktop.ui.kiosk.page import PageMaker


class Host(Protocol):
    """What pages may ask of the window around them."""

    def show_page(self, maker: "PageMaker") -> None:
        """Put another page up. The one before is destroyed, and there is no way back to it but
        what the new one offers.
        """
        ...

    def speak(self, code: str, then: "PageMaker") -> None:
        """Go on in another language."""
        ...

    def enter(
        self,
        work: Coroutine[Any, Any, PatientActor],
        failed: Callable[[BaseException], object],
    ) -> None:
        """Go on as whoever `work` gives: the owner of a card, or whom they speak for."""
        ...

    def finish(self) -> None:
        """End the visit and clear everything."""
        ...

    def call_staff(self, text: str = "") -> None:
        """Say that the desk can help, with a sentence that fits."""
        ...

    def leave(self) -> None:
        """End the kiosk."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page is given. `actor` is who decides here now, None until a card is opened."""

    parts: KioskParts
    facts: ClinicFacts
    dress: Dress
    host: Host
    actor: PatientActor | None = None

    @property
    def kiosk(self) -> Kiosk:
        """What patients may do."""
        return self.parts.clinic.kiosk

    @property
    def patient(self) -> PatientActor:
        """Who decides here now; only for pages behind the PIN."""
        assert self.actor is not None, "nobody is here yet"
        return self.actor
