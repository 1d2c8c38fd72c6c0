"""Looking at the ledger."""

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import BlockSummary, InclusionProof, TransactionSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.node.node import Node


class Ledger:
    """Blocks, transactions and proofs. Nothing in them is personal; anyone who works here may."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def blocks(
        self, actor: Actor, *, before: int | None = None, limit: int = 100
    ) -> tuple[BlockSummary, ...]:
        """Give blocks below the height `before`, newest first."""
        self._node.require(actor)
        return await self._node.explorer.blocks(before, limit)

    async def transactions(
        self,
        actor: Actor,
        *,
        height: int | None = None,
        before: int | None = None,
        limit: int = 100,
        refused_only: bool = False,
    ) -> tuple[TransactionSummary, ...]:
        """Give transactions below the position `before`, newest first, pending ones on top."""
        self._node.require(actor)
        return await self._node.explorer.transactions(
            self._node.people.names(),
            height=height,
            before=before,
            limit=limit,
            refused_only=refused_only,
        )

    async def proof(self, actor: Actor, transaction: TransactionId) -> InclusionProof:
        """Prove that a final transaction is in the ledger, and check the proof.

        Raises:
            NotFoundError: there is no such final transaction.
        """
        self._node.require(actor)
        return await self._node.explorer.proof(transaction)
