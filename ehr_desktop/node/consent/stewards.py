"""Keys for those who may have them by now, sealed by whoever is here and holds them."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.errors import DiskFullError, RefusedError, WorkstationHaltedError
from ehr_desktop.domain.events import ConsentChanged, ContainersArrived, Event
from ehr_desktop.domain.people import Team
from ehr_desktop.node.contracts.consent_basis import is_confirmed, recipients
from ehr_desktop.node.contracts.consent_state import CategoryKey, entry, guarded_once
from ehr_desktop.node.contracts.consent_statements import (
    BoxKeys,
    ConfirmCard,
    Delegate,
    GrantAccess,
    NameGuardian,
    ReplaceCard,
    ReshareAccess,
    TakeCard,
)
from ehr_desktop.node.contracts.records import READER
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import MOST_ROWS, RenewTeamKey
from ehr_desktop.node.contracts.team_keys import is_closed
from ehr_desktop.node.core import Core, Prepared, raise_refusal
from ehr_desktop.node.keys.keyring import PatientSession, Session
from ehr_desktop.node.keys.opening import Holder, category_key
from ehr_desktop.node.keys.readers import box_for_reader
from ehr_desktop.node.keys.teams import box_category_key
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import final_state, reader_public, team_public
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.secrets import KeyBox

_OTHERS_FIRST_S: Final = 0.4
"""Whoever decided seals at once; workstations wait so long for each one before them."""
_LOOKS_BACK: Final = 2000
_AT_ONCE: Final = 20
_LETTING_IN: Final = (
    TakeCard, ConfirmCard, ReplaceCard, NameGuardian, GrantAccess, ReshareAccess, Delegate,
)  # fmt: skip

Missing = tuple[str, int, str, bytes]
"""A key that somebody has not got: category, epoch, what the recipient is and its id."""


class Stewards:
    """Seals what is missing. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._tasks: set[asyncio.Task[None]] = set()
        self._complete: set[bytes] = set()
        self._heard = 0
        self._is_closed = False
        core.listeners.append(self._hear)
        core.keyring.opened.append(self.welcome)
        core.on_turn.append(self._follow)
        core.keyring.shown.append(lambda shown: self._start(self._hand_over(shown)))

    async def close(self) -> None:
        """Seal nothing more."""
        self._is_closed = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def welcome(self, session: Session) -> None:
        """Have somebody who signs in seal what others wait for."""
        self._start(self._catch_up(session))

    async def seal(self, holder: Holder, patient: bytes) -> None:
        """Seal now what somebody holds and others may have.

        Raises:
            DiskFullError, WorkstationHaltedError: nothing was sealed.
        """

        def prepare(connection: Connection) -> Prepared:
            value = self._core.pipeline.value_here(connection)
            missing = self._missing(connection, value, patient)
            if isinstance(holder, PatientSession) and holder.patient != patient:
                missing = [one for one in missing if _is_without_holder(value, patient, one)]
            boxes = list(_boxes(connection, value, holder, patient, missing[:MOST_ROWS]))
            if not boxes:
                return Prepared(())
            rows = tuple((*one, box.hash) for one, box in boxes)
            said = Unsigned(
                BoxKeys(patient, rows), holder.person, holder.keys.signing, subject=patient,
                boxes=tuple(box for _, box in boxes),
            )  # fmt: skip
            return Prepared([said])

        # a grant may end, or somebody else seal the same, while this is on its way
        with suppress(RefusedError):
            raise_refusal(await self._core.write(patient, prepare))

    def _hear(self, event: Event) -> None:
        if isinstance(event, ConsentChanged):
            self._heard += 1
            self._complete.discard(bytes.fromhex(event.patient))
            self._start(self._seal_here(bytes.fromhex(event.patient)))
        elif isinstance(event, ContainersArrived):
            for shown in self._core.keyring.patients():
                self._start(self._seal_here(shown.patient))

    def _follow(self, turn: Turn) -> None:
        """A team has a new key, so what waited for that can be sealed to it."""
        if any(one.transaction.payload.kind == RenewTeamKey.KIND for one in turn.final):
            self._heard += 1
            self._complete.clear()
            for session in self._core.keyring.sessions():
                self.welcome(session)

    async def _seal_here(self, patient: bytes) -> None:
        """Have everybody who is here seal what is missing of a patient's keys."""
        if not await self._core.read(lambda connection: self._is_owed(connection, patient)):
            return
        for shown in self._core.keyring.patients():
            if shown.patient == patient:
                await self.seal(shown, patient)
        await asyncio.sleep(_OTHERS_FIRST_S * self._core.place)
        for session in self._core.keyring.sessions():
            await self.seal(session, patient)

    async def _hand_over(self, shown: PatientSession) -> None:
        """Have a former guardian seal, for patients who decide by now, what nobody else holds."""
        for patient in guarded_once(self._core.value, shown.person):
            if is_confirmed(self._core.value, patient, patient):
                await self.seal(shown, patient)

    async def _catch_up(self, session: Session) -> None:
        patients = await self._core.read(lambda c: [*_apart(self._core.value_in(c)), *_deciding(c)])
        for start in range(0, len(patients), _AT_ONCE):
            some = patients[start : start + _AT_ONCE]
            owed = await self._core.read(
                lambda connection, some=some: [p for p in some if self._is_owed(connection, p)]  # type: ignore[misc]
            )
            for patient in owed:
                if not self._core.keyring.holds(session.actor):
                    return
                await self.seal(session, patient)

    def _is_owed(self, connection: Connection, patient: bytes) -> bool:
        if patient in self._complete:
            return False
        heard = self._heard
        owed = bool(self._missing(connection, self._core.value_in(connection), patient))
        if not owed and heard == self._heard:
            self._complete.add(patient)
        return owed

    def _missing(
        self, connection: Connection, expected: StateReader, patient: bytes
    ) -> list[Missing]:
        """Give what is missing for those who are let in by what is final, and not on its way."""
        now_ms = self._core.clock()
        final = set(missing_keys(final_state(connection), patient, now_ms))
        return [one for one in missing_keys(expected, patient, now_ms) if one in final]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        if self._is_closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(_unless_it_cannot(work), name="steward")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # a task that is cancelled before its first step has not begun with it
        task.add_done_callback(lambda _task: work.close())


