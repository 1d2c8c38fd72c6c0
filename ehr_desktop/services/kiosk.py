"""A patient, or somebody who speaks for one, at the kiosk."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ehr_desktop.dates import end_of_day
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.domain.consent import (
    AccessRequest,
    Delegation,
    GuardRule,
    Look,
    PatientActor,
    Rule,
    Share,
)
from ehr_desktop.domain.errors import InvalidInputError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import AppointmentId, PatientId, TransactionId
from ehr_desktop.domain.schedule import Appointment
from ehr_desktop.interchange.fhir.build_question import communication
from ehr_desktop.node.node import Node
from ehr_desktop.services.exporting import write_record
from ehr_desktop.services.values import ExportReport

_NAME_ALONE = frozenset({Category.DEMOGRAPHICS})


class Kiosk:
    """What patients see and decide."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._names: dict[str, dict[PatientId, str]] = {}

    # --- coming and going ------------------------------------------------------------------------

    async def open(self, code: str, pin: str) -> PatientActor:
        """Open a patient's keys with the code on the card and the PIN.

        Raises:
            CardUnknownError, CardLostError: there is no such card in this clinic, or it was lost.
            PinWrongError, PinLockedError: see there for how many guesses are left.
            GuardsAwayError: too few workstations answer.
        """
        return await self._named(await self._node.shown_cards.open(code, pin))

    async def speak_for(self, patient: PatientActor, other: PatientId) -> PatientActor:
        """Go on as the delegate of another patient.

        Raises:
            NotFoundError: whoever shows the card does not speak for that patient.
        """
        spoken = await self._node.shown_cards.speak_for(patient, other)
        self._forget(patient)
        return await self._named(spoken)

    async def close(self, patient: PatientActor) -> None:
        """Forget everything of this patient."""
        self._node.shown_cards.close(patient)
        self._forget(patient)

    async def may_leave(self, pin: str) -> bool:
        """Tell whether a PIN is the staff's for leaving the kiosk; slow on purpose."""
        with suppress(InvalidInputError):
            return await self._node.exit_pin.is_right(pin)
        return False

    async def guard_rule(self) -> GuardRule:
        """Give how PINs are guarded here."""
        return await self._node.cards.guard_rule()

    async def represented(self, patient: PatientActor) -> tuple[Delegation, ...]:
        """Give for whom the patient may speak, with their names as far as the keys open them."""
        found = await self._node.consent.represented(patient, {})
        names = self._names.setdefault(patient.session, {})
        for other in {one.patient for one in found} - names.keys():
            names[other] = await self._name_of(patient, other)
        return tuple(replace(one, name=names[one.patient]) for one in found)

    # --- today -----------------------------------------------------------------------------------

    async def appointments_today(self, patient: PatientActor) -> tuple[Appointment, ...]:
        """Give the patient's appointments of the day, earliest first."""
        return tuple(await self._node.diary.visits(patient, self._node.people.names()))

    async def check_in(self, patient: PatientActor, appointment: AppointmentId) -> Appointment:
        """Say that the patient has arrived.

        Raises:
            RefusedError: the appointment has another status by now.
            NotFoundError: it is none of today's.
        """
        if not any(one.id == appointment for one in await self.appointments_today(patient)):
            raise NotFoundError(appointment)
        await self._node.diary.arrive(patient, appointment)
        found = await self.appointments_today(patient)
        return next(one for one in found if one.id == appointment)

    # --- who may see what ------------------------------------------------------------------------

    async def requests(self, patient: PatientActor) -> tuple[AccessRequest, ...]:
        """Give the requests that wait for an answer first, then earlier ones, newest first."""
        self._node.shown_cards.require_speaker(patient)
        return await self._node.consent.requests(patient)

    async def approve(
        self,
        patient: PatientActor,
        request: str,
        *,
        categories: frozenset[Category],
        until: datetime | None,
    ) -> Share:
        """Share what was asked for, or less.

        Raises:
            NotFoundError: there is no such request.
            RefusedError: it was answered, withdrawn or is over, or this is more than was asked.
        """
        return await self._node.consent.approve(patient, request, categories, until)

    async def refuse(self, patient: PatientActor, request: str) -> None:
        """Do not share."""
        await self._node.consent.refuse(patient, request)

    async def shares(self, patient: PatientActor) -> tuple[Share, ...]:
        """Give what is shared, then what was."""
        self._node.shown_cards.require_speaker(patient)
        return await self._node.consent.shares(patient)

    async def share_with_team(
        self, patient: PatientActor, categories: frozenset[Category], *, reshare: bool = False
    ) -> Share:
        """Let the clinic's care team see these categories, and no others, from now on; with
        `reshare` its members may hand that on.
        """
        return await self._node.consent.share_with_team(patient, categories, reshare=reshare)

    async def set_reshare(self, patient: PatientActor, share: str, *, reshare: bool) -> Share:
        """Allow a grantee to hand a share on, or no longer: it is given anew, in place of the one
        before.

        Raises:
            NotFoundError: the patient has given no such share, or it has ended.
        """
        return await self._node.consent.set_reshare(patient, share, reshare=reshare)

    async def stop(self, patient: PatientActor, share: str) -> Share:
        """Stop sharing. It takes effect at once; the share tells how far the rest has come."""
        return await self._node.consent.stop(patient, share)

    async def rules(self, patient: PatientActor) -> tuple[Rule, ...]:
        """Give the standing rules."""
        self._node.shown_cards.require_speaker(patient)
        return await self._node.consent.rules(patient)

    async def set_rule(self, patient: PatientActor, categories: frozenset[Category]) -> Rule:
        """Let whoever the patient has an appointment with see these categories that day."""
        return await self._node.consent.set_rule(patient, categories)

    async def end_rule(self, patient: PatientActor, rule: str) -> None:
        """End a standing rule."""
        await self._node.consent.end_rule(patient, rule)

    async def delegations(self, patient: PatientActor) -> tuple[Delegation, ...]:
        """Give who may speak for the patient, and since when; their names are in their own records,
        which are not the patient's to read.
        """
        self._node.shown_cards.require_speaker(patient)
        return await self._node.consent.delegations(patient, {})

    async def delegate(self, patient: PatientActor, card_code: str, until: date) -> Delegation:
        """Let the patient of another card, which is shown here, speak for this one."""
        return await self._node.consent.delegate(patient, card_code, await self._end_of(until))

    async def end_delegation(self, patient: PatientActor, delegation: str) -> None:
        """Let somebody speak no longer."""
        await self._node.consent.end_delegation(patient, delegation)

    # --- the record ------------------------------------------------------------------------------

    async def looks(
        self, patient: PatientActor, *, own: bool = False, limit: int = 50, offset: int = 0
    ) -> tuple[Look, ...]:
        """Give who saw the record, newest first; the patient's own readings only with `own`."""
        self._node.shown_cards.require_speaker(patient)
        return await self._node.access_log.looks(
            patient.patient, own=own, limit=limit, offset=offset
        )

    async def ask(self, patient: PatientActor, look: TransactionId, question: str) -> None:
        """Ask the clinic about one reading.

        Raises:
            InvalidInputError: it says nothing, or too much.
            RefusedError: too many questions wait already.
        """
        words = communication(
            question, f"Patient/{patient.patient}", patient.name, self._node.now()
        )
        await self._node.questions.ask(patient, look, words)

    async def summary(self, patient: PatientActor) -> ChartSummary:
        """Give the patient's own summary; a receipt is written first.

        Raises:
            NoKeyError: the keys have not reached the card yet.
        """
        receipt = await self._node.charts.receive_own(patient)
        names = self._node.people.names()
        try:
            return await self._node.charts.summary(patient, receipt, names)
        except NotFoundError as error:
            raise NoKeyError(patient.patient) from error

    async def save_record(self, patient: PatientActor, target: Path) -> ExportReport:
        """Write the patient's whole record as a FHIR bundle; a receipt is written first.

        Raises:
            NoKeyError, IntegrityError, DiskFullError, InvalidInputError: as `Exports.patient`.
        """
        receipt = await self._node.charts.receive_own(patient, manner="export")
        records = await self._node.charts.records_of(patient.patient)
        return await write_record(self._node, patient, receipt, records, target)

    async def change_pin(self, patient: PatientActor, pin: str) -> None:
        """Put the card under another PIN.

        Raises:
            InvalidInputError: the PIN does not do.
        """
        await self._node.shown_cards.change_pin(patient, pin)

    # --- how -------------------------------------------------------------------------------------

    async def _named(self, patient: PatientActor) -> PatientActor:
        """Go on under the patient's name, if the keys to it have reached the card."""
        name = ""
        with suppress(NoKeyError, NotFoundError):
            receipt = await self._node.charts.receive_own(patient, categories=_NAME_ALONE)
            name = await self._node.charts.look(
                patient, receipt, lambda views, _: views.patients.patient(patient.patient).name
            )
            self._node.charts.forget(patient)
        return self._node.shown_cards.named(patient, name)

    async def _name_of(self, patient: PatientActor, other: PatientId) -> str:
        beside = self._node.shown_cards.beside(patient, other)
        try:
            return (await self._named(beside)).name
        finally:
            self._node.shown_cards.close(beside)

    async def _end_of(self, day: date) -> datetime:
        """Give the last moment of a day in the clinic."""
        zone = ZoneInfo((await self._node.clinic()).time_zone)
        return end_of_day(day, zone)

    def _forget(self, patient: PatientActor) -> None:
        self._node.charts.forget(patient)
        self._names.pop(patient.session, None)
