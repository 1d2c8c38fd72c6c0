"""Starting a full check and remembering the last one."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.events import CheckFinished
from ehr_desktop.domain.ledger import CheckReport, Fault, FaultKind
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.core import Core
from ehr_desktop.node.integrity.full_check import full_check
from ehr_desktop.node.store import secrets

_LAST = "last-check"


class Checking:
    """The full check of this workstation."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def run(
        self,
        actor: Actor | None,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> CheckReport:
        """Check everything; for somebody signed in also that the views agree with the records.

        `progress` (steps done, in all) and `cancelled` are called on a thread of the check's own.
        """
        indexes = []
        if actor is not None:
            teams = self._core.session(actor).teams
            indexes = [index for team, index in self._core.indexes.items() if team in teams]
        started = datetime.fromtimestamp(self._core.clock() / 1000, UTC)

        def stop() -> bool:
            return cancelled() or (actor is not None and not self._core.keyring.holds(actor))

        report = await asyncio.to_thread(full_check, self._core, indexes, started, progress, stop)
        if report.complete:
            await self._core.on_writer(lambda: self._remember(report))
            self._core.publish(CheckFinished(len(report.faults)))
        return report

    async def last(self) -> CheckReport | None:
        """Give the last complete check, if there was one."""
        return await self._core.read(last_check)

    def _remember(self, report: CheckReport) -> None:
        stored = asdict(report) | {"started": report.started.isoformat()}
        with self._core.database.writing() as connection:
            secrets.put_secret(connection, _LAST, json.dumps(stored).encode())


def last_check(connection: Connection) -> CheckReport | None:
    """Give the last complete check of this workstation, if there was one."""
    stored = secrets.secret(connection, _LAST)
    return None if stored is None else _read(json.loads(stored))


def _read(stored: dict[str, Any]) -> CheckReport:
    faults = tuple(
        Fault(**fault | {"what": FaultKind(fault["what"])}) for fault in stored["faults"]
    )
    started = datetime.fromisoformat(stored["started"])
    return CheckReport(**stored | {"faults": faults, "started": started})
