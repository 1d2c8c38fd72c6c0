"""Patients' cards: taking one up, opening it, losing it, and who decides for somebody without."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    CONTROLLED,
    CardStatus,
    Delegation,
    GuardRule,
    NewCard,
    PatientActor,
    UnconfirmedCard,
)
from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.cards.dealing_cards import deal_card
from ehr_desktop.node.cards.shown_cards import ShownCards
from ehr_desktop.node.consent.card_status import Names, card_status, every_unconfirmed
from ehr_desktop.node.consent.stewards import Stewards
from ehr_desktop.node.contracts.consent_state import card, next_generation
from ehr_desktop.node.contracts.consent_statements import (
    ConfirmCard,
    LoseCard,
    NameGuardian,
    RejectCard,
    ReplaceCard,
    TakeCard,
)
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.guards import guard_rule
from ehr_desktop.node.keys.accounts import PersonKeys, new_person_keys
from ehr_desktop.node.keys.cards import new_card
from ehr_desktop.node.keys.keyring import PatientSession
from ehr_desktop.node.keys.opening import reader_keys
from ehr_desktop.node.keys.pins import check_new_pin
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.recovery.custody import Custody, Opened
from ehr_desktop.node.recovery.entrusting import box_read_key

_NO_NAMES: Final[Names] = {}


class Cards:
    """Patients' cards, at the front desk. On the node's loop."""

    def __init__(self, core: Core, shown: ShownCards, custody: Custody, stewards: Stewards) -> None:
        self._core = core
        self._shown = shown
        self._custody = custody
        self._stewards = stewards

    async def status(self, patient: PatientId, names: Names = _NO_NAMES) -> CardStatus:
        """Give whether and how a patient decides."""
        subject, now_ms = bytes.fromhex(patient), self._core.clock()
        return await self._core.read(
            lambda connection: card_status(self._core.value_in(connection), subject, names, now_ms)
        )

    async def unconfirmed(self) -> list[UnconfirmedCard]:
        """Give the cards and guardians that wait for a clinician, without names."""
        now_ms = self._core.clock()
        return await self._core.read(
            lambda connection: every_unconfirmed(self._core.value_in(connection), now_ms)
        )

    async def confirm(self, actor: Actor, waiting: UnconfirmedCard) -> None:
        """Vouch for a card, or a guardian: from now on it counts.

        Raises:
            RefusedError: a contract refused: `role`, `same-member`, `already-confirmed`, ...
        """
        session, subject = self._core.session(actor), bytes.fromhex(waiting.patient)
        statement = ConfirmCard(subject, bytes.fromhex(waiting.speaker), waiting.generation)
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=subject),
            subject=subject,
        )

    async def reject(self, actor: Actor, waiting: UnconfirmedCard) -> None:
        """Turn away a card, or a guardian, that waits: it opens nothing any more.

        Raises:
            RefusedError: a contract refused: `role`, `already-confirmed`, `stale-generation`, ...
        """
        session, subject = self._core.session(actor), bytes.fromhex(waiting.patient)
        statement = RejectCard(subject, bytes.fromhex(waiting.speaker), waiting.generation)
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=subject),
            subject=subject,
        )
        if not waiting.is_guardian:
            self._put_away(waiting.patient)

    async def take(
        self, actor: Actor, patient: PatientId, pin: str, keep: frozenset[Category]
    ) -> NewCard:
        """Make a patient's first card, or make it anew while it waits: from now on, or once a
        clinician has confirmed what somebody else has made, the patient decides. The clinical team
        keeps `keep`. What is on the card is known to nobody but whoever prints it.

        Raises:
            InvalidInputError: the PIN does not do; see `pins.check_new_pin`.
            RefusedError: a contract refused: there is a card already, ...
        """
        session = self._core.session(actor)
        subject, chosen, keys = bytes.fromhex(patient), check_new_pin(pin), new_person_keys()
        secret = new_card(subject, next_generation(self._core.value, subject))

        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            dealt = deal_card(value, secret, chosen, keys)
            grant = os.urandom(16) if keep else b""
            statement = TakeCard(
                subject, keys.signing.public, keys.box.public, secret.key.public, secret.generation,
                dealt.threshold, dealt.guards, grant, tuple(sorted(keep)),
            )  # fmt: skip
            return dealt.said(statement, session.person, session.keys.signing, keys.signing)

        raise_refusal(await self._core.write(subject, prepare))
        await self._entrust(subject, keys)
        return NewCard(patient, secret.code, secret.generation)

    async def replace(
        self, actor: Actor, patient: PatientId, pin: str, shares: Sequence[str]
    ) -> NewCard:
        """Make a new card with new keys for a patient who lost one, with the custodians' paper
        shares.

        Raises:
            SharesWrongError: they do not give the clinic's recovery key.
            InvalidInputError: the PIN does not do.
            NotFoundError: there is no card to be replaced.
            RefusedError: a contract refused: `recovery-delay`, `same-member`, ...
        """
        session = self._core.session(actor)
        subject, chosen, keys = bytes.fromhex(patient), check_new_pin(pin), new_person_keys()
        held = card(self._core.value, subject)
        if held is None:
            raise NotFoundError(patient)
        opened = self._custody.open(shares)
        secret = new_card(subject, held.generation + 1)
        own = PatientActor(os.urandom(16).hex(), patient, patient, "")
        known = await self._known(subject, opened)

        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            dealt = deal_card(value, secret, chosen, keys)
            statement = ReplaceCard(
                subject, keys.signing.public, keys.box.public, secret.key.public,
                secret.generation, dealt.threshold, dealt.guards,
            )  # fmt: skip
            signed_by = session.keys.signing, keys.signing, opened.keys.signing
            return dealt.said(statement, session.person, *signed_by)

        raise_refusal(await self._core.write(subject, prepare))
        await self._stewards.seal(PatientSession(own, secret, keys, known), subject)
        await self._entrust(subject, keys)
        return NewCard(patient, secret.code, secret.generation)

    async def _known(self, subject: bytes, opened: Opened) -> dict[tuple[bytes, str, int], bytes]:
        """Open what was sealed for the lost card, if custodians have its read key: after the new
        one is there, its boxes go.
        """
        try:
            seed = await self._custody.read_seed(opened, subject)
        except NotFoundError:
            return {}
        lost = BoxKey(seed)

        def find(connection: Connection) -> dict[tuple[bytes, str, int], bytes]:
            value = self._core.value_in(connection)
            return reader_keys(connection, value, subject, lost)

        return await self._core.read(find)

    async def _entrust(self, subject: bytes, keys: PersonKeys) -> None:
        """Have the custodians able to make another card for this patient."""
        owed = box_read_key(self._core.value, subject, keys)
        if owed is not None:
            await self._core.say(owed, subject=subject)

    async def lose(self, actor: Actor, patient: PatientId) -> None:
        """Note that a card is lost: it opens nothing any more.

        Raises:
            RefusedError: there is no card, or it is known to be lost.
        """
        session = self._core.session(actor)
        await self._core.say(
            Unsigned(
                LoseCard(bytes.fromhex(patient)),
                session.person,
                session.keys.signing,
                subject=bytes.fromhex(patient),
            )
        )
        self._put_away(patient)

    def _put_away(self, patient: PatientId) -> None:
        """End the sessions of a patient's card, if it is shown here."""
        for shown in self._core.keyring.patients():
            if shown.actor.speaker == patient:
                self._core.keyring.close_patient(shown.actor)

    async def name_guardian(
        self,
        actor: Actor,
        patient: PatientId,
        code: str,
        pin: str,
        until: datetime,
        keep: frozenset[Category] = CONTROLLED,
    ) -> Delegation:
        """Let a parent or carer, who shows a card, decide for a patient without one, at once or
        when that is confirmed; the team keeps `keep` until the guardian says otherwise.

        Raises:
            CardUnknownError, CardLostError, PinWrongError, PinLockedError, GuardsAwayError: the
                guardian's card does not open.
            RefusedError: a contract refused.
        """
        session = self._core.session(actor)
        secret, keys = await self._shown.opened(code, pin)
        subject, name = bytes.fromhex(patient), os.urandom(16)
        undecided = self._core.value("decides-since", subject) is None
        kept = tuple(sorted(keep)) if undecided else ()
        statement = NameGuardian(
            name, subject, secret.patient, int(until.timestamp() * 1000),
            os.urandom(16) if kept else b"", kept,
        )  # fmt: skip
        await self._core.say(
            Unsigned(
                statement, session.person, session.keys.signing, subject=subject,
                others=(keys.signing,),
            ),
            subject=subject,
        )  # fmt: skip
        return Delegation(
            name.hex(), patient, PatientId(secret.patient.hex()), "", until, guardian=True
        )

    async def guard_rule(self) -> GuardRule:
        """Give how PINs are guarded here."""
        return guard_rule(self._core.value)