def _apart(value: StateReader) -> list[bytes]:
    """Give the patients of whom something is still to be sealed for a team."""
    rows = (row for team in Team for row in value("apart", team) or ())
    return list(dict.fromkeys(patient for patient, _, _ in rows))


def _deciding(connection: Connection) -> list[bytes]:
    """Give the patients who decide, or let somebody in, those who did so last first."""
    patients: dict[bytes, None] = {}
    for kind in _LETTING_IN:
        rows = transactions.of_kind(connection, kind.KIND, _LOOKS_BACK)
        patients.update((row.subject, None) for row in rows if not row.rule)
    return list(patients)


def missing_keys(value: StateReader, patient: bytes, at_ms: int) -> Iterator[Missing]:
    """Give every key of a patient's record that is not sealed for somebody who may have it."""
    if value("erasure", patient) is not None:
        return
    for category in Category:
        sealed = value("sealed", patient, category) or ()
        if not sealed:
            continue
        teams, readers = recipients(value, patient, category, at_ms)
        for epoch, _count in sealed:
            key = entry(value, CategoryKey, "key", patient, category, epoch)
            if key is None:
                continue
            for reader in sorted(readers - set(key.readers)):
                yield str(category), epoch, READER, reader
            open_teams = {str(team) for team in teams if not is_closed(value, team)}
            for team in sorted(open_teams - set(key.teams)):
                yield str(category), epoch, team, b""


def _is_without_holder(value: StateReader, patient: bytes, missing: Missing) -> bool:
    key = entry(value, CategoryKey, "key", patient, *missing[:2])
    return key is not None and not key.is_held


def _boxes(
    connection: Connection,
    value: StateReader,
    holder: Holder,
    patient: bytes,
    missing: Sequence[Missing],
) -> Iterator[tuple[Missing, KeyBox]]:
    """Seal what is missing and somebody's keys open."""
    for one in missing:
        category, epoch, what, reader = one
        key = category_key(holder, connection, value, patient, category, epoch)
        if key is None:
            continue
        if what == READER:
            public = reader_public(value, reader)
            if public is not None:
                yield one, box_for_reader(key, patient, category, epoch, reader, public)
        else:
            sealed_to = team_public(value, Team(what))
            yield one, box_category_key(key, patient, category, epoch, sealed_to)


async def _unless_it_cannot(work: Coroutine[None, None, None]) -> None:
    """Do what nobody waits for; on a full disk it is left for the next time."""
    with suppress(DiskFullError, WorkstationHaltedError):
        await work
