"""The transactions that wait for a place in the ledger, in the order they came, and all feeds."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection

from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Transaction
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.pipeline.promises import feed_heads
from ehr_desktop.node.store import transactions

MOST_TRANSACTIONS = 1000
MOST_BYTES = 800 * 1024
"""A block takes at most this many transactions and bytes."""


class Pool:
    """What is signed, stored here and not final. On the writer thread."""

    def __init__(self, connection: Connection) -> None:
        self._waiting: dict[bytes, Transaction] = {}
        self._heads: Mapping[bytes, FeedHead] | None = None
        self._feeds = transactions.feed_heads(connection)
        for row in transactions.pending(connection, limit=1_000_000):
            self._waiting[row.wire] = Transaction.decode(row.wire)

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Transaction]:
        return iter(self._waiting.values())

    def __contains__(self, wire: bytes) -> bool:
        return wire in self._waiting

    @property
    def by_wire(self) -> Mapping[bytes, Transaction]:
        """The waiting ones by their bytes: decoded, and with signatures that were verified."""
        return self._waiting

    @property
    def feeds(self) -> Mapping[bytes, tuple[int, bytes]]:
        """Sequence and id of every device's newest stored transaction."""
        return self._feeds

    def heads(self, connection: Connection) -> Mapping[bytes, FeedHead]:
        """Give every device's newest stored transaction, and up to where all that they bring is
        here too.
        """
        if self._heads is None:
            self._heads = feed_heads(connection, self._feeds)
        return self._heads

    def parcels_came(self) -> None:
        """Something that transactions bring has arrived."""
        self._heads = None

    def feed(self, device: bytes) -> tuple[int, bytes]:
        """Give sequence and id of a device's newest stored transaction."""
        return self._feeds.get(device, (0, NO_PREVIOUS))

    def continues(self, transaction: Transaction) -> bool:
        """Tell whether a transaction is the next one of its device."""
        payload = transaction.payload
        sequence, previous = self.feed(payload.device)
        return (payload.sequence, payload.previous) == (sequence + 1, previous)

    def add(self, transaction: Transaction) -> None:
        """Take one in that was stored."""
        self._waiting[transaction.wire] = transaction
        self._move_feed(transaction)
        self._heads = None

    def settle(self, final: Iterable[Transaction]) -> None:
        """Let go of what has become final; a device that went another way is followed."""
        otherwise_signed = set()
        for transaction in final:
            if self._waiting.pop(transaction.wire, None) is None:
                otherwise_signed.add(transaction.id)
            self._move_feed(transaction)
        for wire in [w for w, t in self._waiting.items() if t.id in otherwise_signed]:
            del self._waiting[wire]
        self._heads = None

    def batch(self, without: Iterable[Transaction] = ()) -> list[Transaction]:
        """Give what the next block takes, leaving out what stands in its ancestors."""
        placed = {transaction.id for transaction in without}
        batch: list[Transaction] = []
        size = 0
        for wire, transaction in self._waiting.items():
            if transaction.id in placed:
                continue
            size += len(wire)
            if batch and (size > MOST_BYTES or len(batch) >= MOST_TRANSACTIONS):
                break
            batch.append(transaction)
        return batch

    def _move_feed(self, transaction: Transaction) -> None:
        payload = transaction.payload
        if payload.sequence > self.feed(payload.device)[0]:
            self._feeds[payload.device] = payload.sequence, transaction.id
