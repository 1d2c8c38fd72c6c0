"""Keeps the teams' views in step with the ledger, and ahead of it where transactions wait.

A team's view is open while one of its members is signed in; it takes over every final transaction
it has not seen, shows on top what is expected of those that wait, and makes up for what comes late.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.store.views.changes import ViewChange, ViewStep, row_of
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.ahead import Ahead, rows_of
from ehr_desktop.node.viewing.projecting import INDEXED, Plain, Projecting, Reading, words_alone

__all__ = ["Plain", "TeamIndex"]

_BATCH = 500
_PATIENT_BYTES = 16

Ended = tuple[bytes, Transaction | None]
"""A transaction that is final, by its id; None in place of one that changes no view."""


class TeamIndex:
    """One team's view on this workstation, open under the team's key. On the writer thread."""

    def __init__(
        self,
        path: Path,
        team_key: TeamKey,
        database: Database,
        files: ContainerFiles,
        project: Projector,
    ) -> None:
        self._team_key = team_key
        self._database = database
        self._files = files
        self._project = project
        self._projecting = Projecting(team_key, files, project)
        self.views = Views.open(path, team_key.views_key(), team_key.team)
        self._seen = self._stored = self.views.position
        self._ahead = Ahead(self.views.ahead())
        self._waiting: list[Transaction] | None = None

    @property
    def team(self) -> Team:
        """The team whose view this is."""
        return self._team_key.team

    def beside(self, path: Path) -> "TeamIndex":
        """Give an empty index of the same team in another file."""
        return TeamIndex(path, self._team_key, self._database, self._files, self._project)

    def close(self) -> None:
        """Close the view's file and forget its keys."""
        self._projecting.forget()
        self.views.close()

    def catch_up(
        self, plain: Plain, progress: Callable[[int, int], None], until: int | None = None
    ) -> None:
        """Take over every final transaction the view has not seen, or those below the position
        `until`, and what came late while the view was closed; `progress` counts the transactions.
        """
        start = self.views.position
        with self._database.reading() as connection:
            total = transactions.counts(connection)[0] if until is None else until
        while True:
            with self._database.reading() as connection:
                at = self.views.position
                most = _BATCH if until is None else min(_BATCH, until - at)
                batch = transactions.final_from(connection, at, most) if most > 0 else []
                step = self._ended(connection, [_ended(row) for row in batch], plain)
            if not batch:
                break
            last = batch[-1].position
            assert last is not None
            self._take(replace(step, position=last + 1))
            progress(last + 1 - start, total - start)
        self._seen = self._stored = self.views.position
        with self._database.reading() as connection:
            awaited = self.views.all_awaited()
            here = containers.stored_of(connection, awaited)
        self.arrived([*here, *(name for name in awaited if len(name) == _PATIENT_BYTES)], plain)

    def follow(self, final: Sequence[FinalTransaction], plain: Plain) -> None:
        """Take over what became final a moment ago, in ledger order. What is still shown ahead
        stays on top of it; `show_pending` tells what to expect of that now.
        """
        if not final:
            return
        if final[0].position != self._seen:
            self.catch_up(plain, lambda _done, _total: None)
            return
        ended = [_settled(entry) for entry in final]
        with self._database.reading() as connection:
            step = self._ended(connection, ended, plain)
        self._seen = final[-1].position + 1
        # where nothing changed, the view's place in the ledger need not be flushed each time
        if not step.is_empty or self._seen - self._stored >= _BATCH:
            self._take(replace(step, position=self._seen))
            self._stored = self._seen

    def show_pending(self, waiting: Sequence[tuple[Transaction, Verdict]], plain: Plain) -> None:
        """Show on top of what is final exactly those of `waiting` that are expected to be accepted.

        `waiting` is every pending transaction in its expected order, with what becomes of it if
        it is run on what is final and those before it.
        """
        first = self._waiting is None
        self._waiting = [
            transaction
            for transaction, verdict in waiting
            if verdict.accepted and transaction.payload.kind in INDEXED
        ]
        # what came late while nobody told what to expect
        anew = {name for _, name in self.views.awaited(self.views.all_awaited())} if first else ()
        self._expect(plain, frozenset(anew))

    def arrived(self, names: Collection[bytes], plain: Plain) -> None:
        """Take over what waited for something that has come to this workstation.

        `names` are containers and vault keys by their commitment, key boxes by their hash, and
        patients whose keys may be here.
        """
        with self._database.reading() as connection:
            waiting = self.views.awaited([*names, *_patients(connection, names)])
            if not waiting:
                return
            step, pending = self._late(connection, waiting, plain)
        self._take(step)
        if pending and self._waiting is not None:
            self._expect(plain, pending)

    def changes_of(self, connection: Connection, transaction: Transaction) -> Sequence[ViewChange]:
        """Give what a transaction of an indexed kind would change here, were it accepted."""
        return self._projecting.read(connection, transaction, {}).changes

    def _take(self, step: ViewStep) -> None:
        self.views.take(step)
        self._ahead.took(step)

    def _ended(self, connection: Connection, ended: Sequence[Ended], plain: Plain) -> ViewStep:
        """Give what to do about transactions that became final."""
        source = _Source(connection, self._projecting, plain)
        accepted = [t for _, t in ended if t is not None]
        if not self._ahead:
            changes = [change for t in accepted for change in source.of(t)]
            return ViewStep(changes=changes, awaited=source.missing)
        source.know(accepted)
        step = self._ahead.decided(
            [t.id for t in accepted], frozenset(name for name, _ in ended), source.changes
        )
        return replace(step, awaited=source.missing)

    def _expect(self, plain: Plain, anew: frozenset[bytes]) -> None:
        waiting = self._waiting or []
        if not waiting and not self._ahead:
            return
        with self._database.reading() as connection:
            source = _Source(connection, self._projecting, plain)
            source.know(waiting)
            step = self._ahead.expected([t.id for t in waiting], anew, source.changes)
            step = replace(step, awaited=source.missing)
        if not step.is_empty:
            self._take(step)

    def _late(
        self, connection: Connection, waiting: Sequence[tuple[bytes, bytes]], plain: Plain
    ) -> tuple[ViewStep, frozenset[bytes]]:
        """Give what to do about what came late, and which pending transactions it belongs to."""
        source = _Source(connection, self._projecting, plain)
        rows = [transactions.by_id(connection, name) for name in {name for _, name in waiting}]
        known = [row for row in rows if row is not None and not row.rule]
        pending = frozenset(row.id for row in known if row.position is None)
        final = sorted(
            (row for row in known if row.position is not None), key=lambda row: row.position or 0
        )
        changes = [
            change
            for row in final
            for whole in source.of(Transaction.decode(row.wire))
            if (change := words_alone(whole)) is not None
            and self._is_newer(connection, change, row)
        ]
        undone = {row for row in rows_of(changes) if self._ahead.shows(row)}
        step = ViewStep(
            undone=undone,
            changes=changes,
            ahead=self._ahead.again(undone, frozenset(), source.changes),
            arrived=[
                pair for pair in waiting if self._waiting is not None or pair[1] not in pending
            ],
            awaited=source.missing,
        )
        return step, pending

    def _is_newer(
        self, connection: Connection, change: ViewChange, late: StoredTransaction
    ) -> bool:
        """Tell whether what came late is not older than what is shown as final."""
        row = self.views.final_row(row_of(change))
        if row is None:
            return True
        shown = row["words_of"] if "words_of" in row else row["transaction_id"]
        known = transactions.by_id(connection, bytes.fromhex(shown)) if shown else None
        if known is None or known.position is None:
            return True
        return known.position <= (late.position or 0)


