"""Encrypting a patient's record anew after somebody may read it no longer.

Three steps for a category, each from what the ledger says by now, so that whoever comes next goes
on where the last one was interrupted: a new key for those who remain; every record sealed again
under it; and, once others have copies of these, the end of the earlier keys.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED, Basis
from ehr_desktop.domain.events import Progress
from ehr_desktop.domain.ledger import TransactionState
from ehr_desktop.node.consent.fetching import fetch_large
from ehr_desktop.node.contracts.consent_basis import is_controlled, recipients
from ehr_desktop.node.contracts.consent_state import CategoryKey, Epoch, entry
from ehr_desktop.node.contracts.custody_statements import CloseEpochs, ResealRecords
from ehr_desktop.node.contracts.rounds import round_of
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.contracts.team_keys import departures, is_closed_to
from ehr_desktop.node.core import Core, Prepared
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.containers import stored_container
from ehr_desktop.node.keys.guarding import threshold_of
from ehr_desktop.node.keys.opening import Holder, category_key
from ehr_desktop.node.keys.reseal import reseal
from ehr_desktop.node.pipeline.destroying import shared_out
from ehr_desktop.node.pipeline.history import History, Named
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.policy import basis_of, registered_vault_key
from ehr_desktop.node.sealing.dealing import OpenKey, deal_shares
from ehr_desktop.node.sealing.drawing import draw_epoch, open_epochs
from ehr_desktop.node.sealing.tainted import key_holders
from ehr_desktop.node.store import awaited, containers, transactions
from ehr_desktop.node.store.containers import ContainerFiles, StoredContainer
from ehr_desktop.node.store.secrets import KeyBox

JOB: Final = "reseal"
"""The name of the job in `Progress` events; done and total are records."""
BATCH: Final = 250
_BATCH_BYTES: Final = 16 << 20
KEEPING: Final = frozenset({Basis.POLICY, Basis.PATIENT})
"""On these bases keys are kept; an emergency is over too soon."""
_COPIES_S: Final = 5.0
_LOOK_AGAIN_S: Final = 0.05
_OTHERS_TURN_MS: Final = 20_000
"""A workstation that was heard resealing a record so lately is left to it."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to say about one category; it `opens` a new key, or `is_last` when it ends the
    earlier ones.
    """

    statements: Sequence[Unsigned]
    done: int = 0
    left: int = 0
    opens: bool = False
    is_last: bool = False


class Resealing:
    """Seals records anew for whoever holds their keys. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._running: set[bytes] = set()

    async def owed(self, patient: bytes) -> tuple[Category, ...]:
        """Give the categories of a patient that have to be sealed anew."""
        return await self._core.read(lambda connection: self._owed(connection, patient))

    async def run(self, holder: Holder, patient: bytes, *, politely: bool = False) -> bool:
        """Do all that is to be done for a patient and that these keys can do; tell whether nothing
        is left. Interrupted, or refused because somebody else was faster, it is gone on with the
        next time. With `politely` a workstation that is at it already is left alone.
        """
        if patient in self._running:
            return False
        self._running.add(patient)
        try:
            if politely and await self._core.read(lambda c: self._is_at_it(c, patient)):
                return False
            return all(
                await asyncio.gather(
                    *(self._category(holder, patient, one) for one in await self.owed(patient))
                )
            )
        finally:
            self._running.discard(patient)

    async def _category(self, holder: Holder, patient: bytes, category: Category) -> bool:
        done, has_opened = 0, False
        while True:
            step = await self._core.read(
                lambda connection: self._next(connection, holder, patient, category)
            )
            if step is None:
                return await self._is_finished(patient, category)
            if step.is_last and not await self._others_have_it():
                return False
            if step.opens and has_opened:
                # what was sealed for these keys a moment ago does not open with them
                return False
            has_opened = has_opened or step.opens
            if not await self._say(patient, step):
                return False
            done += step.done
            self._core.publish(Progress(JOB, done, done + step.left))
            if step.is_last:
                return True

    async def _is_finished(self, patient: bytes, category: Category) -> bool:
        """Tell whether nothing is left of a category; what is left may be kept elsewhere only, and
        is here the next time.
        """
        if category not in await self.owed(patient):
            return True
        if self._core.pipeline.is_shared:
            elsewhere = await self._core.read(lambda c: awaited.large_about(c, patient))
            await fetch_large(self._core, elsewhere)
        return False

    async def _say(self, patient: bytes, step: Step) -> bool:
        """Say a step; tell whether it is final and accepted."""
        prepared = Prepared(step.statements, give_up=lambda: self._discard(step))
        outcomes = await self._core.write(patient, lambda _: prepared)
        return all(outcome.state is TransactionState.FINAL for outcome in outcomes)

    def _discard(self, step: Step) -> None:
        """Delete the files of what could not be stored."""
        named = (c for unsigned in step.statements for c in unsigned.containers)
        self._core.files.destroy([c.commitment for c in named if c.sealed is None])

    async def _others_have_it(self) -> bool:
        """Tell whether so many workstations have what was said here that it cannot get lost."""
        pipeline = self._core.pipeline

        def copies() -> int:
            sequence, _ = pipeline.pool.feed(pipeline.device)
            return pipeline.sync.copies(pipeline.device, sequence)

        active = sum(device.active for device in pipeline.devices)
        until = time.monotonic() + _COPIES_S
        while time.monotonic() < until:
            if 1 + await self._core.on_writer(copies) >= threshold_of(active):
                return True
            await asyncio.sleep(_LOOK_AGAIN_S)
        return False

    def _is_at_it(self, connection: Connection, patient: bytes) -> bool:
        """Tell whether another workstation works on a patient's record."""
        since = self._core.clock() - _OTHERS_TURN_MS
        rows = transactions.about(connection, patient, [ResealRecords.KIND, CloseEpochs.KIND], 1)
        return any(r.device != self._core.pipeline.device and r.time_ms > since for r in rows)

    # --- on a reader thread ----------------------------------------------------------------------

    def _owed(self, connection: Connection, patient: bytes) -> tuple[Category, ...]:
        value = self._core.value_in(connection)
        return owed(connection, value, patient, self._core.clock())

    def _next(
        self, connection: Connection, holder: Holder, patient: bytes, category: Category
    ) -> Step | None:
        """Give what is to be said next; None if there is nothing, or these keys cannot do it."""
        value, now_ms = self._core.value_in(connection), self._core.clock()
        may_keep = basis_of(value, holder, patient, category, now_ms) in KEEPING
        if not may_keep or category not in owed(connection, value, patient, now_ms):
            return None
        work = _Work(connection, value, holder, patient, category, now_ms)
        target, said = work.target(), list[Unsigned]()
        left = work.left(beyond=target is None)
        mine = [one for one in left if work.key(one.epoch) is not None]
        if left and not mine:
            return None
        if target is None:
            if work.waits_for_teams():
                return None
            target, said = work.opening()
        if left:
            return work.batch(mine, target, self._core.files, len(left), said)
        closing = work.say(CloseEpochs(patient, str(category), target.epoch))
        return Step(said, opens=True) if said else Step([closing], is_last=True)


