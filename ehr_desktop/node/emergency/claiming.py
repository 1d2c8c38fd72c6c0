"""Keys that the workstations give back together: claimed, awaited, kept for a while, forgotten."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis, ClaimKind, EmergencyAccess
from ehr_desktop.domain.errors import (
    GuardsAwayError,
    NotSignedInError,
    RefusedError,
)
from ehr_desktop.domain.events import ConsentChanged, ContainersArrived, Event, LedgerGrew
from ehr_desktop.domain.ids import PatientId, PersonId, TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.contracts.consent_state import (
    CategoryKey,
    Claim,
    Escrow,
    StandingRule,
    entry,
    ids,
)
from ehr_desktop.node.contracts.custody_statements import ClaimShares
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.visits import Visit
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.crypto.box import BoxKey, generate_box_seed
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.guards import guard_rule
from ehr_desktop.node.keys.escrow import recover, release_purpose
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import open_categories
from ehr_desktop.node.store import secrets, transactions
from ehr_desktop.node.store.secrets import KeyBox

PATIENCE_S: Final = 12.0
"""So long the workstations have to release their shares."""
_LOOK_AGAIN_S: Final = 0.5

Said = Callable[[Connection, ClaimShares], Sequence[Unsigned]]
"""Gives what is signed for a claim, on the writer thread."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is claimed: `basis` is a rule, or empty; the reason a code, `words` the hash of its
    words.
    """

    claim: bytes
    patient: bytes
    kind: ClaimKind
    categories: tuple[Category, ...]
    basis: bytes = b""
    reason: str = "unknown"
    words: bytes = bytes(32)

    def statement(self, key: bytes) -> ClaimShares:
        """Give what is said, with the key the shares are to be sealed to."""
        names = tuple(map(str, self.categories))
        return ClaimShares(
            self.claim, self.patient, self.kind, names, key, self.reason, self.words, self.basis
        )


@dataclass(slots=True)
class _Recovered:
    """What was recovered of so many `wanted` categories: keys by category and epoch."""

    wanted: int
    keys: dict[tuple[str, int], bytes] = field(default_factory=dict)
    needed: int = 0
    answered: int = 0

    @property
    def is_all(self) -> bool:
        """Whether every key is open."""
        return len(self.keys) == self.wanted


class Claiming:
    """Gets shared-out keys for members who are signed in. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._news = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        core.listeners.append(self._hear)

    def close(self) -> None:
        """Forget nothing more by itself; the sessions are closed."""
        for timer in self._timers:
            timer.cancel()

    async def claim(self, actor: Actor, wanted: Wanted, said: Said) -> EmergencyAccess:
        """Claim keys and wait until they are open in the actor's session.

        Raises:
            RefusedError: a contract refused.
            GuardsAwayError: too few workstations released their shares in time.
        """
        session = self._core.session(actor)
        key = BoxKey(generate_box_seed())
        statement = wanted.statement(key.public)
        outcomes = await self._core.write(
            wanted.patient, lambda connection: Prepared(said(connection, statement))
        )
        raise_refusal(outcomes)
        limit_s = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            self._news.clear()
            found = await self._core.read(lambda c: self._recover(c, wanted, key))
            refused = await self._core.read(lambda c: _refusal(c, outcomes[-1].transaction))
            if refused is not None:
                raise RefusedError(refused)
            access = self.access(wanted.claim)
            if found.is_all and access is not None:
                break
            left_s = limit_s - asyncio.get_running_loop().time()
            if left_s <= 0:
                raise GuardsAwayError(found.needed, found.answered)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left_s, _LOOK_AGAIN_S))
        if not self._core.keyring.holds(actor):
            raise NotSignedInError
        for (category, epoch), opened in found.keys.items():
            session.category_keys[wanted.patient, category, epoch] = opened
        self._forget_at(actor, access, frozenset(found.keys))
        return replace(access, shares=found.answered, threshold=found.needed)

    async def use_rules(self, actor: Actor, patient: PatientId) -> None:
        """Open what standing rules of a patient let the actor read today and is not open yet; where
        too few workstations are there, it stays closed.
        """
        session = self._core.session(actor)
        for wanted in await self._core.read(lambda c: self._by_rules(c, session, patient)):

            def said(_: Connection, statement: ClaimShares) -> Sequence[Unsigned]:
                subject = bytes.fromhex(patient)
                return [Unsigned(statement, session.person, session.keys.signing, subject=subject)]

            with suppress(RefusedError, GuardsAwayError):
                await self.claim(actor, wanted, said)

    def _by_rules(
        self, connection: Connection, session: Session, patient: PatientId
    ) -> list[Wanted]:
        """Give what to claim."""
        value, subject, now_ms = (
            self._core.value_in(connection), bytes.fromhex(patient), self._core.clock(),
        )  # fmt: skip
        visits = map(Visit.of, value("visits", subject) or ())
        if not any(one.is_for(session.person, now_ms) and one.is_vouched_for for one in visits):
            return []
        open_now = open_categories(session, connection, value, subject, now_ms)
        found: list[Wanted] = []
        for name in ids(value, "rules", subject):
            rule = entry(value, StandingRule, "rule", name)
            if rule is None or not rule.active or rule.is_over_at(now_ms):
                continue
            closed = tuple(
                Category(one)
                for one in rule.categories
                if one not in open_now and value("escrow", subject, one) is not None
            )
            if closed:
                found.append(
                    Wanted(os.urandom(16), subject, ClaimKind.RULE, closed, name, rule.kind)
                )
                open_now.update(dict.fromkeys(closed, Basis.RULE))
        return found

    def access(self, claim: bytes) -> EmergencyAccess | None:
        """Give a claim that holds now."""
        found = entry(self._core.value, Claim, "claim", claim)
        if found is None or not found.from_ms <= self._core.clock() < found.until_ms:
            return None
        return EmergencyAccess(
            claim.hex(),
            PatientId(found.patient.hex()),
            PersonId(found.person.hex()),
            datetime.fromtimestamp(found.until_ms / 1000, UTC),
            len(found.released),
            len(found.released),
        )

    def _recover(self, connection: Connection, wanted: Wanted, key: BoxKey) -> "_Recovered":
        """Open what enough shares have come for."""
        value = self._core.value_in(connection)
        found = _Recovered(len(wanted.categories))
        for category in wanted.categories:
            dealt = entry(value, Escrow, "escrow", wanted.patient, category)
            if dealt is None:
                # the claim waits, and what it waits for has ended since
                found.needed = max(found.needed, guard_rule(value).threshold)
                continue
            released = secrets.boxes_of(
                connection, wanted.patient, release_purpose(category), wanted.claim
            )
            found.needed = max(found.needed, dealt.threshold)
            found.answered = max(found.answered, len(released))
            opened = self._open(connection, value, wanted, category, dealt, released, key)
            if opened is not None:
                found.keys[str(category), dealt.epoch] = opened
        return found

    def _open(
        self,
        connection: Connection,
        value: StateReader,
        wanted: Wanted,
        category: Category,
        dealt: Escrow,
        released: Sequence[KeyBox],
        key: BoxKey,
    ) -> bytes | None:
        sealed = secrets.box_named(connection, dealt.sealed)
        said = entry(value, CategoryKey, "key", wanted.patient, category, dealt.epoch)
        if sealed is None or said is None:
            return None
        try:
            return recover(sealed, released, key, dealt.threshold, said.commitment)
        except OpenFailedError:
            return None

    def _forget_at(
        self, actor: Actor, access: EmergencyAccess, opened: frozenset[tuple[str, int]]
    ) -> None:
        """Forget the keys when the access ends; nobody could read with them any more anyway."""
        patient = bytes.fromhex(access.patient)

        def forget() -> None:
            self._timers.discard(timer)
            if self._core.keyring.holds(actor):
                keys = self._core.session(actor).category_keys
                for category, epoch in opened:
                    keys.pop((patient, category, epoch), None)
            self._core.publish(ConsentChanged(access.patient))

        wait_s = access.until.timestamp() - self._core.clock() / 1000
        timer = asyncio.get_running_loop().call_later(max(wait_s, 0.0), forget)
        self._timers.add(timer)

    def _hear(self, event: Event) -> None:
        if isinstance(event, ContainersArrived | LedgerGrew):
            self._news.set()


def _refusal(connection: Connection, transaction: TransactionId) -> Outcome | None:
    """Give the refusal of what was pending when it was said; None if there is none."""
    row = transactions.by_id(connection, bytes.fromhex(transaction))
    if row is None or not row.rule:
        return None
    return Outcome(transaction, TransactionState.REFUSED, row.rule)
