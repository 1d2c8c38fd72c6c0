"""The only way a transaction or a block gets in: signed, durable, ordered, checked, final.

A transaction is signed and stored with what it brings (`pending`). The pending ones are ordered
into a block, the block is agreed on, its contracts run, and the block, what proves it final, every
outcome and every change of state are committed together (`final`). A refused transaction has its
place and its refusal in the ledger like any other. A clinic of one workstation is a quorum of one.

All that follows from one thing that happened is a turn: one database transaction. What others are
told comes out of it only once it has committed. Everything here runs on the single writer thread.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError, WorkstationHaltedError
from ehr_desktop.node.consensus.events import Event, Timer
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.roster import Device, devices
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.block import Block, Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.transaction import Transaction, device_id_of
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.pipeline.chain import Chain
from ehr_desktop.node.pipeline.destroying import destroy_replaced, destroy_what_ended
from ehr_desktop.node.pipeline.expected import ExpectedState
from ehr_desktop.node.pipeline.parcels import keep
from ehr_desktop.node.pipeline.pool import Pool
from ehr_desktop.node.pipeline.proposals import Mining, Proposals
from ehr_desktop.node.pipeline.receiving import Receiving
from ehr_desktop.node.pipeline.signing import Signing
from ehr_desktop.node.pipeline.taking_part import TakingPart
from ehr_desktop.node.pipeline.turn import Standing, Turn
from ehr_desktop.node.pipeline.unsigned import (
    Unsigned,
    complete_subjects,
    require_room,
    store_news,
    store_received,
    store_signed,
)
from ehr_desktop.node.store import secrets, transactions
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.sync.effects import Effect
from ehr_desktop.node.sync.port import Keeping
from ehr_desktop.node.sync.sync import Sync

HALTED = "halted"
FORGOTTEN = b"forgotten"
"""Under `HALTED` stands why this workstation signs nothing any more, over every restart."""


Step = Callable[["Pipeline"], None]
"""Something that happens to the pipeline inside a turn."""


class Pipeline:
    """One workstation's end of the ledger.

    `files` are the large containers; whoever founds a clinic has none. `genesis` names the first
    block of a clinic that was founded elsewhere; without it, and with an empty ledger, this
    workstation founds one.
    """

    def __init__(
        self,
        database: Database,
        network: bytes,
        device_key: SigningKey,
        clock: Callable[[], int],
        *,
        files: ContainerFiles | None = None,
        genesis: bytes | None = None,
    ) -> None:
        self._database = database
        self.network = network
        self._key = device_key
        self._signing = Signing(network, device_key, clock)
        self.clock = clock
        self.files = files
        self.genesis = genesis
        self.device = device_id_of(device_key.public)
        self._receiving = Receiving(self)
        self.sync = Sync(self.device, self._receiving)
        self._behind: set[bytes] = set()
        self._admitted = 0
        self.conflicted = False
        self._turn: Turn | None = None
        self._connection: Connection | None = None
        with database.reading() as connection:
            self._load(connection)

    def _load(self, connection: Connection) -> None:
        founders = None
        if self.genesis is None:
            founders = ValidatorSet.of([Validator(self.device, self._key.public, 1)])
        self.chain = Chain(self._database, connection, founders)
        self.pool = Pool(connection)
        self.expected = ExpectedState(self._database, self.chain, self.pool, self.clock)
        self._told: tuple[int, int] = (-1, 0)
        self._changes = 0
        self.halted = (secrets.secret(connection, HALTED) or b"").decode()
        self.devices: tuple[Device, ...] = self._read_devices(connection)
        self._heads = tuple(self.pool.heads(connection).values())
        self._part: TakingPart | None = None
        if self.chain.validators is not None:
            with suppress(CodecError):
                self._join(connection)
        self.standing = self._stand()

    def _join(self, connection: Connection) -> None:
        proposals = Proposals(self.network, self.device, self.clock, self.chain, self.pool)
        self._part = TakingPart(self, self._key, proposals, connection)

    # --- turns ---------------------------------------------------------------------------------

    def write(self, wanted: Sequence[Unsigned]) -> Turn:
        """Sign transactions, store them and order what is pending, in one commit.

        A quorum of one needs nobody's answer in between: then all of it is final on the disk.

        Raises:
            DiskFullError: nothing was stored.
            WorkstationHaltedError: this workstation signs nothing any more.
        """
        with self.turn() as turn:
            turn.signed = self.store(wanted)
            if self.is_shared:
                turn.effects += self.sync.grew([t.wire for t in turn.signed])
        return turn

    def order(self) -> Turn:
        """Go on with what is pending, as far as that goes without others.

        Raises:
            DiskFullError: what is pending still is.
        """
        return self.run(())

    def run(self, steps: "Iterable[Step]") -> Turn:
        """Do what others sent, timers and links gave rise to, in its order, in one commit."""
        with self.turn() as turn:
            for step in steps:
                step(self)
        return turn

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Do all that is done inside in one commit, and what follows from it.

        If it fails, nothing of it has happened: what is remembered is read from the disk again.
        """
        turn = self._turn = Turn()
        self._admitted = 0
        try:
            with self._database.writing() as connection:
                self._connection = connection
                if self._part is not None:
                    self._part.recall()
                yield turn
                self._settle(connection)
        except BaseException:
            self._turn = self._connection = None
            with self._database.reading() as connection:
                self._load(connection)
            raise
        self._turn = self._connection = None
        self._close(turn)

    @property
    def _running(self) -> Turn:
        assert self._turn is not None, "only inside a turn"
        return self._turn

    @property
    def connection(self) -> Connection:
        """The running turn's database transaction."""
        assert self._connection is not None, "only inside a turn"
        return self._connection

    def _settle(self, connection: Connection) -> None:
        """Order what is pending until nothing more comes of it, and store the votes."""
        if self._running.arrived:
            value = self.chain.reader(connection)
            arrived = self._running.arrived
            self._running.destroyed.add(destroy_replaced(connection, arrived, value))
        part = self._part
        while part is not None and self._told != (len(self.pool), self._changes):
            self._told = len(self.pool), self._changes
            part.tell_pending(len(self.pool))
        if self.is_shared:
            self._tell_sync()
            self._heads = tuple(self.pool.heads(connection).values())
        if part is not None and part.keep_votes(connection, forget=bool(self._running.final)):
            self._halt(connection)
        if self._running.signed and len(self.pool):
            self.expected.bring_up(connection)

    def _tell_sync(self) -> None:
        turn = self._running
        if turn.final:
            turn.effects += self.sync.head_moved()
        for peer in self._behind:
            turn.effects += self.sync.catch_up(peer)
        self._behind.clear()
        if self.sync.forgotten and not self.halted:
            self.halt()

    @property
    def is_shared(self) -> bool:
        """Whether there are other workstations; one that has no ledger yet was let in by one."""
        return self.chain.head is None or sum(device.active for device in self.devices) > 1

    def public_key_of(self, device: bytes) -> bytes | None:
        """Give the signing key of a workstation that ever joined."""
        return next((known.public for known in self.devices if known.id == device), None)

    def _close(self, turn: Turn) -> None:
        if self._part is not None:
            outbox = self._part.take_outbox()
            turn.ballots, turn.timers = outbox.messages, outbox.timers
            turn.evidence = outbox.evidence
            turn.distrusted |= outbox.distrusted
            self.conflicted = self.conflicted or bool(outbox.conflicts)
        self.standing = self._stand()

    def tell(self, event: Event) -> None:
        """Tell the agreement what has happened. Inside a turn."""
        if self._part is not None:
            self._part.tell(event)

    def fire(self, timer: Timer, number: int) -> None:
        """Tell the agreement that a timer ran out, unless it was set anew since. Inside a turn."""
        if self._part is not None:
            self._part.fire(timer, number)

    def mined(self, mining: Mining, nonce: int) -> None:
        """Propose a block whose proof of work was found, if it is still wanted. Inside a turn."""
        if self._part is not None:
            self._part.mined(mining, nonce)

    def tell_sync(self, tell: Callable[[Sync], list[Effect]]) -> None:
        """Tell the sync protocol what has happened. Inside a turn."""
        self._running.effects += tell(self.sync)

    # --- signing and taking in -----------------------------------------------------------------

    def store(self, wanted: Sequence[Unsigned]) -> list[Transaction]:
        """Sign transactions and store them as pending, all or none. Inside a turn, or alone.

        Raises:
            DiskFullError: none was stored.
            WorkstationHaltedError: this workstation signs nothing any more.
        """
        if self.halted and wanted:
            raise WorkstationHaltedError(self.halted)
        if self._part is None and self.chain.head is not None:
            raise HomeDamagedError(self._database.path.name)
        require_room(self._database.path.parent, wanted)
        signed = self._signing.sign(wanted, self.pool.feed(self.device))
        with self._database.writing() as connection:
            store_signed(connection, signed, wanted)
        for transaction in signed:
            self.pool.add(transaction)
        self._changes += bool(signed)
        return signed

    def admit(self, transaction: Transaction) -> None:
        """Take in another workstation's transaction that was checked; `store_admitted` stores all
        that were. Inside a turn.
        """
        self.pool.add(transaction, self.clock())
        self._running.admitted.append(transaction)

    def store_admitted(self) -> None:
        """Store what was admitted since the last time. Inside a turn."""
        fresh = self._running.admitted[self._admitted :]
        self._admitted += len(fresh)
        store_received(self.connection, fresh, self.value_here(self.connection))
        self._changes += bool(fresh)

    def keep_parcel(self, parcel: bytes) -> tuple[Keeping, bytes]:
        """Store a small parcel that a stored transaction names. Inside a turn."""
        kept, name = keep(self.connection, parcel)
        if kept is Keeping.KEPT:
            self._running.arrived.append(name)
            self.pool.parcels_came()
        return kept, name

    def follow_the_head(self) -> None:
        """Tell the agreement that the head was moved by blocks from elsewhere. Inside a turn."""
        if self._part is None:
            self._join(self.connection)
        if self._part is not None:
            self._part.recall()
            self._part.follow_the_head()

    def fall_behind(self, peer: bytes) -> None:
        """Fetch final blocks from a peer that is far ahead. Inside a turn."""
        self._behind.add(peer)

    def mine(self, mining: Mining | None) -> None:
        """Have this mined from now on, or nothing. Inside a turn."""
        self._running.mining, self._running.mining_changed = mining, True

    def store_final(self, block: Block, finality: Finality) -> bool:
        """Store a checked block as final, the child of the head. Inside a turn."""
        branch, connection = self.chain.branch(block.header.id), self.connection
        news = [t for t in branch.batch if t.wire not in self.pool]
        if any(t.payload.device == self.device for t in news) and not self.halted:
            # only a disk that was restored or cloned meets statements of its own as news
            self.halt()
        store_news(connection, news, self.value_here(connection))
        final = self.chain.store(connection, branch, finality)
        self._running.final += final
        self._running.destroyed.add(
            destroy_what_ended(connection, final, self.chain.reader(connection), block.header)
        )
        complete_subjects(connection, branch.batch, self.chain.reader(connection))
        lost = self.pool.settle(branch.batch, self.device)
        transactions.remove_pending(connection, [t.id for t in lost])
        self._changes += 1
        self.expected.forget()
        if branch.is_about_workstations:
            self.devices = self._read_devices(connection)
            self._running.roster_changed = True
        return True

    def _halt(self, connection: Connection) -> None:
        self.halted = FORGOTTEN.decode()
        secrets.put_secret(connection, HALTED, FORGOTTEN)

    def halt(self) -> None:
        """Sign nothing any more: others hold what this workstation signed and does not remember,
        so its disk was restored or cloned. Inside a turn.
        """
        self._halt(self.connection)
        if self._part is not None:
            self._part.stop_voting()

    # --- reading -------------------------------------------------------------------------------

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a decoded value of the contract state as it is expected to become. Any thread.

        Raises:
            HomeDamagedError: it cannot be read any more.
        """
        return self.expected.value(*parts)

    def value_here(self, connection: Connection) -> Callable[..., Any]:
        """Give a reader of that state for the writer thread, which remembers values."""
        return self.expected.reader(connection)

    def waiting(self) -> list[tuple[Transaction, Verdict]]:
        """Give what is pending in its order, each with what would become of it now."""
        return self.expected.waiting()

    @property
    def head(self) -> Header | None:
        """The newest final block's header."""
        return self.chain.head

    @property
    def pending_count(self) -> int:
        """How many transactions wait for a place."""
        return len(self.pool)

    @property
    def state_root(self) -> bytes:
        """The root of the state after the newest block."""
        return self.chain.state_root

    def _read_devices(self, connection: Connection) -> tuple[Device, ...]:
        with suppress(CodecError):
            return devices(self.chain.reader(connection)) if self.chain.head else ()
        return ()

    def _stand(self) -> Standing:
        head = self.chain.head
        return Standing(
            self.chain.epoch,
            head.height if head else -1,
            self.chain.head_id,
            self._heads,
            len(self.pool),
            self._changes,
            self._part.agreement if self._part else None,
        )
