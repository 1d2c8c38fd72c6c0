"""What a view shows ahead of the ledger, and what has to be done when the ledger decides.

Every row has its own story: a row that shows the transactions a, b is right when the ledger, or
what is expected of it, says a, b of that row. What happened to other rows does not matter.
"""

from collections.abc import Callable, Iterable, Sequence

from ehr_desktop.node.store.views.changes import AheadChange, RowName, ViewChange, ViewStep, row_of

Read = Callable[[bytes], Sequence[ViewChange]]
"""Gives what a transaction changes."""


class Ahead:
    """Which transactions were applied to which rows ahead of the ledger, in order."""

    def __init__(self, applied: Iterable[tuple[bytes, RowName]]) -> None:
        self._of_row: dict[RowName, list[bytes]] = {}
        self._rows: dict[bytes, set[RowName]] = {}
        for transaction, row in applied:
            self._add(transaction, row)

    def __bool__(self) -> bool:
        return bool(self._of_row)

    def shows(self, row: RowName) -> bool:
        """Tell whether something was applied to a row ahead of the ledger."""
        return row in self._of_row

    def rows(self, transaction: bytes) -> set[RowName]:
        """Give the rows a transaction was applied to; none if it was not."""
        return self._rows.get(transaction, set())

    def took(self, step: ViewStep) -> None:
        """Take over what a view has done."""
        for row in {*step.undone, *step.settled}:
            for transaction in self._of_row.pop(row, ()):
                rows = self._rows[transaction]
                rows.discard(row)
                if not rows:
                    del self._rows[transaction]
        for change in step.ahead:
            self._add(change.transaction, change.row)

    def decided(self, final: Sequence[bytes], ended: frozenset[bytes], read: Read) -> ViewStep:
        """Give what to do when transactions end: those of `final` were accepted, in that order.

        `ended` holds these and the refused ones. `read` is asked only for what must be applied.
        """
        rows = {name: self.rows(name) or rows_of(read(name)) for name in final}
        decided: dict[RowName, list[bytes]] = {}
        for transaction in final:
            for row in rows[transaction]:
                decided.setdefault(row, []).append(transaction)
        hit = {*decided, *(row for name in ended for row in self.rows(name))} & self._of_row.keys()
        settled = {row for row in hit if decided.get(row) == self._of_row[row]}
        undone = hit - settled
        changes = [
            change
            for transaction in final
            if rows[transaction] - settled
            for change in read(transaction)
            if row_of(change) in rows[transaction] - settled
        ]
        return ViewStep(
            undone=undone, changes=changes, settled=settled, ahead=self.again(undone, ended, read)
        )

    def again(
        self, undone: Iterable[RowName], ended: frozenset[bytes], read: Read
    ) -> list[AheadChange]:
        """Give what stays ahead on rows that are put back."""
        return [
            _on_row(row, transaction, read)
            for row in undone
            for transaction in self._of_row.get(row, ())
            if transaction not in ended
        ]

    def expected(self, waiting: Sequence[bytes], anew: frozenset[bytes], read: Read) -> ViewStep:
        """Give what to do so that exactly `waiting` is shown ahead of the ledger, in that order.

        What was applied already is not read again, unless it is among `anew`.
        """
        wanted: dict[RowName, list[bytes]] = {}
        for transaction in waiting:
            rows = self.rows(transaction)
            if not rows or transaction in anew:
                rows = rows_of(read(transaction))
            for row in rows:
                wanted.setdefault(row, []).append(transaction)
        undone = self._of_row.keys() - wanted.keys()
        ahead: list[AheadChange] = []
        for row, story in wanted.items():
            shown = self._of_row.get(row, [])
            if story[: len(shown)] != shown or not anew.isdisjoint(shown):
                undone.add(row)
                shown = []
            ahead += [_on_row(row, transaction, read) for transaction in story[len(shown) :]]
        return ViewStep(undone=undone, ahead=ahead)

    def _add(self, transaction: bytes, row: RowName) -> None:
        self._of_row.setdefault(row, []).append(transaction)
        self._rows.setdefault(transaction, set()).add(row)


def rows_of(changes: Iterable[ViewChange]) -> set[RowName]:
    """Give the rows that changes are about."""
    return {row_of(change) for change in changes}


def _on_row(row: RowName, transaction: bytes, read: Read) -> AheadChange:
    changes = [change for change in read(transaction) if row_of(change) == row]
    return AheadChange(transaction, row, changes)