@dataclass(frozen=True, slots=True)
class _Work:
    """One category of a patient, for one holder of keys, as the ledger has it at one moment."""

    connection: Connection
    value: StateReader
    holder: Holder
    patient: bytes
    category: Category
    now_ms: int

    def left(self, *, beyond: bool) -> list[Named]:
        """Give the records that are sealed under an earlier round than the newest; with `beyond`
        than the one that comes after it.
        """
        newest = entry(self.value, Epoch, "epoch", self.patient, self.category)
        if newest is None:
            return []
        current = round_of(newest.epoch) + beyond
        standing = History.of(self.connection, self.patient).standing(str(self.category))
        return [one for one in standing if round_of(one.epoch) < current]

    def key(self, epoch: int) -> bytes | None:
        """Give the category's key of an epoch, if it opens."""
        return category_key(
            self.holder, self.connection, self.value, self.patient, self.category, epoch
        )

    def target(self) -> OpenKey | None:
        """Give the key that what is left is to be sealed under; None if one is to be drawn."""
        newest = entry(self.value, Epoch, "epoch", self.patient, self.category)
        if newest is None:
            return None
        suitable = newest.open
        if self.category in shared_out(self.value, self.patient):
            # two workstations each drew one, and within a round nothing is sealed again
            if round_of(newest.epoch) in _sealed_elsewhere(self.value, self.patient, self.category):
                return None
            suitable = tuple(epoch for epoch in newest.open if epoch == newest.epoch)
        holders = key_holders(self.connection, self.patient)
        for epoch in reversed(suitable):
            said = entry(self.value, CategoryKey, "key", self.patient, self.category, epoch)
            about = self.patient, self.category, epoch, self.now_ms
            is_old = said is None or said.departures != departures(self.value)
            if said is None or is_old or said.foreign or holders.is_tainted(self.value, *about):
                continue
            key = self.key(epoch)
            if key is not None:
                return OpenKey(self.category, epoch, key)
        return None

    def waits_for_teams(self) -> bool:
        """Tell whether a key of a team that may read is to be replaced first."""
        teams, _ = recipients(self.value, self.patient, self.category, self.now_ms)
        return any(is_closed_to(self.value, team, self.holder.person) for team in teams)

    def opening(self) -> tuple[OpenKey, list[Unsigned]]:
        """Draw a key for those who may read from now on, and share it out where it has to be: the
        key, and what is to be said.
        """
        person = self.holder.person
        drawn = draw_epoch(self.value, self.patient, self.category, person, self.now_ms)
        key = OpenKey(self.category, drawn.epoch, drawn.key)
        said = [self.say(open_epochs(self.patient, [drawn]), boxes=drawn.boxes)]
        if self.category in shared_out(self.value, self.patient):
            statement, boxes = deal_shares(self.value, self.patient, [key])
            said.append(self.say(statement, boxes=boxes))
        return key, said

    def batch(
        self,
        mine: Sequence[Named],
        target: OpenKey,
        files: ContainerFiles,
        left: int,
        before: list[Unsigned],
    ) -> Step | None:
        """Seal the next records again, after what is said `before`; None if none of them is here
        and whole.
        """
        sealed = list(self._again(mine, target, files))
        if not sealed:
            return None
        rows = tuple((one.record, one.version, one.first, one.name) for one, _ in sealed)
        statement = ResealRecords(self.patient, str(self.category), target.epoch, rows)
        said = self.say(statement, sealed=tuple(container for _, container in sealed))
        return Step([*before, said], len(sealed), left - len(sealed), opens=bool(before))

    def say(
        self,
        statement: Statement,
        *,
        sealed: tuple[StoredContainer, ...] = (),
        boxes: tuple[KeyBox, ...] = (),
    ) -> Unsigned:
        """Give a statement of the holder's."""
        return Unsigned(
            statement, self.holder.person, self.holder.keys.signing,
            subject=self.patient, containers=sealed, boxes=boxes,
        )  # fmt: skip

    def _again(
        self, mine: Sequence[Named], target: OpenKey, files: ContainerFiles
    ) -> Iterator[tuple[Named, StoredContainer]]:
        vault_key = registered_vault_key(self.connection, self.value, self.patient)
        done, size = 0, 0
        for one in mine:
            stored = containers.container(self.connection, one.name)
            old = self.key(one.epoch)
            if stored is None or old is None or vault_key is None:
                continue
            # what was changed on this disk is left for a workstation where it was not
            with suppress(OpenFailedError, FileNotFoundError):
                again = reseal(
                    stored, old, target.key, target.epoch, vault_key, files, lambda _bytes: None
                )
                yield one, stored_container(one.record, one.version, again)
                done, size = done + 1, size + again.size
            if done == BATCH or size > _BATCH_BYTES:
                return


def owed(
    connection: Connection, value: StateReader, patient: bytes, at_ms: int
) -> tuple[Category, ...]:
    """Give the categories of a patient some key of which somebody may have who is not to read."""
    if value("erasure", patient) is not None or not is_controlled(
        value, patient, Category.EMERGENCY
    ):
        return ()
    holders = key_holders(connection, patient)
    shared = shared_out(value, patient)
    found = []
    for category in sorted(CONTROLLED):
        counts = dict(value("sealed", patient, category) or ())
        # only the newest key is shared out: what an emergency is to open must be sealed under it
        is_behind = category in shared and bool(_sealed_elsewhere(value, patient, category))
        if is_behind or any(
            holders.is_tainted(value, patient, category, epoch, at_ms) for epoch in counts
        ):
            found.append(category)
    return tuple(found)


def _sealed_elsewhere(value: StateReader, patient: bytes, category: Category) -> list[int]:
    """Give the rounds of the keys, but for the newest key, that something is sealed under."""
    newest = entry(value, Epoch, "epoch", patient, category)
    sealed = value("sealed", patient, category) or ()
    return [
        round_of(epoch)
        for epoch, count in sealed
        if count and newest is not None and epoch != newest.epoch
    ]
