"""What screens may ask of the ledger and of the full check; on the node's loop, as in
`clinic_port.py`.
"""

from collections.abc import Callable
from typing import Protocol

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import (
    BlockSummary,
    CheckReport,
    InclusionProof,
    TransactionSummary,
)
from ehr_desktop.domain.people import Actor


class Ledger(Protocol):
    """Blocks and transactions."""

    async def blocks(
        self, actor: Actor, *, before: int | None = None, limit: int = 100
    ) -> tuple[BlockSummary, ...]:
        """Give blocks below height `before`, newest first."""
        ...

    async def transactions(
        self,
        actor: Actor,
        *,
        height: int | None = None,
        before: int | None = None,
        limit: int = 100,
        refused_only: bool = False,
    ) -> tuple[TransactionSummary, ...]:
        """Give transactions before position `before`, newest first."""
        ...

    async def proof(self, actor: Actor, transaction: TransactionId) -> InclusionProof:
        """Give the proof that a transaction is in the ledger."""
        ...


class Integrity(Protocol):
    """The full check."""

    async def check(
        self,
        actor: Actor | None,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> CheckReport:
        """Check everything; both callbacks are called on a worker thread."""
        ...

    async def last(self) -> CheckReport | None:
        """Give the last report."""
        ...
