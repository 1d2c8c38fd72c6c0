"""What every screen is given, and what screens ask of each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import PatientId, RecordId, TransactionId
from ehr_desktop.domain.people import Actor
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.prefs import Prefs
from ehr_desktop.ui.theme.theme import Theme


class Place(StrEnum):
    """The screens of the navigation rail."""

    TODAY = "today"
    PATIENTS = "patients"
    APPOINTMENTS = "appointments"
    LEDGER = "ledger"
    INTEGRITY = "integrity"
    NETWORK = "network"
    CONSENSUS = "consensus"
    OVERSIGHT = "oversight"
    PEOPLE = "people"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a screen is asked to do when it comes up."""


@dataclass(frozen=True, slots=True)
class ShowDay(Wish):
    """Show the day book of `day`."""

    day: date


@dataclass(frozen=True, slots=True)
class RegisterPatient(Wish):
    """Open an empty registration form; `name` is what was typed so far."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class BookFor(Wish):
    """Look for a time for `patient`."""

    patient: PatientId


@dataclass(frozen=True, slots=True)
class ShowPatient(Wish):
    """Select `patient` in the list."""

    patient: PatientId


@dataclass(frozen=True, slots=True)
class AddWorkstation(Wish):
    """Let a new workstation in."""


class Overseen(StrEnum):
    """What somebody else looks at: the pages of the oversight screen."""

    REVIEWS = "reviews"
    QUESTIONS = "questions"
    ERASURES = "erasures"


@dataclass(frozen=True, slots=True)
class ShowOverseen(Wish):
    """Show one page of the oversight screen."""

    page: Overseen


@dataclass(frozen=True, slots=True)
class BeginEmergency(Wish):
    """Ask for emergency access to the record of this window."""


@dataclass(frozen=True, slots=True)
class AmendWith(Wish):
    """Amend the note `record` with what its author wrote while cut off, in the window of its
    chart; `transaction` refused it, and it was signed at `written`.
    """

    record: RecordId
    title: str
    text: str
    written: datetime
    transaction: TransactionId


@runtime_checkable
class GrantsWishes(Protocol):
    """A screen that can do more than come up."""

    def grant(self, wish: Wish) -> None:
        """Do what is asked, or nothing when this screen does not do such things."""
        ...


class Notify(Protocol):
    """Shows a short message at the bottom of the window."""

    def __call__(
        self, text: str, *, action: str = "", on_action: Callable[[], object] | None = None
    ) -> None:
        """Show `text` for some seconds, with a button labelled `action` (usually "Undo")."""
        ...


class Navigate(Protocol):
    """Brings a screen up."""

    def __call__(self, place: Place, wish: Wish | None = None) -> None:
        """Show `place` and hand `wish` to it. Does nothing when this role has no such screen."""
        ...


class OpenChart(Protocol):
    """Brings a patient's record up, in a window of its own."""

    def __call__(self, patient: PatientId, wish: Wish | None = None, /) -> None:
        """Show the record of `patient` and hand `wish` to its window."""
        ...


@dataclass(frozen=True, slots=True)
class ScreenContext:
    """What a screen works with. `now` gives the present as an aware time."""

    bridge: NodeBridge
    clinic: ClinicPort
    actor: Actor
    theme: Theme
    prefs: Prefs
    now: Callable[[], datetime]
    notify: Notify
    open_chart: OpenChart
    navigate: Navigate


ScreenMaker = Callable[[ScreenContext], QWidget]
ChartMaker = Callable[[ScreenContext, PatientId], QWidget]


@dataclass(frozen=True, slots=True)
class Registry:
    """The screens this program has. What is not in here is not shown anywhere."""

    screens: Mapping[Place, ScreenMaker]
    chart: ChartMaker
