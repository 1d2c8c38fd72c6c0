"""What the ledger screen asks the node for. These coroutines run on the node's loop."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import BlockSummary
from ehr_desktop.domain.people import Actor
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.models.ledger_entries import Entry, block_entry, transaction_entry
from ehr_desktop.ui.models.ledger_surroundings import Surroundings

PAGE: Final = 100
WHOLE_BLOCK: Final = 1000
"""A block holds at most this many transactions."""
STRIP: Final = 24
"""More blocks than any window has room for side by side."""


class Listed(StrEnum):
    """What the list holds."""

    EVERYTHING = "everything"
    REFUSED = "refused"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person looks at: a kind of list, or the transactions of the block at `height`."""

    listed: Listed = Listed.EVERYTHING
    height: int | None = None

    @property
    def limit(self) -> int:
        """How many rows one page has."""
        return PAGE if self.height is None else WHOLE_BLOCK


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest blocks, newest first, and how many transactions wait for the next."""

    blocks: tuple[BlockSummary, ...]
    pending: int


async def page_of(
    clinic: ClinicPort, actor: Actor, wanted: Wanted, around: Surroundings, before: int | None
) -> tuple[Entry, ...]:
    """Give one page of rows, those below the place `before`."""
    if wanted.listed is Listed.BLOCKS:
        blocks = await clinic.ledger.blocks(actor, before=before, limit=wanted.limit)
        return tuple(block_entry(block, around) for block in blocks)
    found = await clinic.ledger.transactions(
        actor,
        height=wanted.height,
        before=before,
        limit=wanted.limit,
        refused_only=wanted.listed is Listed.REFUSED,
    )
    return tuple(transaction_entry(transaction, around) for transaction in found)


async def latest(clinic: ClinicPort, actor: Actor) -> Latest:
    """Give what the strip of blocks shows."""
    blocks = await clinic.ledger.blocks(actor, limit=STRIP)
    status = await clinic.session.status()
    return Latest(blocks, status.pending)


async def block_at(clinic: ClinicPort, actor: Actor, height: int) -> BlockSummary | None:
    """Give the block at `height`, or None."""
    found = await clinic.ledger.blocks(actor, before=height + 1, limit=1)
    return next((block for block in found if block.height == height), None)


async def height_of(clinic: ClinicPort, actor: Actor, transaction: TransactionId) -> int:
    """Give the height of the block a transaction is in.

    Raises:
        NotFoundError: there is no such final transaction.
    """
    return (await clinic.ledger.proof(actor, transaction)).height
