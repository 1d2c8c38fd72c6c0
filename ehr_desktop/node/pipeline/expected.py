"""The contract state as it is, and as it will be once everything that waits is final in its order.

Nobody is told that it is so. But what is prepared here next stands on it, and what is shown as
waiting is what would be accepted.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.state import Lookup, State
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.chain import Chain
from ehr_desktop.node.pipeline.pool import Pool
from ehr_desktop.node.store import state
from ehr_desktop.node.store.engine import Database


class ExpectedState:
    """The waiting transactions run on the final state. On the writer thread, but `value`."""

    def __init__(
        self, database: Database, chain: Chain, pool: Pool, clock: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._database = database
        self._chain = chain
        self._pool = pool
        self._ahead: Mapping[bytes, bytes | None] = {}
        self._state: State | None = None
        self._verdicts: dict[bytes, Verdict] = {}
        self._connection: Connection | None = None
        self._reading: tuple[Connection, Callable[..., Any]] | None = None

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a decoded value of the expected state, or None. Any thread.

        Raises:
            HomeDamagedError: it cannot be read any more.
        """
        with self._database.reading() as connection:
            return self.reader_in(connection)(*parts)

    def reader_in(self, connection: Connection) -> Callable[..., Any]:
        """Give a reader of the expected state as one connection sees it. Any thread."""
        return self._reader(lambda place: state.value(connection, place))

    def reader(self, connection: Connection) -> Callable[..., Any]:
        """Give a reader of the expected state, which remembers what it read: the same one as long
        as neither the state nor the connection is another.
        """
        if self._reading is None or self._reading[0] is not connection:
            self._reading = connection, self._reader(self._chain.lookup(connection))
        return self._reading[1]

    def waiting(self) -> list[tuple[Transaction, Verdict]]:
        """Give what waits in its order, each with what would become of it now."""
        if not len(self._pool):
            return []
        with self._database.reading() as connection:
            self.bring_up(connection)
        return [(transaction, self._verdicts[transaction.id]) for transaction in self._pool]

    def bring_up(self, connection: Connection) -> None:
        """Run what came to wait since, as if it came into the next block."""
        waiting = self._pool.by_wire.values()
        if len(waiting) == len(self._verdicts):
            return
        self._connection = connection
        if self._state is None:
            self._state = State(self._final)
        height, now_ms = self.next_block()
        for transaction in islice(waiting, len(self._verdicts), None):
            self._verdicts[transaction.id] = execute(transaction, self._state, height, now_ms)
        # replaced as a whole, since any thread may be looking
        self._ahead = dict(self._state.changes)
        self._reading = None

    def next_block(self) -> tuple[int, int]:
        """Give the height and the time, in UTC milliseconds, of a block that would come now."""
        head = self._chain.head
        if head is None:
            return 0, self._clock()
        return head.height + 1, max(head.time_ms, self._clock())

    def forget(self) -> None:
        """The final state has changed: what waits is run on it anew when somebody asks."""
        self._state = self._reading = None
        self._verdicts = {}
        if not len(self._pool):
            self._ahead = {}

    def _final(self, place: bytes) -> bytes | None:
        assert self._connection is not None, "only while what waits is run"
        return self._chain.lookup(self._connection)(place)

    def _reader(self, final: Lookup) -> Callable[..., Any]:
        ahead = self._ahead
        known = State(lambda place: ahead[place] if place in ahead else final(place))

        def value(*parts: str | bytes | int) -> Any:
            try:
                return known.get(*parts)
            except CodecError as error:
                # SQLCipher may give zeros for the second page of a long value that was changed
                raise HomeDamagedError(self._database.path.name) from error

        return value

    def expect(
        self, connection: Connection, places: Iterable[tuple[str | bytes | int, ...]]
    ) -> None:
        """Read in one go what a reader will soon be asked for."""
        self._chain.expect(connection, places)
