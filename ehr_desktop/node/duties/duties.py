"""Does what this workstation owes the ledger: after every turn, when its time has come, and after
a start for what was missed. Nobody waits for it, and it holds nobody up.
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import DiskFullError, WorkstationHaltedError
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import read_statement
from ehr_desktop.node.core import Core, Prepared
from ehr_desktop.node.crypto.box import BoxKey
from ehr_desktop.node.duties.duty import Cause, Duty, Here, Later
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import secrets, transactions

_LONGEST_SLEEP_S: Final = 60.0
"""The clock may be set while this workstation sleeps, so it looks again now and then."""
_TRY_AGAIN_MS: Final = 30_000
_MOST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """A duty, what it is asked about, and how often it has spoken of that."""

    duty: Duty
    cause: Cause
    tries: int = 0


class Duties:
    """All duties of this workstation. On the node's loop, but for what says so."""

    def __init__(self, core: Core, duties: Sequence[Duty]) -> None:
        self._core = core
        self._duties = tuple(duties)
        self._asked: deque[_Asked] = deque()
        self._timed: list[tuple[int, int, _Asked]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._box: BoxKey | None = None
        self._is_open = False

    async def open(self) -> None:
        """Take up what was missed while the program did not run, and follow from now on."""
        self._core.on_turn.append(self._follow)
        self._is_open = True
        self._box, missed = await self._core.read(self._missed)
        self._ask(missed)

    async def close(self) -> None:
        """Do nothing more."""
        self._is_open = False
        if self._timer is not None:
            self._timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, turn: Turn) -> None:
        accepted = [e.transaction for e in turn.final if e.verdict.accepted]
        self._ask([one for t in accepted for one in self._about(t)])

    def _about(self, transaction: Transaction) -> list[_Asked]:
        payload = transaction.payload
        duties = [duty for duty in self._duties if payload.kind in duty.kinds]
        if not duties:
            return []
        try:
            statement = read_statement(payload.kind, tuple(payload.body))
        except MalformedBodyError:
            return []
        return [_Asked(duty, Cause(transaction.id, statement)) for duty in duties]

    def _missed(self, connection: Connection) -> tuple[BoxKey | None, list[_Asked]]:
        """Give the workstation's box key and what it is to be asked. On a reader thread."""
        seed = secrets.secret(connection, "device-box-seed")
        missed: list[_Asked] = []
        for duty in self._duties:
            for kind in sorted(duty.kinds):
                rows = transactions.of_kind(connection, kind, duty.looks_back)
                for row in reversed([r for r in rows if r.position is not None and not r.rule]):
                    about = self._about(Transaction.decode(row.wire))
                    missed += [one for one in about if one.duty is duty]
        return BoxKey(seed) if seed else None, missed

    def _ask(self, asked: Sequence[_Asked]) -> None:
        if asked and self._is_open:
            self._asked.extend(asked)
            task = asyncio.get_running_loop().create_task(self._say(), name="duties")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _say(self) -> None:
        # on a full disk nothing was said: whoever spoke is asked again, the others still wait
        with suppress(DiskFullError, WorkstationHaltedError):
            await self._core.write(b"", self._prepare)

    # --- on the writer thread --------------------------------------------------------------------

    def _prepare(self, connection: Connection) -> Prepared:
        here = self._here(connection)
        wanted: list[Unsigned] = []
        while here is not None and self._asked:
            asked = self._asked.popleft()
            try:
                owed = list(asked.duty.owed(here, asked.cause))
            except Exception as error:  # noqa: BLE001 - one duty's fault must not end all of them
                self._core.on_loop(_report, error)
                continue
            said = [one for one in owed if isinstance(one, Unsigned)]
            wanted += said
            for one in owed:
                if isinstance(one, Later):
                    cause = replace(asked.cause, put_off=asked.cause.put_off + 1)
                    self._core.on_loop(self._put_off, one.due_ms, replace(asked, cause=cause))
            if said and asked.tries < _MOST_TRIES:
                # what was said may be lost with a full disk, or be refused in favour of another's
                again = replace(asked, tries=asked.tries + 1)
                self._core.on_loop(self._put_off, here.now_ms + _TRY_AGAIN_MS, again)
        return Prepared(wanted)

    def _here(self, connection: Connection) -> Here | None:
        pipeline = self._core.pipeline
        active = [device.id for device in pipeline.devices if device.active]
        if self._box is None or pipeline.device not in active or pipeline.halted:
            self._asked.clear()
            return None
        return Here(
            connection=connection,
            device=pipeline.device,
            box=self._box,
            place=active.index(pipeline.device),
            now_ms=self._core.clock(),
            final=pipeline.chain.reader(connection),
            expected=pipeline.value_here(connection),
        )

    # --- time ------------------------------------------------------------------------------------

    def _put_off(self, due_ms: int, asked: _Asked) -> None:
        if self._is_open:
            heapq.heappush(self._timed, (due_ms, next(self._order), asked))
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timed and self._is_open:
            wait_s = (self._timed[0][0] - self._core.clock()) / 1000
            self._timer = asyncio.get_running_loop().call_later(
                min(max(wait_s, 0.0), _LONGEST_SLEEP_S), self._wake
            )

    def _wake(self) -> None:
        due: list[_Asked] = []
        while self._timed and self._timed[0][0] <= self._core.clock():
            due.append(heapq.heappop(self._timed)[2])
        self._set_timer()
        self._ask(due)


def _report(error: Exception) -> None:
    report = {"message": "a duty failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(report)
