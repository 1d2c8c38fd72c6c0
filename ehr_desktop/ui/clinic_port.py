"""Everything a screen may ask of the clinic. Every method runs on the node's loop: screens call
them only through `NodeBridge.call`. What they raise stands in `domain/errors.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from ehr_desktop.domain.ids import AppointmentId, DeviceId, PatientId, PersonId, TransactionId
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.domain.network import ConsensusStatus, NetworkStatus
from ehr_desktop.domain.patients import (
    Demographics,
    DuplicateWarning,
    PatientPage,
    PatientSummary,
)
from ehr_desktop.domain.people import Actor, Clinic, Staff, Team, Workstation
from ehr_desktop.domain.refusals import KeptEntry, RefusedWork
from ehr_desktop.domain.schedule import Appointment, AppointmentStatus, Slot
from ehr_desktop.services.values import (
    Booking,
    Door,
    Draft,
    ExportReport,
    ImportProgress,
    ImportReport,
    NewAccount,
)
from ehr_desktop.ui.chart_port import Charts
from ehr_desktop.ui.consent_port import Cards, Emergency, Erasing, Recovery, Sharing
from ehr_desktop.ui.ledger_port import Integrity, Ledger


class Session(Protocol):
    """Who acts on this workstation."""

    async def sign_in(self, account_name: str, password: str) -> Actor:
        """Open the person's keys."""
        ...

    async def unlock(self, actor: Actor, password: str) -> Actor:
        """Open the same person's keys again."""
        ...

    async def lock(self, actor: Actor) -> None:
        """Drop the person's keys."""
        ...

    async def sign_out(self, actor: Actor) -> None:
        """Drop the person's keys and end the session."""
        ...

    async def clinic(self) -> Clinic:
        """Give the clinic."""
        ...

    async def status(self) -> NodeStatus:
        """Give the state of this workstation."""
        ...

    async def account_names(self) -> tuple[str, ...]:
        """Give the names that signed in here before, newest first."""
        ...


class People(Protocol):
    """Who works here."""

    async def list(self, actor: Actor) -> tuple[Staff, ...]:
        """Give everybody, inactive accounts too."""
        ...

    async def providers(self, actor: Actor) -> tuple[Staff, ...]:
        """Give active doctors and nurses, doctors first, by name."""
        ...

    async def awaiting_keys(self, actor: Actor) -> tuple[PersonId, ...]:
        """Give who can read nothing yet, until a colleague of the team signs in."""
        ...

    async def keys_to_replace(self, actor: Actor) -> tuple[Team, ...]:
        """Give the teams whose key somebody who has left may know: it seals nothing any more, and
        is replaced as soon as somebody of the team is signed in.
        """
        ...

    async def add(self, actor: Actor, account: NewAccount) -> Staff:
        """Make an account."""
        ...

    async def deactivate(self, actor: Actor, person: PersonId) -> None:
        """End an account."""
        ...

    async def change_own_password(self, actor: Actor, old: str, new: str) -> None:
        """Give the actor's account a new password."""
        ...

    async def workstations(self, actor: Actor) -> tuple[Workstation, ...]:
        """Give the paired PCs."""
        ...


class Network(Protocol):
    """The clinic's workstations and how they agree."""

    async def status(self, actor: Actor) -> NetworkStatus:
        """Give every workstation as this one sees it."""
        ...

    async def consensus(self, actor: Actor) -> ConsensusStatus:
        """Give how far the block being agreed has come."""
        ...

    async def add_address(self, actor: Actor, address: str) -> None:
        """Try an address somebody typed: a host, or a host and a port."""
        ...

    async def remove(self, actor: Actor, device: DeviceId) -> None:
        """Take a workstation off the roster; its links end everywhere."""
        ...

    async def set_weights(self, actor: Actor, weights: Mapping[DeviceId, int]) -> None:
        """Give validators other weights, where the clinic chose stake."""
        ...

    async def open_door(self, actor: Actor) -> Door:
        """Let one new workstation in; `PairingAsked` and `PairingEnded` tell what happens."""
        ...

    async def let_in(self, actor: Actor, *, agreed: bool) -> None:
        """Say whether the digits on both screens are the same."""
        ...

    async def close_door(self) -> None:
        """Let nobody in after all."""
        ...


class Patients(Protocol):
    """Who is registered."""

    async def search(
        self, actor: Actor, text: str, *, limit: int = 50, offset: int = 0
    ) -> PatientPage:
        """Find patients; an empty text gives the recently changed first."""
        ...

    async def get(self, actor: Actor, patient: PatientId) -> PatientSummary:
        """Give one patient."""
        ...

    async def duplicates(
        self, actor: Actor, demographics: Demographics
    ) -> tuple[DuplicateWarning, ...]:
        """Give those already registered who may be the same person."""
        ...

    async def register(self, actor: Actor, demographics: Demographics) -> PatientSummary:
        """Register somebody; an empty record number is filled in."""
        ...

    async def change(
        self, actor: Actor, patient: PatientId, demographics: Demographics
    ) -> PatientSummary:
        """Replace a patient's demographics."""
        ...

    async def recent(self, actor: Actor, limit: int = 10) -> tuple[PatientSummary, ...]:
        """Give the patients last worked with."""
        ...


