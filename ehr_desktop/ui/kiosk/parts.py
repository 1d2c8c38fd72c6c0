"""What the kiosk is made of, and what staff may set about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Protocol

from PySide6.QtGui import QTextDocument

from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import Session
from ehr_desktop.ui.consent_port import Kiosk
from ehr_desktop.ui.kiosk.drives import SavePlace
from ehr_desktop.ui.theme.theme import Theme

WARN_AFTER_S: Final = 20
WIPE_AFTER_S: Final = 30
MOST_WIPE_AFTER_S: Final = 60


class KioskClinic(Protocol):
    """What the kiosk needs of the clinic: its name, and what patients may do."""

    @property
    def session(self) -> Session:
        """The clinic itself."""
        ...

    @property
    def kiosk(self) -> Kiosk:
        """What patients may do."""
        ...


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """How long nobody may touch the screen before it warns and clears itself, in seconds; whether
    keypads for PINs are shuffled; the language to begin with.
    """

    wipe_after_s: int = WIPE_AFTER_S
    shuffled: bool = False
    language: str = "en"

    @property
    def warn_after_s(self) -> int:
        """When to warn: ten seconds before, or at twenty."""
        return min(WARN_AFTER_S, self.wipe_after_s - 10)


@dataclass(frozen=True, slots=True)
class KioskParts:
    """Everything around the pages. `places` gives where a file can be saved to now; `print_out`
    prints and tells whether there is a printer; `seconds` is the wall clock.
    """

    bridge: NodeBridge
    clinic: KioskClinic
    theme: Theme
    settings: KioskSettings
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    places: Callable[[], tuple[SavePlace, ...]]
    print_out: Callable[[QTextDocument], bool]


@dataclass(frozen=True, slots=True)
class ClinicFacts:
    """What pages have to know of the clinic."""

    name: str
    zone: tzinfo
