"""Whoever is here and holds a patient's keys does with them what has to be done, in the background:
sealing a record anew that somebody may read no longer, and sharing keys out to the workstations
there are now.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import EhrError, HomeDamagedError, RefusedError
from ehr_desktop.domain.events import (
    ConsentChanged,
    EmergencyOpened,
    Event,
    WorkstationsChanged,
)
from ehr_desktop.node.consent.resealing import KEEPING, Resealing
from ehr_desktop.node.contracts.consent_basis import is_controlled
from ehr_desktop.node.contracts.consent_state import CategoryKey, Claim, Epoch, entry, ids
from ehr_desktop.node.contracts.consent_statements import (
    ConfirmCard,
    EndDelegation,
    LapseAccess,
    LapseDelegation,
    NameGuardian,
    ReplaceCard,
    RevokeAccess,
    TakeCard,
)
from ehr_desktop.node.contracts.custody_statements import ClaimShares
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import DeactivateMember, OpenEpochs
from ehr_desktop.node.contracts.team_keys import departures
from ehr_desktop.node.core import Core, Prepared
from ehr_desktop.node.guards import guards_now
from ehr_desktop.node.keys.keyring import PatientSession, Session
from ehr_desktop.node.keys.opening import Holder, category_key
from ehr_desktop.node.pipeline.destroying import shared_out
from ehr_desktop.node.pipeline.subjects import subject_of
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import basis_of
from ehr_desktop.node.sealing.dealing import OpenKey, deal_shares, is_dealt
from ehr_desktop.node.store import secrets, transactions

TURN_S: Final = 2.0
"""Every workstation waits so long for each one before it, so that one of them is the steward."""
_TRY_AGAIN_S: Final = 5.0
_MOST_TRIES: Final = 60
_PAUSE_S: Final = 0.01
_PATIENTS_TIME_S: Final = 60.0
_PATIENT_AGAIN_S: Final = 0.1
_DEALT_TO: Final = "dealt-to"
"""Under this name stands to which workstations all keys were shared out."""
_GIVING_RISE: Final = (
    RevokeAccess.KIND, LapseAccess.KIND, EndDelegation.KIND, LapseDelegation.KIND, TakeCard.KIND,
    ConfirmCard.KIND, ReplaceCard.KIND, NameGuardian.KIND, ClaimShares.KIND,
)  # fmt: skip
"""After what a record may have to be sealed anew."""


class Upkeep:
    """The members signed in here, as stewards of what they hold. On the node's loop."""

    def __init__(self, core: Core, resealing: Resealing) -> None:
        self._core = core
        self._resealing = resealing
        self._planned: dict[bytes, asyncio.TimerHandle] = {}
        self._tries: dict[bytes, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._is_open = True
        self._is_dealing = False
        core.listeners.append(self._hear)
        core.on_turn.append(self._follow)
        core.keyring.opened.append(lambda _session: self._start(self._look_around()))

    async def close(self) -> None:
        """Do nothing more."""
        self._is_open = False
        for timer in self._planned.values():
            timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def consider(self, patient: bytes, wait_s: float = 0.0) -> None:
        """See after a while, and this workstation's turn, to what is to be done for a patient; if
        that was planned already, then at the earlier time.
        """
        self._tries.pop(patient, None)
        self._plan(patient, wait_s + TURN_S * self._core.place)

    def at_once(self, shown: PatientSession) -> None:
        """A patient who is here has decided: seal the record anew, and share out what has to be,
        with the patient's own keys and without waiting for anybody's turn. It goes on when the
        card is put away meanwhile.
        """
        self._start(self._for_the_patient(shown))

    # --- when ------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if isinstance(event, ConsentChanged | EmergencyOpened):
            self.consider(bytes.fromhex(event.patient))
        elif isinstance(event, WorkstationsChanged):
            self._start(self._deal_to_all())

    def _follow(self, turn: Turn) -> None:
        """See to the patients who had let in somebody who has left, and to those who have a new key
        since: only that is shared out, so what an emergency opens has to be sealed under it.
        """
        said = [one.transaction for one in turn.final if one.verdict.accepted]
        if any(one.payload.kind == DeactivateMember.KIND for one in said):
            self._start(self._look_around())
        opening = [one for one in said if one.payload.kind == OpenEpochs.KIND]
        if opening and departures(self._core.value):
            for one in opening:
                self._consider_if_decided(subject_of(one, self._core.value))

    def _consider_if_decided(self, patient: bytes) -> None:
        if is_controlled(self._core.value, patient, Category.EMERGENCY):
            self.consider(patient)

    async def _look_around(self) -> None:
        """Somebody who holds keys has come: see to the patients for whom something was decided."""
        decided = await self._core.read(lambda c: transactions.subjects(c, _GIVING_RISE))
        for patient in decided:
            self.consider(patient)
        await self._deal_to_all()

    async def _deal_to_all(self) -> None:
        """Share out every patient's keys anew if the workstations are others than the last time."""
        guards = b"".join(guard.device for guard in guards_now(self._core.value))
        dealt = await self._core.read(lambda c: secrets.secret(c, _DEALT_TO))
        if dealt == guards or not self._holders() or self._is_dealing:
            return
        self._is_dealing = True
        try:
            await asyncio.sleep(TURN_S * self._core.place)
            for patient in await self._core.read(
                lambda c: transactions.subjects(c, (OpenEpochs.KIND,))
            ):
                async with self._one_at_a_time:
                    with suppress(RefusedError, HomeDamagedError):
                        await self._deal(patient, self._holders())
                await asyncio.sleep(_PAUSE_S)
            if self._holders():
                await self._core.on_writer(lambda: self._note_dealt(guards))
        finally:
            self._is_dealing = False

    def _note_dealt(self, guards: bytes) -> None:
        with self._core.database.writing() as connection:
            secrets.put_secret(connection, _DEALT_TO, guards)

    def _plan(self, patient: bytes, wait_s: float) -> None:
        loop, planned = asyncio.get_running_loop(), self._planned.get(patient)
        if planned is not None:
            if planned.when() <= loop.time() + wait_s:
                return
            planned.cancel()
        self._planned[patient] = loop.call_later(wait_s, self._begin, patient)

    def _begin(self, patient: bytes) -> None:
        del self._planned[patient]
        self._start(self._see_to(patient))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if not self._is_open:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work, name="upkeep")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- what ------------------------------------------------------------------------------------

    def _holders(self) -> list[Session]:
        return [s for s in self._core.keyring.sessions() if s.teams]

    async def _see_to(self, patient: bytes) -> None:
        async with self._one_at_a_time:
            if not self._holders():
                return
            await asyncio.sleep(_PAUSE_S)
            is_done = False
            # what is refused was done by somebody else, or has to be done anew
            with suppress(EhrError):
                is_done = await self._do(patient)
        tries = self._tries.pop(patient, 0)
        if not is_done and tries < _MOST_TRIES:
            self._tries[patient] = tries + 1
            self._plan(patient, _TRY_AGAIN_S)

    async def _do(self, patient: bytes) -> bool:
        """Do what can be done; tell whether nothing is left that somebody here could do."""
        is_done = True
        if await self._resealing.owed(patient):
            for session in self._holders():
                if await self._resealing.run(session, patient, politely=True):
                    break
            else:
                is_done = False
        await self._deal(patient, self._holders())
        self._come_back_for_claims(patient)
        return is_done

    async def _for_the_patient(self, shown: PatientSession) -> None:
        until = asyncio.get_running_loop().time() + _PATIENTS_TIME_S
        while asyncio.get_running_loop().time() < until:
            with suppress(EhrError):
                await self._deal(shown.patient, [shown])
                if not await self._resealing.owed(shown.patient) or await self._resealing.run(
                    shown, shown.patient
                ):
                    return
            await asyncio.sleep(_PATIENT_AGAIN_S)

    async def _deal(self, patient: bytes, holders: Sequence[Holder]) -> None:
        """Share keys out where the workstations have changed since."""
        for holder in holders:
            if not await self._core.read(
                lambda connection, holder=holder: self._undealt(  # type: ignore[misc]
                    connection, self._core.value_in(connection), holder, patient
                )
            ):
                continue

            def prepare(connection: Connection, holder: Holder = holder) -> Prepared:
                value = self._core.pipeline.value_here(connection)
                keys = self._undealt(connection, value, holder, patient)
                if not keys:
                    return Prepared(())
                statement, boxes = deal_shares(value, patient, keys)
                said = Unsigned(
                    statement, holder.person, holder.keys.signing, subject=patient, boxes=boxes
                )
                return Prepared([said])

            await self._core.write(patient, prepare)

    def _undealt(
        self, connection: Connection, value: StateReader, holder: Holder, patient: bytes
    ) -> list[OpenKey]:
        now_ms = self._core.clock()
        if value("erasure", patient) is not None or patient == value("directory"):
            return []
        found: list[OpenKey] = []
        for category in sorted(shared_out(value, patient)):
            newest = entry(value, Epoch, "epoch", patient, category)
            if newest is None or is_dealt(value, patient, category, newest.epoch):
                continue
            said = entry(value, CategoryKey, "key", patient, category, newest.epoch)
            may_keep = basis_of(value, holder, patient, category, now_ms) in KEEPING
            if said is None or said.foreign or not may_keep:
                continue
            key = category_key(holder, connection, value, patient, category, newest.epoch)
            if key is not None:
                found.append(OpenKey(category, newest.epoch, key))
        return found

    def _come_back_for_claims(self, patient: bytes) -> None:
        """Once an access that is open now is over, the keys it gave out are to be replaced."""
        value, now_ms = self._core.value, self._core.clock()
        if not is_controlled(value, patient, Category.EMERGENCY):
            return
        claims = (entry(value, Claim, "claim", name) for name in ids(value, "claims", patient))
        ends = [one.until_ms for one in claims if one is not None and one.until_ms > now_ms]
        if ends:
            self._plan(patient, (min(ends) - now_ms) / 1000 + 1.0 + TURN_S * self._core.place)