class Appointments(Protocol):
    """The day book."""

    async def day(
        self, actor: Actor, day: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        """Give a day by provider and start, cancelled appointments too."""
        ...

    async def week(
        self, actor: Actor, monday: date, providers: tuple[PersonId, ...] = ()
    ) -> tuple[Appointment, ...]:
        """Give seven days."""
        ...

    async def of_patient(self, actor: Actor, patient: PatientId) -> tuple[Appointment, ...]:
        """Give a patient's appointments."""
        ...

    async def book(self, actor: Actor, wanted: Booking) -> Appointment:
        """Book."""
        ...

    async def move(
        self,
        actor: Actor,
        appointment: AppointmentId,
        provider: PersonId,
        start: datetime,
        length: timedelta,
        override_reason: str = "",
    ) -> Appointment:
        """Move to another time or provider."""
        ...

    async def change_status(
        self, actor: Actor, appointment: AppointmentId, status: AppointmentStatus
    ) -> Appointment:
        """Set the next status."""
        ...

    async def cancel(
        self, actor: Actor, appointment: AppointmentId, reason: str = ""
    ) -> Appointment:
        """Cancel."""
        ...

    async def next_free(
        self,
        actor: Actor,
        provider: PersonId,
        length: timedelta,
        after: datetime,
        count: int = 5,
    ) -> tuple[Slot, ...]:
        """Give the next free slots within opening hours."""
        ...


class Refusals(Protocol):
    """What was refused after its author had been told that it is pending."""

    async def list(self, actor: Actor) -> tuple[RefusedWork, ...]:
        """Give what was refused and not dismissed, oldest first."""
        ...

    async def dismiss(self, actor: Actor, transaction: TransactionId) -> None:
        """Tell of a refusal no more."""
        ...

    async def kept(self, actor: Actor, transaction: TransactionId) -> tuple[KeptEntry, ...]:
        """Give what the actor wrote and the ledger refused; only its author can open it."""
        ...

    async def discard(self, actor: Actor, transaction: TransactionId) -> None:
        """Keep no copy of it any more, and tell of it no more."""
        ...

    async def take(self, actor: Actor, work: RefusedWork, slot: Slot) -> Appointment:
        """Book or move what was refused to another time, and dismiss the refusal."""
        ...


class Imports(Protocol):
    """Files in."""

    async def run(
        self,
        actor: Actor,
        files: Sequence[Path],
        progress: Callable[[ImportProgress], None],
        cancelled: Callable[[], bool],
    ) -> ImportReport:
        """Take FHIR bundles; both callbacks are called on a worker thread."""
        ...


class Exports(Protocol):
    """Files out."""

    async def patient(self, actor: Actor, patient: PatientId, target: Path) -> ExportReport:
        """Write one patient as a bundle."""
        ...


class Drafts(Protocol):
    """What was typed and not saved."""

    async def save(self, actor: Actor, key: str, text: str) -> None:
        """Keep `text` under `key`."""
        ...

    async def load(self, actor: Actor, key: str) -> Draft | None:
        """Give what was kept."""
        ...

    async def discard(self, actor: Actor, key: str) -> None:
        """Drop what was kept."""
        ...


class ClinicPort(Protocol):
    """The clinic's front door."""

    @property
    def session(self) -> Session:
        """Who acts."""
        ...

    @property
    def people(self) -> People:
        """Who works here."""
        ...

    @property
    def network(self) -> Network:
        """The workstations."""
        ...

    @property
    def patients(self) -> Patients:
        """Who is registered."""
        ...

    @property
    def charts(self) -> Charts:
        """Patients' records."""
        ...

    @property
    def appointments(self) -> Appointments:
        """The day book."""
        ...

    @property
    def refusals(self) -> Refusals:
        """What was refused later."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Blocks and transactions."""
        ...

    @property
    def integrity(self) -> Integrity:
        """The full check."""
        ...

    @property
    def imports(self) -> Imports:
        """Files in."""
        ...

    @property
    def exports(self) -> Exports:
        """Files out."""
        ...

    @property
    def drafts(self) -> Drafts:
        """Unsaved text."""
        ...

    @property
    def recovery(self) -> Recovery:
        """Custodians, backups, forgotten passwords."""
        ...

    @property
    def cards(self) -> Cards:
        """Patients' cards."""
        ...

    @property
    def sharing(self) -> Sharing:
        """Asking patients, and what they share."""
        ...

    @property
    def emergency(self) -> Emergency:
        """Emergency access and its review."""
        ...

    @property
    def erasing(self) -> Erasing:
        """Erasing records."""
        ...
