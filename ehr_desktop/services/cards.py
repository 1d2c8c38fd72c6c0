"""Patients' cards, at the front desk."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from ehr_desktop.dates import end_of_day
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    CardStatus,
    Delegation,
    GuardRule,
    NewCard,
    TurnedAway,
    UnconfirmedCard,
    of_age_on,
)
from ehr_desktop.domain.errors import InvalidInputError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.node import Node


class Cards:
    """Making cards, and what becomes of them."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def status(self, actor: Actor, patient: PatientId) -> CardStatus:
        """Give whether and how a patient decides."""
        self._node.require(actor)
        found = await self._node.cards.status(patient)
        names = {one.delegate: await self._name(actor, one.delegate) for one in found.guardians}
        status = await self._node.cards.status(patient, names) if names else found
        return replace(
            status,
            unconfirmed=await self._named(actor, status.unconfirmed),
            turned_away=await self._told(actor, status.turned_away),
        )

    async def unconfirmed(self, actor: Actor) -> tuple[UnconfirmedCard, ...]:
        """Give the cards and guardians that wait for a clinician, those made last first."""
        self._node.require(actor)
        return await self._named(actor, await self._node.cards.unconfirmed())

    async def confirm(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        """Vouch that who shows a card is the patient, or the guardian: from now on it counts.

        Raises:
            RefusedError: it takes a clinician, who has not made the card, or it was confirmed
                already, lost or replaced.
        """
        await self._node.cards.confirm(actor, waiting)
        return await self.status(actor, waiting.patient)

    async def reject(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        """Turn away what waits: it is not the patient's card, or the guardian. A card opens nothing
        any more, and another may be made.

        Raises:
            RefusedError: it takes a clinician, or who has made it; or it was confirmed already, or
                made anew.
        """
        await self._node.cards.reject(actor, waiting)
        return await self.status(actor, waiting.patient)

    async def take(
        self, actor: Actor, patient: PatientId, pin: str, keep: frozenset[Category]
    ) -> NewCard:
        """Make a patient's card; the care team keeps `keep`. It counts at once if a clinician has
        made it for somebody nobody decides for yet, else once another clinician has confirmed it.

        Raises:
            InvalidInputError: the PIN does not do.
            RefusedError: there is a card already, ...
        """
        return await self._node.cards.take(actor, patient, pin, keep)

    async def lose(self, actor: Actor, patient: PatientId) -> CardStatus:
        """Note that a card is lost: it opens nothing any more."""
        await self._node.cards.lose(actor, patient)
        return await self.status(actor, patient)

    async def find(self, actor: Actor, patient: PatientId, code: str, pin: str) -> CardStatus:
        """Note that a card that was reported lost was found: the patient shows it, with the PIN.

        Raises:
            CardUnknownError: it is another patient's card, or none.
            CardLostError: a newer card took its place.
            PinWrongError, PinLockedError, GuardsAwayError: the card does not open.
            RefusedError: it is not known to be lost.
        """
        self._node.require(actor)
        await self._node.shown_cards.find(code, pin, patient)
        return await self.status(actor, patient)

    async def replace(
        self, actor: Actor, patient: PatientId, pin: str, shares: Sequence[str]
    ) -> NewCard:
        """Make a new card after the delay, with the custodians' paper shares.

        Raises:
            SharesWrongError: too few, unreadable, or not of this clinic's key.
            InvalidInputError: the PIN does not do.
            RefusedError: it is too early, or the actor is who said that it was lost.
        """
        return await self._node.cards.replace(actor, patient, pin, shares)

    async def name_guardian(
        self, actor: Actor, patient: PatientId, code: str, pin: str, until: date
    ) -> Delegation:
        """Let a parent or carer, who shows a card, decide for a patient without one, up to and
        including a day at the clinic, as `take`.

        Raises:
            InvalidInputError: a child is of age by then (`full-age`), or a PIN has digits.
            CardUnknownError, CardLostError, PinWrongError, PinLockedError, GuardsAwayError: the
                guardian's card does not open.
            RefusedError: a contract refused.
        """
        zone = ZoneInfo((await self._node.clinic()).time_zone)
        of_age = await self._of_age_on(actor, patient)
        if of_age is not None and self._node.now().astimezone(zone).date() < of_age <= until:
            raise InvalidInputError("until", "full-age")
        last = end_of_day(until, zone)
        found = await self._node.cards.name_guardian(actor, patient, code, pin, last)
        name = await self._name(actor, found.delegate)
        return Delegation(found.id, found.patient, found.delegate, name, found.until, guardian=True)

    async def guard_rule(self, actor: Actor) -> GuardRule:
        """Give how PINs are guarded here."""
        self._node.require(actor)
        return await self._node.cards.guard_rule()

    async def set_exit_pin(self, actor: Actor, pin: str) -> None:
        """Choose the PIN that leaves the kiosk on this workstation.

        Raises:
            InvalidInputError: it does not do.
        """
        await self._node.exit_pin.choose(actor, pin)

    async def _of_age_on(self, actor: Actor, patient: PatientId) -> date | None:
        found = await self._patient(actor, patient)
        return of_age_on(found.demographics.birth_date) if found else None

    async def _named(
        self, actor: Actor, waiting: Iterable[UnconfirmedCard]
    ) -> tuple[UnconfirmedCard, ...]:
        """Give what waits with the names of patients and staff."""
        staff = self._node.people.names()
        return tuple(
            [
                replace(
                    one,
                    patient_name=await self._name(actor, one.patient),
                    speaker_name=await self._name(actor, one.speaker),
                    made_by_name=staff.get(one.made_by, ""),
                )
                for one in waiting
            ]
        )

    async def _told(self, actor: Actor, gone: TurnedAway | None) -> TurnedAway | None:
        """Give what was turned away with the names of patients and staff."""
        if gone is None:
            return None
        by = self._node.people.names().get(gone.by, "")
        return replace(gone, speaker_name=await self._name(actor, gone.speaker), by_name=by)

    async def _name(self, actor: Actor, patient: PatientId) -> str:
        found = await self._patient(actor, patient)
        return found.name if found else ""

    async def _patient(self, actor: Actor, patient: PatientId) -> PatientSummary | None:
        with suppress(NotFoundError):
            return await self._node.view(
                actor, Team.FRONT_DESK, lambda views: views.patients.patient(patient)
            )
        return None
