"""Patients' cards in the in-memory clinic. The PIN of every card that was shown is known here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import (
    RECOVERY_HOURS,
    CardStatus,
    Delegation,
    GuardRule,
    NewCard,
    TurnedAway,
    UnconfirmedCard,
)
from ehr_desktop.domain.errors import (
    CardUnknownError,
    InvalidInputError,
    PinWrongError,
    RefusedError,
    SharesWrongError,
)
from ehr_desktop.domain.events import ConsentChanged
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Action, Actor, may
from tests.support.memory_desk import refuse
from tests.support.memory_world import World

SHARES = ("maple anchor", "river stone")
"""The custodians' shares that give a new card."""


class MemoryCards:
    def __init__(self, world: World) -> None:
        self._world = world
        self._book = world.consent
        self.exit_pin = ""
        self.keeps: dict[PatientId, frozenset[Category]] = {}
        self.named: dict[PatientId, Delegation] = {}

    async def status(self, actor: Actor, patient: PatientId) -> CardStatus:
        self._world.require(actor)
        return self._book.status(patient)

    async def take(
        self, actor: Actor, patient: PatientId, pin: str, keep: frozenset[Category]
    ) -> NewCard:
        self._world.require(actor)
        if len(set(pin)) == 1:
            raise InvalidInputError("pin", "common")
        known = self._book.status(patient)
        before = known.turned_away.generation if known.turned_away else known.generation
        made = self._made(patient, pin, before + 1)
        if may(actor.role, Action.READ_CLINICAL) and known.is_policy:
            self._book.take_card(patient, self._world.now(), keep)
        else:
            waits = self._waits(actor, patient, patient, made.generation)
            self._put(patient, replace(known, taken=True, generation=made.generation,
                                       unconfirmed=(waits,), turned_away=None))  # fmt: skip
            self.keeps[patient] = keep
        return made

    async def unconfirmed(self, actor: Actor) -> tuple[UnconfirmedCard, ...]:
        self._world.require(actor)
        return tuple(one for status in self._book.cards.values() for one in status.unconfirmed)

    async def confirm(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        self._world.require(actor)
        known = self._book.status(waiting.patient)
        if waiting not in known.unconfirmed:
            raise RefusedError(refuse(self._world, actor, "card.confirm", "already-confirmed"))
        now = self._world.now()
        if waiting.is_guardian:
            named = self.named[waiting.patient]
            left = CardStatus(taken=known.taken, guardians=(named,), since=now)
            return self._put(waiting.patient, left)
        self._book.take_card(waiting.patient, now, self.keeps[waiting.patient])
        return self._put(waiting.patient, self._book.cards[waiting.patient])

    async def reject(self, actor: Actor, waiting: UnconfirmedCard) -> CardStatus:
        self._world.require(actor)
        known = self._book.status(waiting.patient)
        if waiting not in known.unconfirmed:
            raise RefusedError(refuse(self._world, actor, "card.reject", "already-confirmed"))
        gone = TurnedAway(
            waiting.patient, waiting.speaker, waiting.speaker_name, waiting.generation, actor.id,
            actor.staff.display_name, self._world.now(),
        )  # fmt: skip
        if not waiting.is_guardian:
            del self._book.secrets[waiting.patient]
        return self._put(waiting.patient, CardStatus(taken=False, turned_away=gone))

    async def lose(self, actor: Actor, patient: PatientId) -> CardStatus:
        self._world.require(actor)
        now = self._world.now()
        again = now + timedelta(hours=RECOVERY_HOURS)
        return self._put(
            patient, replace(self._book.cards[patient], lost_since=now, replaceable_from=again)
        )

    async def find(self, actor: Actor, patient: PatientId, code: str, pin: str) -> CardStatus:
        self._world.require(actor)
        if self._owner(code, pin) != patient:
            raise CardUnknownError(code)
        known = self._book.cards[patient]
        return self._put(patient, replace(known, lost_since=None, replaceable_from=None))

    async def replace(
        self, actor: Actor, patient: PatientId, pin: str, shares: Sequence[str]
    ) -> NewCard:
        self._world.require(actor)
        if sorted(shares) != sorted(SHARES):
            raise SharesWrongError("few" if len(shares) < len(SHARES) else "other-key")
        known = self._book.cards[patient]
        made = self._made(patient, pin, known.generation + 1)
        self._put(
            patient,
            CardStatus(taken=True, generation=made.generation, since=known.since),
        )
        return made

    async def name_guardian(
        self, actor: Actor, patient: PatientId, code: str, pin: str, until: date
    ) -> Delegation:
        self._world.require(actor)
        guardian = self._owner(code, pin)
        ends = datetime.combine(until, time(), UTC)
        name = self._world.patients[guardian].name
        named = Delegation(f"guardian {patient}", patient, guardian, name, ends, guardian=True)
        if may(actor.role, Action.READ_CLINICAL):
            self._put(patient, CardStatus(taken=False, guardians=(named,), since=self._world.now()))
        else:
            self.named[patient] = named
            self._put(
                patient,
                CardStatus(taken=False, unconfirmed=(self._waits(actor, patient, guardian, 1),)),
            )
        return named

    async def guard_rule(self, actor: Actor) -> GuardRule:
        self._world.require(actor)
        return self._book.rule

    async def set_exit_pin(self, actor: Actor, pin: str) -> None:
        self._world.require(actor)
        self.exit_pin = pin

    def _waits(
        self, actor: Actor, patient: PatientId, speaker: PatientId, generation: int
    ) -> UnconfirmedCard:
        names = [self._world.patients[one].name for one in (patient, speaker)]
        return UnconfirmedCard(
            patient, names[0], speaker, names[1], generation,
            actor.id, actor.staff.display_name, self._world.now(),
        )  # fmt: skip

    def _made(self, patient: PatientId, pin: str, generation: int) -> NewCard:
        letters = (patient + patient)[:59].upper() + str(generation)
        code = "-".join(("EHR1", *(letters[at : at + 5] for at in range(0, 60, 5))))
        self._book.secrets[patient] = (code, pin)
        self._world.publish(ConsentChanged(patient))
        return NewCard(patient, code, generation)

    def _put(self, patient: PatientId, status: CardStatus) -> CardStatus:
        self._book.cards[patient] = status
        self._world.publish(ConsentChanged(patient))
        return status

    def _owner(self, code: str, pin: str) -> PatientId:
        for patient, (known, right) in self._book.secrets.items():
            if known == code:
                if right != pin:
                    raise PinWrongError(9)
                return patient
        raise CardUnknownError(code)
