"""The only way a transaction or a block gets in: signed, durable, ordered, checked, final.

A transaction is signed and stored with what it brings (`pending`). The pending ones are ordered
into a block, the block is agreed on, its contracts run, and the block, what proves it final, every
outcome and every change of state are committed together (`final`). A refused transaction has its
place and its refusal in the ledger like any other. A clinic of one workstation is a quorum of one.

All that follows from one thing that happened is a turn: one database transaction. What others are
told comes out of it only once it has committed. Everything here runs on the single writer thread.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection

from ehr_desktop.domain.errors import HomeDamagedError, WorkstationHaltedError
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.chain import Chain
from ehr_desktop.node.consensus.effects import Propose, StoreVote
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    Event,
    HeadAdvanced,
    Timer,
    TransactionsPending,
)
from ehr_desktop.node.consensus.messages import Epoch
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.roster import Device, devices, proposer_mode
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.expected import Expected, reading_ahead
from ehr_desktop.node.ledger.block import NO_PARENT, Block, Header
from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.transaction import (
    ContainerRef,
    Payload,
    Transaction,
    device_id_of,
    sign,
)
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate
from ehr_desktop.node.ordering import Built, Duties, Ordering, Placed, candidate_of, placed_at
from ehr_desktop.node.parcels import keep
from ehr_desktop.node.pool import Pool
from ehr_desktop.node.promises import feed_heads
from ehr_desktop.node.proposals import Mining, Proposals
from ehr_desktop.node.receiving import Receiving
from ehr_desktop.node.store import blocks, secrets, state, votes
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.sync.effects import Effect
from ehr_desktop.node.sync.port import Keeping
from ehr_desktop.node.sync.sync import Sync
from ehr_desktop.node.turn import Standing, Turn
from ehr_desktop.node.unsigned import (
    Unsigned,
    complete_subjects,
    require_room,
    store_received,
    store_signed,
)

EPOCH_BASE = "epoch-base"
"""Under this name stands the block the current epoch began on."""
HALTED = "halted"
FORGOTTEN = b"forgotten"
"""Under `HALTED` stands why this workstation signs nothing any more, over every restart."""


Step = Callable[["Pipeline"], None]
"""Something that happens to the pipeline inside a turn."""


class Pipeline:
    """One workstation's end of the ledger.

    `files` are the large containers; whoever founds a clinic has none.

    `genesis` names the first block of a clinic that was founded elsewhere; without it, and with
    an empty ledger, this workstation founds one.
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
        self._clock = clock
        self.files = files
        self.genesis = genesis
        self.device = device_id_of(device_key.public)
        self._receiving = Receiving(self)
        self.sync = Sync(self.device, self._receiving)
        self._behind: set[bytes] = set()
        self._admitted = 0
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
        self._expected = Expected()
        self._base = secrets.secret(connection, EPOCH_BASE) or NO_PARENT
        self._proposals = Proposals(self.network, self.device, self._clock, self.chain, self.pool)
        self._mining: Mining | None = None
        self._told: tuple[int, int] = (-1, 0)
        self._changes = 0
        self._votes_stored = votes.count(connection)
        self.halted = (secrets.secret(connection, HALTED) or b"").decode()
        self.devices: tuple[Device, ...] = self._read_devices(connection)
        self._heads = tuple(feed_heads(connection, self.pool.feeds).values())
        self._ordering: Ordering | None = None
        self._recalled: list[StoreVote] | None = None
        if self.chain.validators is not None:
            with suppress(CodecError):
                self._join(connection)
        self.standing = self._stand()

    def _join(self, connection: Connection) -> None:
        """Take part in the agreement, from what is on the disk."""
        mode = ProposerMode.AUTHORITY
        if self.chain.head is not None:
            mode = proposer_mode(self.chain.reader(connection))
        self._ordering = Ordering(self.network, self._key, mode, self._place(), self._duties())
        # what follows from the votes may already change the ledger: it belongs into a turn
        self._recalled = [
            StoreVote(signed, candidate_of(Block.decode(block), block) if block else None, rests_on)
            for signed, block, rests_on in votes.of_epoch(connection, self.chain.epoch)
        ]

    def _duties(self) -> Duties:
        return Duties(
            build=self._build,
            withdraw=self._withdraw,
            check=self._check,
            finalize=self._finalize,
            find=self._find,
            catch_up=self._behind.add,
        )

    def _place(self) -> Placed:
        chain = self.chain
        assert chain.validators is not None
        certificate = chain.finality.certificate if chain.finality else None
        return placed_at(chain.head, certificate, Epoch(chain.epoch, chain.validators, self._base))

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
        with self.turn() as turn:
            pass
        return turn

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
                self._recall()
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

    def _recall(self) -> None:
        if self._ordering is not None and self._recalled is not None:
            recalled, self._recalled = self._recalled, None
            self._ordering.restore(recalled)
            if self.halted:
                self._ordering.stop_voting()

    def _settle(self, connection: Connection) -> None:
        """Order what is pending until nothing more comes of it, and store the votes."""
        while self._ordering is not None and self._told != (len(self.pool), self._changes):
            self._told = len(self.pool), self._changes
            self._ordering.tell(TransactionsPending(len(self.pool)))
        if self.is_shared:
            self._tell_sync()
            self._heads = tuple(feed_heads(connection, self.pool.feeds).values())
        if self._ordering is None:
            return
        placed = self._place()
        if self._running.final and self._votes_stored:
            votes.forget(connection, placed.epoch.number, placed.head.slot)
            self._votes_stored = votes.count(connection)
        cast = self._ordering.take_votes(placed.head, placed.epoch.number)
        votes.add(
            connection,
            [(v.signed, v.candidate.content if v.candidate else b"", v.certificate) for v in cast],
        )
        self._votes_stored += len(cast)
        if self._ordering.outbox.forgotten:
            self._halt(connection)
        if self._running.signed and len(self.pool):
            self._expect(connection)

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
        if self._ordering is not None:
            outbox = self._ordering.take_outbox()
            turn.ballots, turn.timers, turn.evidence = (
                outbox.messages, outbox.timers, outbox.evidence
            )  # fmt: skip
            turn.distrusted |= outbox.distrusted
            turn.conflicts, turn.forgotten = len(outbox.conflicts), outbox.forgotten
        self.standing = self._stand()

    def tell(self, event: Event) -> None:
        """Tell the agreement what has happened. Inside a turn."""
        if self._ordering is not None:
            self._ordering.tell(event)

    def fire(self, timer: Timer, number: int) -> None:
        """Tell the agreement that a timer ran out, unless it was set anew since. Inside a turn."""
        if self._ordering is not None:
            self._ordering.fire(timer, number)

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
        if self._ordering is None and self.chain.head is not None:
            raise HomeDamagedError(self._database.path.name)
        require_room(self._database.path.parent, wanted)
        sequence, previous = self.pool.feed(self.device)
        signed: list[Transaction] = []
        for unsigned in wanted:
            sequence += 1
            signed.append(self._sign(unsigned, sequence, previous))
            previous = signed[-1].id
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
        self.pool.add(transaction)
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
        return kept, name

    def follow_the_head(self) -> None:
        """Tell the agreement that the head was moved by blocks from elsewhere. Inside a turn."""
        placed = self._place()
        if self._ordering is None:
            self._join(self.connection)
            self._recall()
        elif self._ordering.epoch != placed.epoch.number:
            self._ordering.follow(placed)
        else:
            assert placed.certificate is not None, "a final block came with its certificate"
            self.tell(HeadAdvanced(placed.head, placed.certificate))

    # --- what the agreement asks for -----------------------------------------------------------

    def _build(self, asked: Propose) -> Built:
        proposed = self._proposals.propose(self.connection, asked)
        if isinstance(proposed, Mining):
            self._mine(proposed)
            return Built(None, later=True)
        return Built(None) if proposed is None else self._built(proposed)

    def _built(self, block: Block) -> Built:
        branch = self.chain.extend(self.connection, block, self.pool.by_wire)
        assert branch is not None, f"own block {block.header.height} breaks a rule of the ledger"
        return Built(block, branch.closes_epoch)

    def mined(self, mining: Mining, nonce: int) -> None:
        """Propose a block whose proof of work was found, if it is still wanted. Inside a turn."""
        if mining != self._mining:
            return
        self._mine(None)
        block = mining.with_proof(nonce)
        closes = self._built(block).closes_epoch
        header = block.header
        self.tell(BlockBuilt(header.slot, header.parent, block.encode(), closes))

    def _withdraw(self) -> None:
        if self._mining is not None:
            self._mine(None)

    def _mine(self, mining: Mining | None) -> None:
        self._mining = self._running.mining = mining
        self._running.mining_changed = True

    def _check(self, block: Block) -> tuple[bool, bool]:
        branch = self.chain.extend(self.connection, block, self.pool.by_wire)
        return branch is not None, branch is not None and branch.closes_epoch

    def _finalize(
        self, chain: Sequence[Block], tail: Sequence[Block], certificate: Certificate
    ) -> Placed:
        headers = [block.header for block in (*chain, *tail)]
        for place, block in enumerate(chain, 1):
            self.store_final(block, Finality(tuple(headers[place:]), certificate))
        return self._place()

    def store_final(self, block: Block, finality: Finality) -> bool:
        """Store a checked block as final, the child of the head. Inside a turn."""
        branch, connection = self.chain.branch(block.header.id), self.connection
        unknown = [t for t in branch.batch if t.wire not in self.pool]
        store_received(connection, unknown, self.value_here(connection))
        self._running.final += self.chain.store(connection, branch, finality)
        if branch.closes_epoch:
            self._base = branch.header.id
            secrets.put_secret(connection, EPOCH_BASE, self._base)
        complete_subjects(connection, branch.batch, self.chain.reader(connection))
        self.pool.settle(branch.batch)
        self._changes += 1
        self._expected.forget(waiting=len(self.pool) > 0)
        if any(t.payload.kind.startswith(("device.", "clinic.")) for t in branch.batch):
            self.devices = self._read_devices(connection)
            self._running.roster_changed = True
        return True

    def _find(self, block: bytes) -> bytes | None:
        return blocks.content_of(self.connection, block)

    def _halt(self, connection: Connection) -> None:
        self.halted = FORGOTTEN.decode()
        secrets.put_secret(connection, HALTED, FORGOTTEN)

    def halt(self) -> None:
        """Sign nothing any more: others hold what this workstation signed and does not remember,
        so its disk was restored or cloned. Inside a turn.
        """
        self._halt(self.connection)
        if self._ordering is not None:
            self._ordering.stop_voting()

    # --- reading the state ---------------------------------------------------------------------

    def value(self, *parts: str | bytes | int) -> Any:
        """Give a decoded value of the contract state as it is expected to become, or None. Any
        thread.

        Raises:
            HomeDamagedError: it cannot be read any more.
        """
        with self._database.reading() as connection:
            return self._state_reader(lambda place: state.value(connection, place))(*parts)

    def value_here(self, connection: Connection) -> Callable[..., Any]:
        """Give a reader of the expected state for the writer thread, which remembers values."""
        return self._state_reader(self.chain.lookup(connection))

    def _state_reader(self, lookup: Callable[[bytes], bytes | None]) -> Callable[..., Any]:
        known = State(reading_ahead(self._expected, lookup))

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
        """Read in one go what `value_here` will soon be asked for. On the writer thread."""
        self.chain.expect(connection, places)

    def waiting(self) -> list[tuple[Transaction, Verdict]]:
        """Give what is pending in its order, each with what would become of it now."""
        if not len(self.pool):
            return []
        with self._database.reading() as connection:
            self._expect(connection)
        return [(transaction, self._expected.verdict(transaction)) for transaction in self.pool]

    def expect_what_waits(self, connection: Connection) -> None:
        """Have `value_here` and `value` give the state that what waits will lead to."""
        if len(self.pool):
            self._expect(connection)

    @property
    def head(self) -> Header | None:
        """The newest final block's header."""
        return self.chain.head

    @property
    def validators(self) -> ValidatorSet:
        """Who decides on the next block."""
        assert self.chain.validators is not None
        return self.chain.validators

    @property
    def pending_count(self) -> int:
        """How many transactions wait for a place."""
        return len(self.pool)

    @property
    def state_root(self) -> bytes:
        """The root of the state after the newest block."""
        return self.chain.state_root

    def _expect(self, connection: Connection) -> None:
        height = self.chain.head.height + 1 if self.chain.head else 0
        self._expected.bring_up(self.chain.lookup(connection), self._waiting(), height)

    def _waiting(self) -> Collection[Transaction]:
        return self.pool.by_wire.values()

    def _read_devices(self, connection: Connection) -> tuple[Device, ...]:
        try:
            return devices(self.chain.reader(connection)) if self.chain.head else ()
        except CodecError:
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
            self._ordering.agreement() if self._ordering else None,
        )

    def _sign(self, unsigned: Unsigned, sequence: int, previous: bytes) -> Transaction:
        payload = Payload(
            network=self.network,
            kind=unsigned.statement.KIND,
            device=self.device,
            person=unsigned.person,
            sequence=sequence,
            previous=previous,
            valid_until=0,
            time_ms=self._clock(),
            body=unsigned.statement.body(),
            containers=tuple(ContainerRef(c.commitment, c.size) for c in unsigned.containers),
        )
        keys = [self._key] if unsigned.key is None else [self._key, unsigned.key]
        return sign(payload, keys)
