"""What the parts of a node share: the database, the pipeline, open keys and the writer thread."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ehr_desktop.domain.errors import DiskFullError, HomeDamagedError, NoKeyError, RefusedError
from ehr_desktop.domain.events import ContainersArrived, Event, PendingChanged
from ehr_desktop.domain.ids import TransactionId
from ehr_desktop.domain.ledger import Outcome, TransactionState
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.final import FinalTransaction
from ehr_desktop.node.happened import events_of
from ehr_desktop.node.indexing import Plain, TeamIndex
from ehr_desktop.node.keys.keyring import Keyring, Session, TeamKey
from ehr_desktop.node.keys.records import Envelope
from ehr_desktop.node.pipeline import Pipeline
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.views import Views, discard
from ehr_desktop.node.turn import Turn
from ehr_desktop.node.unsigned import Unsigned

Result = TypeVar("Result")
_MOST_GROUPED = 256
PATIENCE_S = 1.5
"""So long a person waits for other workstations before being told that it is pending."""


@dataclass(slots=True)
class Prepared:
    """What a piece of writing comes to: statements to sign, and what was sealed for them."""

    unsigned: Sequence[Unsigned]
    plain: dict[bytes, tuple[Envelope, NewRecord]] = field(default_factory=dict)
    give_up: Callable[[], None] = lambda: None


Prepare = Callable[[Connection], Prepared]


@dataclass(slots=True)
class _Waiting:
    subject: bytes
    prepare: Prepare
    alone: bool
    outcomes: asyncio.Future[list[Outcome]]
    placed: dict[bytes, Outcome | None] = field(default_factory=dict)
    """What was signed for it, and what became of each so far. On the writer thread."""


class Core:
    """One open clinic on this workstation. Its coroutines run on the node's loop."""

    def __init__(
        self,
        home: Path,
        database: Database,
        pipeline: Pipeline,
        files: ContainerFiles,
        *,
        site_secret: bytes,
        project: Projector,
        clock: Callable[[], int],
    ) -> None:
        self.home = home
        self.database = database
        self.pipeline = pipeline
        self.site_secret = site_secret
        self.clock = clock
        self.keyring = Keyring()
        self.files = files
        self.indexes: dict[Team, TeamIndex] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self.outward: Callable[[Turn], None] = lambda _turn: None
        """Gets every turn on the loop, once it has committed."""
        self.has_quorum: Callable[[], bool] = lambda: True
        """Tells whether enough workstations are linked for anything to become final."""
        self._signed: dict[bytes, _Waiting] = {}
        self._project = project
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="node-writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="node-reader")
        self._waiting: deque[_Waiting] = deque()
        self._draining = False

    async def start(self) -> None:
        """Remove what an interrupted run left behind, and order what it had signed."""
        self._loop = asyncio.get_running_loop()

        def run() -> None:
            with self.database.reading() as connection:
                self.files.remove_leftovers(connection)
            with suppress(DiskFullError):
                self._take(self.pipeline.order(), {})

        await self.on_writer(run)

    async def turn(self, work: Callable[[], Turn]) -> Turn:
        """Run a turn of the pipeline on the writer thread, and all that follows from it."""

        def run() -> Turn:
            turn = work()
            self._take(turn, {})
            return turn

        return await self.on_writer(run)

    async def show_waiting(self) -> None:
        """Have the views show what waits for other workstations."""
        await self.on_writer(self._show_waiting)

    async def on_writer(self, work: Callable[[], Result]) -> Result:
        """Run `work` on the one thread that writes."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query over the ledger's database on a reader thread."""

        def run() -> Result:
            with self.database.reading() as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def read_view(self, actor: Actor, team: Team, query: Callable[[Views], Result]) -> Result:
        """Run a query over a team's view, for one of its members who is signed in.

        Raises:
            NotSignedInError: the session has ended.
            NoKeyError: the person is not of the team.
        """
        self.keyring.session(actor).team(team)
        index = self.indexes.get(team)
        if index is None:
            raise NoKeyError(team)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, query, index.views)
        except HomeDamagedError:
            await self.on_writer(lambda: self._build_anew(team, index))
        return await loop.run_in_executor(self._readers, query, self.indexes[team].views)

    def session(self, actor: Actor) -> Session:
        """Give an actor's open session.

        Raises:
            NotSignedInError: it has ended.
        """
        return self.keyring.session(actor)

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a value of the contract state. Any thread."""
        return self.pipeline.value(*parts)

    async def write(
        self, subject: bytes, prepare: Prepare, *, alone: bool = False
    ) -> list[Outcome]:
        """Prepare, sign, store and order statements; give what became of each.

        Writings that are waiting together share their commits; those about one patient (or
        `subject`) follow one another, since each is prepared on what the last one left. One that
        concerns all patients is prepared and stored `alone`.

        Raises:
            DiskFullError: it is not certain that this will ever be final.
        """
        waiting = _Waiting(subject, prepare, alone, self._loop.create_future())
        self._waiting.append(waiting)
        self._start_draining()
        return await waiting.outcomes

    async def say(self, *unsigned: Unsigned, subject: bytes = b"") -> list[Outcome]:
        """Write statements that need no preparing.

        Raises:
            RefusedError: a contract refused one of them.
        """
        outcomes = await self.write(subject, lambda _connection: Prepared(unsigned))
        raise_refusal(outcomes)
        return outcomes

    async def open_index(self, team_key: TeamKey, progress: Callable[[int, int], None]) -> None:
        """Open a team's view and bring it up to date."""

        def run() -> None:
            if team_key.team not in self.indexes:
                path = self._view_path(team_key.team)
                self.indexes[team_key.team] = TeamIndex(
                    path, team_key, self.database, self.files, self._project
                )
            self._catch_up(team_key.team, {}, progress)

        await self.on_writer(run)

    async def close_unused_indexes(self) -> None:
        """Close the views of teams none of whose members are signed in any more."""

        def run() -> None:
            for team in list(self.indexes):
                if self.keyring.any_team(team) is None:
                    self.indexes.pop(team).close()

        await self.on_writer(run)

    async def close(self) -> None:
        """Forget every key and close every file."""
        self.keyring.close_all()
        await self.close_unused_indexes()
        await self.on_writer(self.database.close)
        self._writer.shutdown()
        self._readers.shutdown()

    def publish(self, event: Event) -> None:
        """Tell the listeners. On the node's loop."""
        for listener in list(self.listeners):
            listener(event)

    def _publish_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self.publish(event)

    def _start_draining(self) -> None:
        """Have the writer thread look at what waits, unless it is about to. On the loop, or on the
        writer thread.
        """
        if not self._draining:
            self._draining = True
            self._writer.submit(self._drain)

    def _drain(self) -> None:
        # cleared before anything is taken: whoever comes from now on starts another round
        self._draining = False
        group = self._next_group()
        if self._waiting:
            self._start_draining()
        if not group:
            return
        prepared: list[tuple[_Waiting, Prepared]] = []
        try:
            # what is prepared without what waits could contradict it
            self.pipeline.waiting()
            self._prepare(group, prepared)
            turn = self.pipeline.write([u for _, p in prepared for u in p.unsigned])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever is waiting
            for _, part in prepared:
                part.give_up()
            for waiting in group:
                self._fail(waiting, error)
            return
        names = iter(turn.signed)
        for waiting, part in prepared:
            for _ in part.unsigned:
                name = next(names).id
                waiting.placed[name] = None
                self._signed[name] = waiting
        plain = {name: known for _, part in prepared for name, known in part.plain.items()}
        try:
            self._take(turn, plain)
        except Exception as error:  # noqa: BLE001 - the ledger has it, but a view cannot show it
            for waiting, _ in prepared:
                self._fail(waiting, error)
            return
        for waiting, part in prepared:
            if not part.unsigned:
                self._tell(waiting)
            elif None in waiting.placed.values():
                self._loop.call_soon_threadsafe(self._be_patient, waiting)

    def _take(self, turn: Turn, plain: Plain) -> None:
        """Pass on what a turn did: to the other workstations first, then to views and screens."""
        self._loop.call_soon_threadsafe(self.outward, turn)
        self._follow(turn.final, plain)
        if turn.arrived:
            self._loop.call_soon_threadsafe(self.publish, ContainersArrived())
        for entry in turn.final:
            waiting = self._signed.pop(entry.transaction.id, None)
            if waiting is not None:
                waiting.placed[entry.transaction.id] = entry.outcome
                if None not in waiting.placed.values():
                    self._tell(waiting)

    def _tell(self, waiting: _Waiting) -> None:
        told = [
            outcome or Outcome(TransactionId(name.hex()), TransactionState.PENDING)
            for name, outcome in waiting.placed.items()
        ]

        def tell() -> None:
            if not waiting.outcomes.done():
                waiting.outcomes.set_result(told)

        self._loop.call_soon_threadsafe(tell)

    def _be_patient(self, waiting: _Waiting) -> None:
        """Wait for the others a while; not at all where too few of them are there. On the loop."""
        patience_s = PATIENCE_S if self.has_quorum() else 0.0
        self._loop.call_later(patience_s, self._writer.submit, self._give_up, waiting)

    def _give_up(self, waiting: _Waiting) -> None:
        """Tell whoever waits that it is pending, once the views show it so."""
        if None not in waiting.placed.values():
            return
        try:
            self._show_waiting()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever is waiting
            self._fail(waiting, error)
            return
        for name, outcome in waiting.placed.items():
            if outcome is None:
                self._signed.pop(name, None)
        self._tell(waiting)

    def _show_waiting(self) -> None:
        self.pipeline.waiting()
        self._loop.call_soon_threadsafe(self.publish, PendingChanged(self.pipeline.pending_count))

    def _prepare(
        self, group: Sequence[_Waiting], prepared: list[tuple[_Waiting, Prepared]]
    ) -> None:
        with self.database.reading() as connection:
            for waiting in group:
                try:
                    prepared.append((waiting, waiting.prepare(connection)))
                except DBAPIError:
                    # the database itself: it is told as such to all of them
                    raise
                except Exception as error:  # noqa: BLE001 - the others go on
                    self._fail(waiting, error)

    def _fail(self, waiting: _Waiting, error: Exception) -> None:
        def tell() -> None:
            if not waiting.outcomes.done():
                waiting.outcomes.set_exception(error)

        self._loop.call_soon_threadsafe(tell)

    def _follow(self, final: Sequence[FinalTransaction], plain: Plain) -> None:
        """Bring the views up to date with what became final, and tell about it."""
        try:
            for team in list(self.indexes):
                self._bring_up(team, lambda index: index.follow(final, plain))
        finally:
            if final:
                self._loop.call_soon_threadsafe(self._publish_all, events_of(final))

    def _catch_up(self, team: Team, plain: Plain, progress: Callable[[int, int], None]) -> None:
        self._bring_up(team, lambda index: index.catch_up(plain, progress))

    def _bring_up(self, team: Team, work: Callable[[TeamIndex], None]) -> None:
        """Bring a team's view up to date; one that is damaged is built anew from the records."""
        index = self.indexes[team]
        try:
            work(index)
        except HomeDamagedError as error:
            if error.where != self._view_path(team).name:
                raise
            self._build_anew(team, index)

    def _build_anew(self, team: Team, damaged: TeamIndex) -> None:
        if self.indexes.get(team) is not damaged:
            return
        path = self._view_path(team)
        damaged.close()
        discard(path)
        self.indexes[team] = damaged.beside(path)
        self.indexes[team].catch_up({}, lambda _done, _total: None)

    def _view_path(self, team: Team) -> Path:
        return self.home / f"views-{team}.db"

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        subjects: set[bytes] = set()
        while self._waiting and len(group) < _MOST_GROUPED:
            waiting = self._waiting[0]
            if group and (waiting.alone or group[0].alone or waiting.subject in subjects):
                break
            if waiting.subject:
                subjects.add(waiting.subject)
            group.append(self._waiting.popleft())
        return group


def raise_refusal(outcomes: Sequence[Outcome]) -> None:
    """Raise the first refusal among outcomes.

    Raises:
        RefusedError: there is one.
    """
    for outcome in outcomes:
        if outcome.state is TransactionState.REFUSED:
            raise RefusedError(outcome)
