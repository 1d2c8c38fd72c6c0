"""What people write: prepared, signed, and answered once it is final or known to wait."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ehr_desktop.domain.errors import RefusedError
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.keys.records import Envelope
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.unsigned import Unsigned

_MOST_GROUPED = 256


@dataclass(slots=True)
class Prepared:
    """What a piece of writing comes to: statements to sign, and what was sealed for them.

    While `plain` waits, copies of it are kept under `author_key`; none if that is empty.
    """

    unsigned: Sequence[Unsigned]
    plain: dict[bytes, tuple[Envelope, NewRecord]] = field(default_factory=dict)
    give_up: Callable[[], None] = lambda: None
    author_key: bytes = b""


Prepare = Callable[[Connection], Prepared]


@dataclass(slots=True, eq=False)
class Writing:
    """One person's piece of writing, and what became of it so far.

    `outcomes` belongs to the loop; `placed` to the writer thread: each transaction signed for it,
    with its outcome once there is one; so does `prepared`, what it came to.
    """

    subject: bytes
    prepare: Prepare
    alone: bool
    outcomes: asyncio.Future[list[Outcome]]
    placed: dict[bytes, Outcome | None] = field(default_factory=dict)
    prepared: Prepared = field(default_factory=lambda: Prepared(()))

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to wait for."""
        return None not in self.placed.values()

    @property
    def unsettled(self) -> list[bytes]:
        """The transactions that still wait."""
        return [name for name, outcome in self.placed.items() if outcome is None]

    def told(self) -> list[Outcome]:
        """Give an outcome for each transaction, in the order they were signed."""
        return [
            outcome or Outcome(TransactionId(name.hex()), TransactionState.PENDING)
            for name, outcome in self.placed.items()
        ]


class Writings:
    """Writings on their way. `add` is called on the loop, everything else on the writer thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[Writing] = deque()
        self._signed: dict[bytes, Writing] = {}
        self._lock = threading.Lock()
        self._is_draining = False

    def add(self, writing: Writing) -> bool:
        """Queue a writing; tell whether somebody has to start draining the queue."""
        with self._lock:
            self._queue.append(writing)
            starts, self._is_draining = not self._is_draining, True
        return starts

    def goes_on(self) -> bool:
        """Tell whether more is left to drain; if not, the next writing has to start it anew."""
        with self._lock:
            self._is_draining = bool(self._queue)
            return self._is_draining

    def next_group(self) -> list[Writing]:
        """Give what is prepared and signed in one go.

        Those about one patient follow one another, since each is prepared on what the last left.
        """
        group: list[Writing] = []
        subjects: set[bytes] = set()
        with self._lock:
            while self._queue and len(group) < _MOST_GROUPED:
                first = self._queue[0]
                if group and (first.alone or group[0].alone or first.subject in subjects):
                    break
                if first.subject:
                    subjects.add(first.subject)
                group.append(self._queue.popleft())
        return group

    def prepare(
        self, group: Sequence[Writing], connection: Connection
    ) -> list[tuple[Writing, Prepared]]:
        """Prepare a group; one that fails is told so, and the others go on."""
        prepared: list[tuple[Writing, Prepared]] = []
        for writing in group:
            try:
                prepared.append((writing, writing.prepare(connection)))
            except DBAPIError:
                # the database itself: it is told as such to all of them
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to whoever is waiting
                self.fail([writing], error)
        return prepared

    def sign(
        self, prepared: Sequence[tuple[Writing, Prepared]], signed: Sequence[Transaction]
    ) -> None:
        """Note which transactions were signed for whom."""
        names: Iterator[Transaction] = iter(signed)
        for writing, part in prepared:
            writing.prepared = part
            for _ in part.unsigned:
                name = next(names).id
                writing.placed[name] = None
                self._signed[name] = writing
            if writing.is_settled:
                self.answer([writing])

    def settle(self, final: Sequence[FinalTransaction]) -> None:
        """Answer those all of whose transactions are final now."""
        settled: list[Writing] = []
        for entry in final:
            writing = self._signed.pop(entry.transaction.id, None)
            if writing is not None:
                writing.placed[entry.transaction.id] = entry.outcome
                if writing.is_settled:
                    settled.append(writing)
        self.answer(settled)

    def let_go(self, writings: Sequence[Writing]) -> None:
        """Answer with what is known; what waits is pending."""
        for writing in writings:
            for name in writing.unsettled:
                self._signed.pop(name, None)
        self.answer(writings)

    def answer(self, writings: Sequence[Writing]) -> None:
        """Tell all who wait what became of theirs, waking the loop once."""
        if not writings:
            return
        told = [(writing, writing.told()) for writing in writings]

        def tell() -> None:
            for writing, outcomes in told:
                if not writing.outcomes.done():
                    writing.outcomes.set_result(outcomes)

        self._loop.call_soon_threadsafe(tell)

    def fail(self, writings: Sequence[Writing], error: Exception) -> None:
        """Tell whoever waits what went wrong."""

        def tell() -> None:
            for writing in writings:
                if not writing.outcomes.done():
                    writing.outcomes.set_exception(error)

        self._loop.call_soon_threadsafe(tell)


def raise_refusal(outcomes: Sequence[Outcome]) -> None:
    """Raise the first refusal among outcomes.

    Raises:
        RefusedError: there is one.
    """
    for outcome in outcomes:
        if outcome.state is TransactionState.REFUSED:
            raise RefusedError(outcome)
