"""What a workstation says for itself, with nobody signed in: that it leaves for the night, that it
is back, and that another one was caught lying.
"""

import asyncio
import contextlib
from typing import Final

from ehr_desktop.domain.errors import EhrError
from ehr_desktop.node.contracts.devices import CORE
from ehr_desktop.node.contracts.roster import Device
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    LeaveDevice,
    ReportEvidence,
    ReturnDevice,
    Statement,
)
from ehr_desktop.node.core import Core, Prepared
from ehr_desktop.node.ledger.vote import SignedVote
from ehr_desktop.node.pipeline.unsigned import Unsigned

GOODBYE_S: Final = 2.0
"""So long a workstation that shuts down waits for the others to agree."""


class Presence:
    """Signs off and on, and reports liars. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._reported: set[bytes] = set()
        self._is_returning = False

    async def leave(self) -> None:
        """Sign off, so that the others need one workstation less to agree; not where too few
        would be left.
        """
        me, voters = self._me(), self._voters()
        if me is None or not me.votes or len(voters) <= CORE:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._say(LeaveDevice())

    async def come_back(self) -> None:
        """Take part again after having signed off."""
        me = self._me()
        if me is None or not me.away or self._is_returning:
            return
        self._is_returning = True
        try:
            await self._say(ReturnDevice())
        finally:
            self._is_returning = False

    async def report(self, first: SignedVote, second: SignedVote) -> None:
        """Put evidence on the ledger, once for each liar."""
        liar = first.validator
        known = next((device for device in self._core.pipeline.devices if device.id == liar), None)
        if liar in self._reported or known is None or known.accused:
            return
        self._reported.add(liar)
        try:
            await self._say(ReportEvidence(first.encode(), second.encode()))
        except EhrError:
            self._reported.discard(liar)
            raise

    async def _say(self, statement: Statement) -> None:
        unsigned = Unsigned(statement, NOBODY, None)
        await self._core.write(b"", lambda _connection: Prepared([unsigned]))

    def _me(self) -> Device | None:
        pipeline = self._core.pipeline
        return next((device for device in pipeline.devices if device.id == pipeline.device), None)

    def _voters(self) -> list[Device]:
        return [device for device in self._core.pipeline.devices if device.votes]
