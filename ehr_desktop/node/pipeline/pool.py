"""The transactions that wait for a place in the ledger, in the order they came, and all feeds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Transaction
from ehr_desktop.node.net.messages import FeedHead
from ehr_desktop.node.pipeline.promises import feed_heads
from ehr_desktop.node.store import transactions

MOST_TRANSACTIONS = 1000
MOST_BYTES = 800 * 1024
"""A block takes at most this many transactions and bytes."""
MOST_WAITING = 10_000
MOST_WAITING_BYTES = 32 << 20
"""Of another device so many transactions and bytes may wait here."""


class Pool:
    """What is signed, stored here and not final. On the writer thread."""

    def __init__(self, connection: Connection) -> None:
        self._waiting: dict[bytes, Transaction] = {}
        self._counts: Counter[bytes] = Counter()
        self._bytes: Counter[bytes] = Counter()
        self._came: dict[bytes, int] = {}
        self._heads: Mapping[bytes, FeedHead] | None = None
        self._feeds = transactions.feed_heads(connection)
        for row in transactions.pending(connection, limit=1_000_000):
            self._enter(Transaction.decode(row.wire))

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

    def add(self, transaction: Transaction, came_ms: int | None = None) -> None:
        """Take one in that was stored; `came_ms` is when it came from elsewhere (UTC)."""
        self._enter(transaction)
        if came_ms is not None:
            self._came[transaction.wire] = came_ms
        self._move_feed(transaction)
        self._heads = None

    def came_within(self, span_ms: int, now_ms: int, transaction: Transaction) -> bool:
        """Tell whether one came from another workstation so short a time ago. What a clock that
        was set back would take for the future came long ago.
        """
        came_ms = self._came.get(transaction.wire)
        return came_ms is not None and 0 <= now_ms - came_ms < span_ms

    def settle(self, final: Sequence[Transaction], own: bytes) -> list[Transaction]:
        """Let go of what has become final; give what nobody will ever place any more.

        A device that told others another story than here is followed: what it signed on top of
        what did not become final waits no longer. Not so of this workstation itself, `own`.
        """
        forked: set[bytes] = set()
        otherwise_signed: set[bytes] = set()
        for transaction in final:
            device = transaction.payload.device
            if not self._leave(transaction):
                otherwise_signed.add(transaction.id)
                forked.add(device)
            self._move_feed(transaction)
        for transaction in [t for t in self._waiting.values() if t.id in otherwise_signed]:
            self._leave(transaction)
        self._heads = None
        newest = {t.payload.device: t for t in final}
        return [lost for d in forked - {own} for lost in self._drop_fork(newest[d])]

    def _drop_fork(self, newest: Transaction) -> list[Transaction]:
        """Drop what waits of a device and does not continue its newest final transaction."""
        device = newest.payload.device
        last = newest.payload.sequence, newest.id
        dropped: list[Transaction] = []
        for transaction in [t for t in self._waiting.values() if t.payload.device == device]:
            payload = transaction.payload
            if (payload.sequence, payload.previous) == (last[0] + 1, last[1]):
                last = payload.sequence, transaction.id
            else:
                self._leave(transaction)
                dropped.append(transaction)
        self._feeds[device] = last
        return dropped

    def is_crowded(self, device: bytes) -> bool:
        """Tell whether so much waits of one device that it has to wait itself."""
        return self._counts[device] > MOST_WAITING or self._bytes[device] > MOST_WAITING_BYTES

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

    def _enter(self, transaction: Transaction) -> None:
        self._waiting[transaction.wire] = transaction
        self._counts[transaction.payload.device] += 1
        self._bytes[transaction.payload.device] += len(transaction.wire)

    def _leave(self, transaction: Transaction) -> bool:
        """Let go of one; tell whether it was waiting."""
        if self._waiting.pop(transaction.wire, None) is None:
            return False
        self._came.pop(transaction.wire, None)
        self._counts[transaction.payload.device] -= 1
        self._bytes[transaction.payload.device] -= len(transaction.wire)
        return True

    def _move_feed(self, transaction: Transaction) -> None:
        payload = transaction.payload
        if payload.sequence > self.feed(payload.device)[0]:
            self._feeds[payload.device] = payload.sequence, transaction.id
