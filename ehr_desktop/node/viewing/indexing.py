"""Keeps the teams' views in step with the ledger, and ahead of it where transactions wait.

A team's view is open while one of its members is signed in; it takes over every final transaction
it has not seen, shows on top what is expected of those that wait, and makes up for what comes late.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.keys.keyring import TeamKey
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.subjects import subject_of
from ehr_desktop.node.store import containers, secrets, transactions
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.transactions import StoredTransaction
from ehr_desktop.node.store.views.changes import ViewChange, ViewStep, row_of
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.ahead import Ahead, rows_of
from ehr_desktop.node.viewing.projecting import INDEXED, Plain, Projecting, words_alone
from ehr_desktop.node.viewing.source import Source, decided_anew
from ehr_desktop.node.viewing.view_keys import TeamKeys

__all__ = ["Plain", "TeamIndex"]

_BATCH = 500
_DECISIONS = ("card.", "consent.", "erasure.", "epoch.box")
"""How the kinds begin that may change what a team may see of a patient."""
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
        self._projecting = Projecting(
            TeamKeys(team_key), files, project, diary=team_key.team is Team.FRONT_DESK
        )
        self.views = Views.open(
            path,
            team_key.views_key(),
            team_key.team,
            (earlier.views_key() for earlier in team_key.earlier),
        )
        self._seen = self._stored = self.views.position
        self._ahead = Ahead(self.views.ahead())
        self._waiting: list[Transaction] | None = None

    @property
    def team(self) -> Team:
        """The team whose view this is."""
        return self._team_key.team

    @property
    def generation(self) -> int:
        """The generation of the team's key that the view is under."""
        return self._team_key.generation

    def renewed(self, path: Path, team_key: TeamKey) -> "TeamIndex":
        """Close the view, and give it under a later generation of the team's key, which opens what
        waited for that.
        """
        self.close()
        under = replace(team_key, earlier=(self._team_key, *team_key.earlier))
        return TeamIndex(path, under, self._database, self._files, self._project)

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
            deciding = [
                Transaction.decode(row.wire)
                for row in batch
                if not row.rule and row.kind.startswith(_DECISIONS)
            ]
            self._take_final(step, deciding, plain, last + 1)
            progress(last + 1 - start, total - start)
        self._seen = self._stored = self.views.position
        with self._database.reading() as connection:
            awaited = self.views.all_awaited()
            here = containers.stored_of(connection, awaited)
        self.arrived([*here, *(name for name in awaited if len(name) == _PATIENT_BYTES)], plain)

    def is_decided_since(self, position: int) -> bool:
        """Tell whether a patient has decided something in the ledger from a position on."""
        with self._database.reading() as connection:
            rows = transactions.final_from(connection, position, _BATCH)
        return any(row.kind.startswith(_DECISIONS) and not row.rule for row in rows)

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
        deciding = [
            entry.transaction
            for entry in final
            if entry.verdict.accepted and entry.transaction.payload.kind.startswith(_DECISIONS)
        ]
        # where nothing changed, the view's place in the ledger need not be flushed each time
        if deciding or not step.is_empty or self._seen - self._stored >= _BATCH:
            self._take_final(step, deciding, plain, self._seen)
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
        return self._source(connection, {}).of(transaction)

    def _source(self, connection: Connection, plain: Plain) -> Source:
        return Source(connection, self._projecting, plain, self.team)

    def _take_final(
        self, step: ViewStep, deciding: Sequence[Transaction], plain: Plain, position: int
    ) -> None:
        """Take over what is final up to a position, and what patients have decided in it: a view
        that is only half-way forgets nothing, so its place is written last.
        """
        if not deciding:
            self._take(replace(step, position=position))
            return
        self._take(step)
        self._reconsider(deciding, plain)
        self._take(ViewStep(position=position))

    def _reconsider(self, deciding: Sequence[Transaction], plain: Plain) -> None:
        """Where patients have decided anew, show what the team may see now, and nothing else."""
        with self._database.reading() as connection:
            source = self._source(connection, plain)
            patients = {subject_of(t, source.value) for t in deciding} - {b""}
            changes = [
                change
                for patient in patients
                for change in decided_anew(connection, source, self.views, patient)
            ]
        undone = self.views.ahead_of([PatientId(p.hex()) for p in patients]) if changes else ()
        self._take(ViewStep(undone=undone, changes=changes, awaited=source.missing))
        if undone and self._waiting is not None:
            self._expect(plain, frozenset())
        self.arrived(patients, plain)

    def _take(self, step: ViewStep) -> None:
        self.views.take(step)
        self._ahead.took(step)

    def _ended(self, connection: Connection, ended: Sequence[Ended], plain: Plain) -> ViewStep:
        """Give what to do about transactions that became final."""
        source = self._source(connection, plain)
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
            source = self._source(connection, plain)
            source.know(waiting)
            step = self._ahead.expected([t.id for t in waiting], anew, source.changes)
            step = replace(step, awaited=source.missing)
        if not step.is_empty:
            self._take(step)

    def _late(
        self, connection: Connection, waiting: Sequence[tuple[bytes, bytes]], plain: Plain
    ) -> tuple[ViewStep, frozenset[bytes]]:
        """Give what to do about what came late, and which pending transactions it belongs to."""
        source = self._source(connection, plain)
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
