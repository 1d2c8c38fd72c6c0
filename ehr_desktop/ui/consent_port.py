"""What screens may ask of the clinic about consent: the kiosk's side and the staff's side. Every
method runs on the node's loop. What they raise stands in `domain/errors.py`.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from ehr_desktop.domain.backups import Backup
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.domain.consent import (
    AccessRequest,
    CardStatus,
    Custody,
    Delegation,
    EmergencyAccess,
    EmergencyReview,
    Erasure,
    Finding,
    GuardRule,
    Look,
    NewCard,
    PaperShare,
    PatientActor,
    Rule,
    Share,
    UnconfirmedCard,
)
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, TransactionId
from ehr_desktop.domain.people import Actor, Staff, Team
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.services.values import ExportReport, OpenChart


class Kiosk(Protocol):
    """A patient, or somebody who speaks for one, at the kiosk."""

    async def open(self, code: str, pin: str) -> PatientActor:
        """Open a patient's keys with the code on the card and the PIN.

        Raises:
            CardUnknownError, CardLostError: there is no such card in this clinic, or it was lost.
            PinWrongError, PinLockedError: see there for how many guesses are left.
            GuardsAwayError: too few workstations answer.
        """
        ...

    async def speak_for(self, patient: PatientActor, other: PatientId) -> PatientActor:
        """Go on as the delegate of another patient."""
        ...

    async def close(self, patient: PatientActor) -> None:
        """Forget everything of this patient."""
        ...

    async def may_leave(self, pin: str) -> bool:
        """Tell whether a PIN is the staff's for leaving the kiosk; slow on purpose."""
        ...

    async def guard_rule(self) -> GuardRule:
        """Give how PINs are guarded here."""
        ...

    async def represented(self, patient: PatientActor) -> tuple[Delegation, ...]:
        """Give for whom the patient may speak."""
        ...

    async def appointments_today(self, patient: PatientActor) -> tuple[Appointment, ...]:
        """Give the patient's appointments of the day, earliest first."""
        ...

    async def check_in(self, patient: PatientActor, appointment: AppointmentId) -> Appointment:
        """Say that the patient has arrived."""
        ...

    async def requests(self, patient: PatientActor) -> tuple[AccessRequest, ...]:
        """Give the requests that wait for an answer first, then earlier ones, newest first."""
        ...

    async def approve(
        self,
        patient: PatientActor,
        request: str,
        *,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Share what was asked for, or less."""
        ...

    async def refuse(self, patient: PatientActor, request: str) -> None:
        """Do not share."""
        ...

    async def shares(self, patient: PatientActor) -> tuple[Share, ...]:
        """Give what is shared, then what was."""
        ...

    async def share_with_team(
        self, patient: PatientActor, categories: frozenset[Category], *, reshare: bool = False
    ) -> Share:
        """Let the clinic's care team see these categories, and no others, from now on; with
        `reshare` its members may hand that on.
        """
        ...

    async def set_reshare(self, patient: PatientActor, share: str, *, reshare: bool) -> Share:
        """Allow a grantee to hand a share on, or no longer: it is given anew, in place of the one
        before.
        """
        ...

    async def stop(self, patient: PatientActor, share: str) -> Share:
        """Stop sharing. It takes effect at once; the share tells how far the rest has come."""
        ...

    async def rules(self, patient: PatientActor) -> tuple[Rule, ...]:
        """Give the standing rules."""
        ...

    async def set_rule(self, patient: PatientActor, categories: frozenset[Category]) -> Rule:
        """Let whoever the patient has an appointment with see these categories that day."""
        ...

    async def end_rule(self, patient: PatientActor, rule: str) -> None:
        """End a standing rule."""
        ...

    async def delegations(self, patient: PatientActor) -> tuple[Delegation, ...]:
        """Give who may speak for the patient."""
        ...

    async def delegate(self, patient: PatientActor, card_code: str, until: date) -> Delegation:
        """Let the patient of another card, which is shown here, speak for this one."""
        ...

    async def end_delegation(self, patient: PatientActor, delegation: str) -> None:
        """Let somebody speak no longer."""
        ...

    async def looks(
        self, patient: PatientActor, *, own: bool = False, limit: int = 50, offset: int = 0
    ) -> tuple[Look, ...]:
        """Give who saw the record, newest first; the patient's own readings only with `own`."""
        ...

    async def ask(self, patient: PatientActor, look: TransactionId, question: str) -> None:
        """Ask the clinic about one reading."""
        ...

    async def summary(self, patient: PatientActor) -> ChartSummary:
        """Give the patient's own summary; a receipt is written first."""
        ...

    async def save_record(self, patient: PatientActor, target: Path) -> ExportReport:
        """Write the patient's whole record as a FHIR bundle; a receipt is written first."""
        ...

    async def change_pin(self, patient: PatientActor, pin: str) -> None:
        """Put the card under another PIN."""
        ...


class Cards(Protocol):
    """Patients' cards, at the front desk."""

    async def status(self, actor: Actor, patient: PatientId) -> CardStatus:
        """Give whether and how a patient decides."""
        ...

    async def take(
        self, actor: Actor, patient: PatientId, pin: str, keep: frozenset[Category]
    ) -> NewCard:
        """Make a patient's card; the care team keeps `keep`."""
        ...

    async def unconfirmed(self, actor: Actor) -> tuple[UnconfirmedCard, ...]:
        """Give the cards and guardians that wait for a clinician, those made last first."""
        ...

    async def confirm(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        """Vouch that who shows a card is the patient, or the guardian: from now on it counts."""
        ...

    async def reject(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        """Turn away what waits: it is not the patient's card, or the guardian."""
        ...

    async def lose(self, actor: Actor, patient: PatientId) -> CardStatus:
        """Note that a card is lost: it opens nothing any more."""
        ...

    async def find(self, actor: Actor, patient: PatientId, code: str, pin: str) -> CardStatus:
        """Note that a card that was reported lost was found: the patient shows it, with the PIN."""
        ...

    async def replace(
        self, actor: Actor, patient: PatientId, pin: str, shares: Sequence[str]
    ) -> NewCard:
        """Make a new card after the delay, with the custodians' paper shares."""
        ...

    async def name_guardian(
        self, actor: Actor, patient: PatientId, code: str, pin: str, until: date
    ) -> Delegation:
        """Let a parent or carer, who shows a card, decide for a patient without one."""
        ...

    async def guard_rule(self, actor: Actor) -> GuardRule:
        """Give how PINs are guarded here."""
        ...

    async def set_exit_pin(self, actor: Actor, pin: str) -> None:
        """Choose the PIN that leaves the kiosk on this workstation."""
        ...


class Sharing(Protocol):
    """Asking patients, and what they answered, on the clinic's side."""

    async def ask(
        self,
        actor: Actor,
        patient: PatientId,
        *,
        categories: frozenset[Category],
        purpose: str,
        until: datetime | None,
        keep_until: datetime | None,
    ) -> AccessRequest:
        """Ask a patient for access."""
        ...

    async def withdraw(self, actor: Actor, request: str) -> None:
        """Ask no longer."""
        ...

    async def own_requests(self, actor: Actor) -> tuple[AccessRequest, ...]:
        """Give what the actor asked for and is not settled or was settled today, newest first."""
        ...

    async def open_to(self, actor: Actor, patient: PatientId) -> frozenset[Category]:
        """Give the categories of a patient the actor may read now."""
        ...

    async def shares(self, actor: Actor, patient: PatientId) -> tuple[Share, ...]:
        """Give what a patient shares, for the chart's page on access."""
        ...

    async def hand_on(
        self,
        actor: Actor,
        share: str,
        colleague: PersonId,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Hand a grant that allows it on to a colleague, unchanged or narrower."""
        ...

    async def looks(
        self, actor: Actor, patient: PatientId, *, limit: int = 200
    ) -> tuple[Look, ...]:
        """Give who saw a patient's record, newest first."""
        ...

    async def questions(self, actor: Actor) -> tuple[tuple[str, PatientId, Look, str, str], ...]:
        """Give patients' questions: id, whose, about which reading, the question, the answer."""
        ...

    async def answer(self, actor: Actor, question: str, text: str) -> None:
        """Answer a patient's question."""
        ...


class Emergency(Protocol):
    """Emergency access, and its review."""

    async def open(
        self, actor: Actor, patient: PatientId, *, password: str, reason: str, words: str
    ) -> tuple[EmergencyAccess, OpenChart]:
        """Open the emergency set: with the password again, a reason (a code) and words.

        Raises:
            SignInRefusedError: the password is wrong.
            GuardsAwayError: too few workstations released their shares in time.
            RefusedError: a contract refused.
        """
        ...

    async def current(self, actor: Actor, patient: PatientId) -> EmergencyAccess | None:
        """Give the emergency access that is open now."""
        ...

    async def rule(self, actor: Actor) -> GuardRule:
        """Give how many workstations have to release their shares."""
        ...

    async def reviews(self, actor: Actor) -> tuple[EmergencyReview, ...]:
        """Give what has to be reviewed, most urgent first, then what was, newest first."""
        ...

    async def review(self, actor: Actor, claim: str, finding: Finding, words: str) -> None:
        """Say whether it was justified."""
        ...


class Erasing(Protocol):
    """Erasing a patient's record."""

    async def all(self, actor: Actor) -> tuple[Erasure, ...]:
        """Give every erasure, those not finished first."""
        ...

    async def order(
        self, actor: Actor, patient: PatientId, *, not_before: date, basis: str
    ) -> Erasure:
        """Order an erasure; the record is locked at once."""
        ...

    async def cancel(self, actor: Actor, patient: PatientId) -> None:
        """Do not erase after all."""
        ...

    async def confirm(self, actor: Actor, patient: PatientId, *, password: str) -> Erasure:
        """Confirm as the second person: the record is destroyed on every workstation."""
        ...

    async def certificate(self, actor: Actor, patient: PatientId) -> Erasure:
        """Give what a certificate says."""
        ...


class Recovery(Protocol):
    """Custodians, backups, forgotten passwords."""

    async def custody(self, actor: Actor) -> Custody:
        """Give what the custodians can open."""
        ...

    async def set_custodians(
        self, actor: Actor, threshold: int, count: int, current: Sequence[str] = ()
    ) -> tuple[PaperShare, ...]:
        """Make the clinic's recovery key and give the paper shares, once. `current` are shares of
        the key before, from generation 2 on.
        """
        ...

    async def draw_custodians(
        self, actor: Actor, threshold: int, count: int
    ) -> tuple[PaperShare, ...]:
        """Draw a new recovery key and give its paper shares, once; it counts from `confirm` on."""
        ...

    async def confirm_custodians(
        self, actor: Actor, shares: Sequence[str], current: Sequence[str] = ()
    ) -> Custody:
        """Make the key that was drawn the clinic's, with shares that were typed back from paper."""
        ...

    async def rehearse(self, actor: Actor, shares: Sequence[str]) -> Custody:
        """Try whether shares give the key back; nothing is opened.

        Raises:
            SharesWrongError: too few, unreadable, or not of this key.
        """
        ...

    async def hand_on(self, actor: Actor, team: Team, shares: Sequence[str]) -> None:
        """Have the custodians hand a team's key on to members whom no colleague can."""
        ...

    async def back_up(
        self,
        actor: Actor,
        folder: Path,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> Path:
        """Write a backup and the vault-key file beside it; give the backup's path. Both callbacks
        are called on a worker thread.
        """
        ...

    async def backup(self, actor: Actor) -> Backup | None:
        """Give the last backup of this workstation, if there was one."""
        ...

    async def last_backup(self, actor: Actor) -> datetime | None:
        """Give when the last backup of this workstation was written."""
        ...

    async def renew_account(self, actor: Actor, person: PersonId, new_password: str) -> Staff:
        """Give somebody who forgot the password new keys under a new one."""
        ...
