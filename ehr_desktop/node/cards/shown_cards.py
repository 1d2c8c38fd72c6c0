"""Cards that are shown at this workstation: opened with a PIN, for as long as somebody is there."""

import os
from dataclasses import replace

from sqlalchemy import Connection

from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import CardUnknownError, NoKeyError, NotFoundError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.node.cards.asking_guards import AskingGuards
from ehr_desktop.node.cards.dealing_cards import deal_card
from ehr_desktop.node.contracts.consent_basis import is_confirmed, speakers
from ehr_desktop.node.contracts.consent_state import card
from ehr_desktop.node.contracts.consent_statements import FindCard, GuardCard, UseCard
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.guards import is_guarded_by_all
from ehr_desktop.node.keys.accounts import PersonKeys
from ehr_desktop.node.keys.cards import CardSecret, read_card
from ehr_desktop.node.keys.keyring import PatientSession
from ehr_desktop.node.keys.known_cards import known_card
from ehr_desktop.node.keys.pins import check_new_pin, normal_pin
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import may_speak
from ehr_desktop.node.recovery.entrusting import box_read_key
from ehr_desktop.node.store import containers


class ShownCards:
    """The sessions of those who show a card. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._guards = AskingGuards(core)

    async def open(self, code: str, pin: str) -> PatientActor:
        """Open a patient's keys with the code on the card and the PIN.

        Raises:
            CardUnknownError, CardLostError: there is no such card in this clinic, or it was lost.
            PinWrongError, PinLockedError: see there for how many guesses are left.
            GuardsAwayError: too few workstations answer.
            InvalidInputError: a PIN has digits.
        """
        secret, keys = await self.opened(code, pin)
        patient = PatientId(secret.patient.hex())
        counts = is_confirmed(self._core.value, secret.patient, secret.patient)
        actor = PatientActor(os.urandom(16).hex(), patient, patient, "", counts)
        session = PatientSession(actor, secret, keys)
        self._core.keyring.open_patient(session)
        try:
            await self._say(session, UseCard(session.person))
            held = card(self._core.value, secret.patient)
            if held is not None and not is_guarded_by_all(self._core.value, held):
                # workstations came or went since the PIN was put under their guard
                await self._guard(session, normal_pin(pin))
            owed = box_read_key(self._core.value, secret.patient, keys)
            if owed is not None:
                # the custodians came, or got another key, since this card was last shown
                await self._core.say(owed, subject=secret.patient)
        except BaseException:
            self.close(actor)
            raise
        return actor

    def named(self, actor: PatientActor, name: str) -> PatientActor:
        """Go on under the name of the patient, once it could be read."""
        session = self._core.keyring.patient(actor)
        session.actor = replace(actor, name=name)
        return session.actor

    async def speak_for(self, actor: PatientActor, other: PatientId) -> PatientActor:
        """Go on as the delegate of another patient, or for oneself again.

        Raises:
            NotFoundError: whoever shows the card does not speak for that patient.
        """
        spoken = self.beside(actor, other)
        self.close(actor)
        return spoken

    def beside(self, actor: PatientActor, other: PatientId) -> PatientActor:
        """Begin a session as the delegate of another patient, beside the one there is.

        Raises:
            NotFoundError: as `speak_for`.
        """
        session = self._core.keyring.patient(actor)
        subject = bytes.fromhex(other)
        if session.person not in speakers(self._core.value, subject, self._core.clock()):
            raise NotFoundError(other)
        spoken = PatientActor(os.urandom(16).hex(), other, actor.speaker, "")
        self._core.keyring.open_patient(PatientSession(spoken, session.card, session.keys))
        return spoken

    def require_speaker(self, actor: PatientActor) -> None:
        """Let only a patient, or a delegate, go on whose card speaks for the patient.

        Raises:
            NoKeyError: no clinician has confirmed the card yet, or it was lost or replaced.
            NotSignedInError: the session has ended.
        """
        session = self._core.keyring.patient(actor)
        if not may_speak(self._core.value, session, self._core.clock()):
            raise NoKeyError(actor.patient)

    def close(self, actor: PatientActor) -> None:
        """Forget a patient's keys."""
        self._core.keyring.close_patient(actor)

    async def find(self, code: str, pin: str, patient: PatientId) -> None:
        """Say, with the card that was reported lost and its PIN, that it was found.

        Raises:
            CardUnknownError: it is another patient's card, or none.
            CardLostError, PinWrongError, PinLockedError, GuardsAwayError: as `open`; the first if a
                newer card took its place.
            RefusedError: it is not known to be lost.
        """
        if read_card(code).patient != bytes.fromhex(patient):
            raise CardUnknownError
        secret, keys = await self.opened(code, pin, lost=True)
        shown = PatientActor(os.urandom(16).hex(), patient, patient, "")
        await self._say(PatientSession(shown, secret, keys), FindCard(secret.patient))

    async def change_pin(self, actor: PatientActor, pin: str) -> None:
        """Put the card under another PIN.

        Raises:
            InvalidInputError: the PIN does not do.
            RefusedError: a contract refused.
        """
        await self._guard(self._core.keyring.patient(actor), check_new_pin(pin))

    async def opened(
        self, code: str, pin: str, *, lost: bool = False
    ) -> tuple[CardSecret, PersonKeys]:
        """Open a card without beginning a session; with `lost` also one that was reported lost.

        Raises:
            CardUnknownError, CardLostError, PinWrongError, PinLockedError, GuardsAwayError: as
                `open`.
        """
        secret, typed = read_card(code), normal_pin(pin)
        held = known_card(self._core.value, secret, lost=lost)
        sealed = await self._core.read(lambda c: containers.container(c, held.secrets))
        if sealed is None:
            raise CardUnknownError
        keys = await self._guards.open(held, sealed, secret, typed)
        if keys.signing.public != held.consent_key:
            raise CardUnknownError
        return secret, keys

    async def _guard(self, session: PatientSession, pin: str) -> None:
        """Seal a card's secrets anew, under a PIN and the workstations of now."""

        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            dealt = deal_card(value, session.card, pin, session.keys)
            statement = GuardCard(
                session.person, session.card.generation, dealt.threshold, dealt.guards
            )
            return dealt.said(statement, session.person, session.keys.signing)

        raise_refusal(await self._core.write(session.person, prepare))

    async def _say(self, session: PatientSession, statement: Statement) -> None:
        await self._core.say(
            Unsigned(statement, session.person, session.keys.signing, subject=session.patient),
            subject=session.patient,
        )
