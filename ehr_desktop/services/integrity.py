"""The full check."""

from collections.abc import Callable

from ehr_desktop.domain.ledger import CheckReport
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node


class Integrity:
    """Checking that nothing was changed."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def check(
        self,
        actor: Actor | None,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> CheckReport:
        """Check everything; for somebody signed in also that views and records agree.

        Both callbacks are called on a worker thread; `progress` is told steps done and in all.
        """
        return await self._node.checking.run(actor, progress, cancelled)

    async def last(self) -> CheckReport | None:
        """Give the last complete report, if there is one."""
        return await self._node.checking.last()