class _Source:
    """Reads transactions once each, and gathers what is missing for them."""

    def __init__(self, connection: Connection, projecting: Projecting, plain: Plain) -> None:
        self._connection = connection
        self._projecting = projecting
        self._plain = plain
        self._known: dict[bytes, Transaction] = {}
        self._readings: dict[bytes, Reading] = {}
        self.missing: list[tuple[bytes, bytes]] = []

    def know(self, known: Sequence[Transaction]) -> None:
        """Take over transactions that need not be looked up."""
        self._known.update((transaction.id, transaction) for transaction in known)

    def of(self, transaction: Transaction) -> list[ViewChange]:
        """Give what a transaction changes."""
        reading = self._readings.get(transaction.id)
        if reading is None:
            reading = self._projecting.read(self._connection, transaction, self._plain)
            self._readings[transaction.id] = reading
            self.missing += [(name, transaction.id) for name in reading.missing]
        return reading.changes

    def changes(self, name: bytes) -> list[ViewChange]:
        """Give what a transaction changes, by its id."""
        known = self._known.get(name)
        if known is None:
            row = transactions.by_id(self._connection, name)
            if row is None:
                return []
            known = self._known[name] = Transaction.decode(row.wire)
        return self.of(known)


def _patients(connection: Connection, names: Iterable[bytes]) -> set[bytes]:
    """Give the patients whose keys bear some of these names."""
    found: set[bytes] = set()
    for name in names:
        box = secrets.box_named(connection, name)
        vault = secrets.vault_named(connection, name)
        found |= {box.subject} if box else set()
        found |= {vault[0]} if vault else set()
    return found


def _ended(row: StoredTransaction) -> Ended:
    return row.id, None if row.rule or row.kind not in INDEXED else Transaction.decode(row.wire)


def _settled(entry: FinalTransaction) -> Ended:
    counts = entry.verdict.accepted and entry.transaction.payload.kind in INDEXED
    return entry.transaction.id, entry.transaction if counts else None
