"""What the parts of a node share: the database, the pipeline, open keys and the writer thread."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import DiskFullError, HomeDamagedError, NoKeyError
from ehr_desktop.domain.events import ConsentChanged, ContainersArrived, Event, PendingChanged
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.ledger import Outcome
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.copies import keep_copies
from ehr_desktop.node.happened import events_of, events_of_pending
from ehr_desktop.node.keys.keyring import Keyring, Session, TeamKey
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.pipeline.destroyed import Destroyed
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.pipeline import Pipeline
from ehr_desktop.node.pipeline.turn import Turn
from ehr_desktop.node.pipeline.unsigned import Unsigned
from ehr_desktop.node.store import secrets, told_pending, transactions
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.indexing import Plain, TeamIndex
from ehr_desktop.node.viewing.team_views import TeamViews
from ehr_desktop.node.wiping import Wiping
from ehr_desktop.node.writing import Prepare, Prepared, Writing, Writings, raise_refusal

Result = TypeVar("Result")
PATIENCE_S = 1.5
"""So long a person waits for other workstations before being told that it is pending."""

WIPE_AGAIN_S = 0.25
_MOST_KEYS_TOLD = 100

__all__ = ["PATIENCE_S", "Core", "Prepare", "Prepared", "raise_refusal"]


async def _nothing_to_do(_holder: Holder, _categories: Iterable[Category]) -> None:
    """Have every key as it is."""


class Core:
    """One open clinic on this workstation. Its coroutines run on the node's loop."""

    _writings: Writings

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
        self.listeners: list[Callable[[Event], None]] = []
        self.on_turn: list[Callable[[Turn], None]] = []
        """Each gets every turn on the loop, once it has committed."""
        self.has_quorum: Callable[[], bool] = lambda: True
        """Tells whether enough workstations are linked for anything to become final."""
        self.take_up_keys: Callable[[Turn], None] = lambda _turn: None
        """Gets every turn first, on the writer thread, for new keys of teams to be used."""
        self.ready_keys: Callable[[Holder, Iterable[Category]], Awaitable[None]] = _nothing_to_do
        """Called before something is sealed for others, with whose keys and in which categories."""
        self.wiping = Wiping(database, files)
        self.project = project
        self._views = TeamViews(home, database, files, project)
        self._is_closing = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="node-writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="node-reader")

    @property
    def indexes(self) -> dict[Team, TeamIndex]:
        """The open views by team."""
        return self._views.indexes

    async def start(self) -> Turn | None:
        """Remove what an interrupted run left behind, and order what it had signed; give that turn,
        which nobody has heard of yet, or None on a full disk.
        """
        self._loop = asyncio.get_running_loop()
        self._writings = Writings(self._loop)

        def run() -> Turn | None:
            with suppress(DiskFullError):
                self.wiping.start()
                turn = self.pipeline.order()
                self._take(turn, {})
                return turn
            return None

        return await self.on_writer(run)

    async def close(self) -> None:
        """Forget every key and close every file."""
        self._is_closing = True
        self.keyring.close_all()
        await self.close_unused_indexes()
        await self.on_writer(self.database.close)
        self._writer.shutdown()
        self._readers.shutdown()

    # --- reading -------------------------------------------------------------------------------

    def on_loop(self, work: Callable[..., object], *given: object) -> None:
        """Have something called on the node's loop soon. Any thread."""
        self._loop.call_soon_threadsafe(work, *given)

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
            await self.on_writer(lambda: self._views.rebuild(team, index))
        return await loop.run_in_executor(self._readers, query, self.indexes[team].views)

    def session(self, actor: Actor) -> Session:
        """Give an actor's open session.

        Raises:
            NotSignedInError: it has ended.
        """
        return self.keyring.session(actor)

    def holder(self, actor: Actor | PatientActor) -> Holder:
        """Give whose keys open something: a member's open session, or a patient's.

        Raises:
            NotSignedInError: it has ended.
        """
        if isinstance(actor, PatientActor):
            return self.keyring.patient(actor)
        return self.keyring.session(actor)

    @property
    def place(self) -> int:
        """The place of this workstation among those of the clinic, from 0; the last if it is none
        of them.
        """
        active = [device.id for device in self.pipeline.devices if device.active]
        own = self.pipeline.device
        return active.index(own) if own in active else len(active)

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a value of the contract state, as it is expected to become. Any thread."""
        return self.pipeline.value(*parts)

    def value_in(self, connection: Connection) -> StateReader:
        """Give a reader of that state for as long as a connection is held. Any thread."""
        return self.pipeline.expected.reader_in(connection)

    async def open_index(self, team_key: TeamKey, progress: Callable[[int, int], None]) -> None:
        """Open a team's view and bring it up to date."""
        await self.on_writer(lambda: self._views.open(team_key, self.pipeline.waiting(), progress))

    def show_under(self, team_key: TeamKey) -> None:
        """Have a team's view, if it is open, go under a later generation of the team's key. On the
        writer thread.
        """
        if team_key.team in self.indexes:
            self._views.open(team_key, self.pipeline.waiting(), lambda _done, _total: None)

    async def close_unused_indexes(self) -> None:
        """Close the views of teams none of whose members are signed in any more."""
        await self.on_writer(lambda: self._views.close_unused(self.keyring))

    def wiped(self, teams: Iterable[Team]) -> bool:
        """Tell whether nothing that was deleted for good stands in the log any more, nor what the
        views of some teams have forgotten. On the writer thread.
        """
        return self.wiping.is_done and self._views.wiped(teams)

    def publish(self, event: Event) -> None:
        """Tell the listeners. On the node's loop."""
        for listener in list(self.listeners):
            listener(event)

    # --- writing -------------------------------------------------------------------------------

    async def write(
        self, subject: bytes, prepare: Prepare, *, alone: bool = False
    ) -> list[Outcome]:
        """Prepare, sign, store and order statements; give what became of each.

        Writings that are waiting together share their commits; those about one patient (or
        `subject`) follow one another, since each is prepared on what the last one left. One that
        concerns all patients is prepared and stored `alone`. What others have not confirmed in
        time is pending.

        Raises:
            DiskFullError: it is not certain that this will ever be final.
            WorkstationHaltedError: this workstation signs nothing any more.
        """
        writing = Writing(subject, prepare, alone, self._loop.create_future())
        if self._writings.add(writing):
            self._drain_soon()
        return await writing.outcomes

    async def say(self, *unsigned: Unsigned, subject: bytes = b"") -> list[Outcome]:
        """Write statements that need no preparing.

        Raises:
            RefusedError: a contract refused one of them.
        """
        outcomes = await self.write(subject, lambda _connection: Prepared(unsigned))
        raise_refusal(outcomes)
        return outcomes

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

    def _drain_soon(self) -> None:
        """Have the queue drained once all who are being answered now have had their turn: what
        they write next shares a commit. On the loop.
        """
        self._loop.call_soon(self._writer.submit, self._drain)

    def _drain(self) -> None:
        try:
            self._write_group()
        finally:
            if self._writings.goes_on():
                if self._is_closing:
                    self._drain()
                else:
                    self._loop.call_soon_threadsafe(self._drain_soon)

    def _write_group(self) -> None:
        group = self._writings.next_group()
        prepared: list[tuple[Writing, Prepared]] = []
        try:
            with self.database.reading() as connection:
                # what is prepared without what waits could contradict it
                self.pipeline.expected.bring_up(connection)
                prepared = self._writings.prepare(group, connection)
            turn = self.pipeline.write([u for _, part in prepared for u in part.unsigned])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever is waiting
            for _, part in prepared:
                part.give_up()
            self._writings.fail(group, error)
            return
        self._writings.sign(prepared, turn.signed)
        plain = {name: known for _, part in prepared for name, known in part.plain.items()}
        try:
            self._take(turn, plain)
        except Exception as error:  # noqa: BLE001 - the ledger has it, but a view cannot show it
            self._writings.fail(group, error)
            return
        unsettled = [writing for writing, _ in prepared if not writing.is_settled]
        if unsettled:
            self._loop.call_soon_threadsafe(self._be_patient, unsettled)

    def _take(self, turn: Turn, plain: Plain) -> None:
        """Pass on what a turn did: to the other workstations first, then to views and screens."""
        for hear in self.on_turn:
            self.on_loop(hear, turn)
        self._wipe(turn.destroyed)
        try:
            self.take_up_keys(turn)
            self._follow(turn.final, plain)
            if turn.arrived:
                self._views.arrived(turn.arrived)
                self._tell([ContainersArrived(), *self._keys_came(turn.arrived)])
        finally:
            self._writings.settle(turn.final)

    def _wipe(self, destroyed: Destroyed) -> None:
        self.wiping.take(destroyed)
        if not self.wiping.is_done:
            self.on_loop(self._loop.call_later, WIPE_AGAIN_S, self._wipe_again)

    def _wipe_again(self) -> None:
        if not self._is_closing:
            self._writer.submit(self._wipe, Destroyed())

    def _follow(self, final: Sequence[FinalTransaction], plain: Plain) -> None:
        """Bring the views up to date with what became final, and tell about it."""
        try:
            self._views.follow(final, plain, self.pipeline.waiting)
        finally:
            if final:
                self._tell(events_of(final, self.pipeline.value))

    def _keys_came(self, names: Sequence[bytes]) -> list[Event]:
        """Give whose keys are among what came; of very much at once nobody waits for any."""
        if len(names) > _MOST_KEYS_TOLD:
            return []
        with self.database.reading() as connection:
            boxes = [secrets.box_named(connection, name) for name in names]
        patients = dict.fromkeys(box.subject for box in boxes if box is not None and box.subject)
        return [ConsentChanged(PatientId(patient.hex())) for patient in patients]

    def _be_patient(self, writings: Sequence[Writing]) -> None:
        """Wait for the others a while; not at all where too few of them are there. On the loop."""
        patience_s = PATIENCE_S if self.has_quorum() else 0.0
        self._loop.call_later(patience_s, self._lose_patience, writings)

    def _lose_patience(self, writings: Sequence[Writing]) -> None:
        """Have the writer thread tell them; whoever shuts down is told by the next start."""
        if not self._is_closing:
            self._writer.submit(self._give_up, writings)

    def _give_up(self, writings: Sequence[Writing]) -> None:
        """Tell whoever still waits that it is pending, once the views show it so."""
        unsettled = [writing for writing in writings if not writing.is_settled]
        if not unsettled:
            return
        try:
            self._show_waiting()
            self._note_told(unsettled)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever is waiting
            self._writings.fail(unsettled, error)
            return
        self._writings.let_go(unsettled)

    def _note_told(self, writings: Sequence[Writing]) -> None:
        """Remember who is told that something waits: they are told again if it is refused. What
        they wrote is kept for them until then.
        """
        with self.database.writing() as connection:
            for writing in writings:
                found = (transactions.by_id(connection, name) for name in writing.unsettled)
                rows = [row for row in found if row is not None]
                for person in {row.person for row in rows}:
                    theirs = [row.id for row in rows if row.person == person]
                    told_pending.add(connection, person, theirs)
                if writing.prepared.author_key:
                    for row in rows:
                        keep_copies(connection, row, writing.prepared)

    def _show_waiting(self) -> None:
        waiting = self.pipeline.waiting()
        self._views.show_waiting(waiting, {})
        self._tell([PendingChanged(len(waiting)), *events_of_pending([t for t, _ in waiting])])

    def _tell(self, events: Sequence[Event]) -> None:
        def tell() -> None:
            for event in events:
                self.publish(event)

        self._loop.call_soon_threadsafe(tell)
