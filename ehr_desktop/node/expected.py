"""What the contract state will be once everything that waits is final, in the order it came.

Nobody is told that it is so. But what is prepared here next stands on it, and what is shown as
waiting is what would be accepted.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice

from ehr_desktop.node.contracts.execute import Verdict, execute
from ehr_desktop.node.contracts.state import Lookup, State
from ehr_desktop.node.ledger.transaction import Transaction


@dataclass(slots=True)
class Expected:
    """The waiting transactions run on the final state. On the writer thread, but `ahead`."""

    ahead: Mapping[bytes, bytes | None] = field(default_factory=dict)
    """What differs from the final state; replaced as a whole, so any thread may look."""
    _state: State | None = None
    _verdicts: dict[bytes, Verdict] = field(default_factory=dict)
    _lookup: Lookup = lambda _place: None

    def forget(self, *, waiting: bool) -> None:
        """The final state has changed; with nothing `waiting`, nothing differs from it."""
        self._state = None
        self._verdicts = {}
        if not waiting:
            self.ahead = {}

    def bring_up(self, lookup: Lookup, waiting: Collection[Transaction], height: int) -> None:
        """Run those `waiting` that came since, as if in a block at `height`; they only ever grow
        at the end until `forget`.
        """
        self._lookup = lookup
        if self._state is None:
            self._state = State(lambda place: self._lookup(place))
        if len(waiting) > len(self._verdicts):
            for transaction in islice(waiting, len(self._verdicts), None):
                self._verdicts[transaction.id] = execute(transaction, self._state, height)
            self.ahead = dict(self._state.changes)

    def verdict(self, transaction: Transaction) -> Verdict:
        """Tell what would become of a transaction that was brought up."""
        return self._verdicts[transaction.id]


def reading_ahead(expected: Expected, lookup: Lookup) -> Callable[[bytes], bytes | None]:
    """Give a lookup of the state as it is expected to become."""

    def value(place: bytes) -> bytes | None:
        ahead = expected.ahead
        return ahead[place] if place in ahead else lookup(place)

    return value
