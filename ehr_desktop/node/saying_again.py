"""What was written while this workstation was cut off, and sealed under keys that have ended
meanwhile: it is written again under those of now, as soon as its author is here.
"""

import asyncio
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.domain.events import PendingChanged
from ehr_desktop.domain.ids import PatientId, RecordId
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.charts import Charts
from ehr_desktop.node.contracts.records import FOR_ITS_KEY
from ehr_desktop.node.contracts.statements import CommitRecords
from ehr_desktop.node.copies import committed, forget_refused, open_copies
from ehr_desktop.node.core import Core
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.keyring import Session
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.policy import final_state
from ehr_desktop.node.store import authors_copies, transactions

PAUSES_S: Final = (5.0,) * 6 + (15.0,) * 20
"""Room is made on a full disk within minutes; after that a note waits for the next sign-in."""


class SayingAgain:
    """Writes again what was refused for its key. On the node's loop."""

    def __init__(self, core: Core, charts: Charts) -> None:
        self._core = core
        self._charts = charts
        self._tasks: set[asyncio.Task[None]] = set()
        self._working: set[str] = set()
        self._refusals = 0
        self._is_open = True
        core.on_turn.append(self._follow)
        core.keyring.opened.append(self._start)

    async def close(self) -> None:
        """Do nothing more; what is left is done once its author signs in again."""
        self._is_open = False
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, turn: Turn) -> None:
        if any(
            entry.verdict.rule in FOR_ITS_KEY
            and entry.transaction.payload.kind == CommitRecords.KIND
            for entry in turn.final
        ):
            self._refusals += 1
            for session in self._core.keyring.sessions():
                self._start(session)

    def _start(self, session: Session) -> None:
        if self._is_open:
            task = asyncio.get_running_loop().create_task(self._see_to(session), name="saying")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _see_to(self, session: Session) -> None:
        """Try now and then; what is refused again does not start this a second time."""
        name = session.actor.session
        if name in self._working:
            return
        self._working.add(name)
        try:
            for pause in PAUSES_S:
                heard = self._refusals
                if await self._say_all(session) and heard == self._refusals:
                    return
                await asyncio.sleep(pause)
                if not self._core.keyring.holds(session.actor):
                    return
        finally:
            self._working.discard(name)

    async def _say_all(self, session: Session) -> bool:
        """Write again what can be; tell whether nothing is left."""
        owed = await self._core.read(
            lambda c: authors_copies.refused(c, session.person, FOR_ITS_KEY)
        )
        is_done = True
        for name in owed:
            said = False
            # refused once more, a full disk, a file that is gone: it stays with its author
            with suppress(EhrError, OpenFailedError):
                said = await self._say(session, name)
            is_done = is_done and said
        return is_done

    async def _say(self, session: Session, name: bytes) -> bool:
        """Write again what a transaction was to commit to; tell whether the ledger has it, or
        another copy is kept.
        """
        statement, records = await self._core.read(lambda c: _written(c, session, name))
        versions = {RecordId(row[0].hex()): row[1] for row in statement.records}
        patient = PatientId(statement.patient.hex())
        _, report = await self._charts.write(
            session.actor, patient, records, source=statement.source, versions=versions
        )
        if report.unchanged and not await self._core.read(lambda c: _is_final(c, statement)):
            # it was said already, and nobody keeps a copy of that
            return False
        waiting = await self._core.on_writer(lambda: self._forget(session.person, name))
        self._core.publish(PendingChanged(waiting))
        return True

    def _forget(self, person: bytes, name: bytes) -> int:
        """Tell no more of a refusal; give how many statements wait."""
        with self._core.database.writing() as connection:
            forget_refused(connection, person, name)
        return len(self._core.pipeline.waiting())


def _written(
    connection: Connection, session: Session, name: bytes
) -> tuple[CommitRecords, list[NewRecord]]:
    """Give what a transaction said, and the records it was to commit to.

    Raises:
        OpenFailedError, InvalidInputError: see `open_copies`.
    """
    row = transactions.by_id(connection, name)
    assert row is not None, "it was refused"
    return committed(row), open_copies(connection, session, row)


def _is_final(connection: Connection, statement: CommitRecords) -> bool:
    value = final_state(connection)
    found = ((value("record", row[0]), row[1]) for row in statement.records)
    return all(current is not None and current[2] >= version for current, version in found)
