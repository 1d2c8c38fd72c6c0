"""One simulated workstation: the real core, with a disk that takes time and may lose what it did
not sync, and a pool of transactions."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ehr_desktop.node.consensus.effects import (
    Broadcast,
    CancelTimer,
    CatchUp,
    CheckCandidate,
    Effect,
    Finalize,
    Propose,
    Send,
    ServeBlock,
    SetTimer,
    StoreVote,
    WithdrawProposal,
)
from ehr_desktop.node.consensus.events import (
    BlockBuilt,
    CandidateChecked,
    Event,
    HeadAdvanced,
    MessageReceived,
    PeerConnected,
    Timer,
    TimerFired,
    TransactionsPending,
    VoteStored,
)
from ehr_desktop.node.consensus.messages import (
    BEFORE_FIRST_SLOT,
    BlockReply,
    Candidate,
    Epoch,
    Head,
)
from ehr_desktop.node.consensus.simplex import Simplex
from ehr_desktop.node.ledger.vote import Certificate, VoteKind
from tests.simulation.gossip import SyncReply, SyncRequest, Transaction
from tests.simulation.paper import GENESIS, GOVERNANCE, NETWORK, Sheet

if TYPE_CHECKING:
    from tests.simulation.world import World

SYNC_BATCH = 50


@dataclass(slots=True)
class Disk:
    """What survives. Blocks are in final order, each with the record it came in."""

    epoch: Epoch
    head: Head
    certificate: Certificate | None = None
    votes: list[StoreVote] = field(default_factory=list)
    chain: list[bytes] = field(default_factory=list)
    records: list[Finalize] = field(default_factory=list)
    blocks: dict[bytes, Candidate] = field(default_factory=dict)
    pool: dict[int, None] = field(default_factory=dict)
    finals: set[int] = field(default_factory=set)


class Workstation:
    """Runs a `Simplex` core in a `World`."""

    core_class: type[Simplex] = Simplex
    honest = True

    def __init__(self, world: "World", me: bytes) -> None:
        self.world = world
        self.me = me
        first = Epoch(0, world.validators(0), GENESIS)
        self.disk = Disk(first, Head(BEFORE_FIRST_SLOT, GENESIS))
        self.up = True
        self.life = 0
        self.clock_rate = 1.0
        self.timers: dict[Timer, int] = {}
        self._token = 0
        self._writes: list[Callable[[], None]] = []
        self._disk_free = 0.0
        self.core = self.new_core(first)

    def new_core(self, epoch: Epoch) -> Simplex:
        return self.core_class(
            network=NETWORK,
            me=self.me,
            signer=self.world.seals.signer(self.me),
            verifier=self.world.seals,
            reader=self.world.reader,
            proposers=self.world.proposers,
            timing=self.world.timing,
            epoch=epoch,
        )

    # --- life --------------------------------------------------------------------------------

    def crash(self, *, lose_unsynced: bool) -> None:
        """Stop at once. What was handed to the disk and not synced is lost, or was just in time."""
        self.up = False
        self.life += 1
        self.timers.clear()
        if not lose_unsynced:
            for write in self._writes:
                write()
        self._writes.clear()

    def restart(self) -> None:
        """Come back with what the disk has."""
        self.up = True
        self._disk_free = self.world.now
        self.core = self.new_core(self.disk.epoch)
        self.perform(
            self.core.restore(
                self.disk.epoch, self.disk.head, self.disk.certificate, self.remembered()
            )
        )
        self.pool_changed()

    def remembered(self) -> list[StoreVote]:
        return list(self.disk.votes)

    def submit(self, number: int) -> None:
        """Take a new transaction from a person here."""
        self.take(number)
        self.world.broadcast(self, Transaction(number))

    def take(self, number: int) -> None:
        if number not in self.disk.pool and number not in self.disk.finals:
            self.disk.pool[number] = None
            self.pool_changed()

    def pool_changed(self) -> None:
        self.handle(TransactionsPending(len(self.disk.pool)))

    def connected(self, peer: bytes) -> None:
        """A link came up: pass on what is pending, and let the core say where it stands."""
        for number in self.disk.pool:
            self.world.send(self, peer, Transaction(number))
        self.handle(PeerConnected(peer))

    # --- events ------------------------------------------------------------------------------

    def handle(self, event: Event) -> None:
        self.perform(self.core.handle(event))

    def receive(self, peer: bytes, message: object) -> None:
        match message:
            case Transaction(number):
                self.take(number)
            case SyncRequest(height):
                self.serve(peer, height)
            case SyncReply():
                self.catch_up(message)
            case _:
                self.handle(MessageReceived(peer, message))

    # --- effects -----------------------------------------------------------------------------

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.do(effect)

    def do(self, effect: Effect) -> None:
        match effect:
            case StoreVote():
                self.world.sore_point(self, "vote")
                self.write(partial(self.keep_vote, effect), VoteStored(effect.signed.vote))
            case Send(peer, message):
                self.world.send(self, peer, message)
            case Broadcast(message):
                self.world.broadcast(self, message)
            case SetTimer(timer, delay_ms):
                self.set_timer(timer, delay_ms)
            case CancelTimer(timer):
                del self.timers[timer]
            case _:
                self.do_work(effect)

    def do_work(self, effect: Effect) -> None:
        match effect:
            case Propose():
                self.later(self.world.build_delay(), partial(self.build, effect))
            case WithdrawProposal():
                pass
            case CheckCandidate(candidate):
                self.later(self.world.check_delay(), partial(self.check, candidate))
            case Finalize():
                self.finalize(effect)
            case ServeBlock(peer, block):
                if block in self.disk.blocks:
                    self.world.send(self, peer, BlockReply(self.disk.blocks[block].content))
            case CatchUp(peer):
                self.world.send(self, peer, SyncRequest(len(self.disk.chain)))
            case _:
                self.world.referee.told(self, effect)

    def later(self, delay: float, action: Callable[[], None]) -> None:
        """Do something unless the workstation goes down first."""
        self.world.at(delay, partial(self._if_alive, self.life, action))

    def _if_alive(self, life: int, action: Callable[[], None]) -> None:
        if self.up and self.life == life:
            action()

    def set_timer(self, timer: Timer, delay_ms: int) -> None:
        self._token += 1
        self.timers[timer] = self._token
        self.later(delay_ms / 1000 * self.clock_rate, partial(self._fire, timer, self._token))

    def _fire(self, timer: Timer, token: int) -> None:
        if self.timers.get(timer) == token:
            del self.timers[timer]
            if timer is Timer.STANDSTILL:
                self.remind_of_pending()
            self.handle(TimerFired(timer))

    def remind_of_pending(self) -> None:
        """Pass on again what waits for a place."""
        for number in self.disk.pool:
            self.world.broadcast(self, Transaction(number))

    def lacking(self, submitted: set[int]) -> set[int]:
        """Give the transactions that are not where they must come in the end."""
        return submitted - self.disk.finals

    def is_at_rest(self) -> bool:
        """Tell whether nothing waits here, and nothing that was promised is missing."""
        return not self.disk.pool

    def jump_clock(self) -> None:
        """Every running timer fires at once."""
        for timer in list(self.timers):
            if timer in self.timers:
                self._fire(timer, self.timers[timer])

    # --- disk --------------------------------------------------------------------------------

    def write(self, change: Callable[[], None], then: Event | None) -> None:
        """Hand a change to the disk, which syncs in order."""
        self._writes.append(change)
        self._disk_free = max(self._disk_free, self.world.now) + self.world.sync_delay()
        self.later(self._disk_free - self.world.now, partial(self._synced, change, then))

    def _synced(self, change: Callable[[], None], then: Event | None) -> None:
        self._writes.remove(change)
        change()
        if then is not None:
            self.handle(then)

    def keep_vote(self, entry: StoreVote) -> None:
        self.disk.votes.append(entry)
        if entry.signed.vote.kind is VoteKind.FINAL:
            self.world.sore_point(self, "final vote")

    def finalize(self, final: Finalize) -> None:
        self.world.referee.finalized(self, final)
        self.world.sore_point(self, "final head")
        self.write(partial(self.store, final), None)
        if final.closes_epoch:
            self.later(self._disk_free - self.world.now, self.open_epoch)

    def store(self, final: Finalize) -> None:
        """The head, its certificate and, where the epoch ends, the next epoch: one transaction."""
        self.store_final(final)
        if final.closes_epoch:
            self.next_epoch(final)

    def store_final(self, final: Finalize) -> None:
        if final.chain[0].parent != self.disk.head.block:
            return  # catching up was faster
        disk = self.disk
        last = final.chain[-1]
        disk.head = Head(last.slot, last.block)
        disk.certificate = self.kept_certificate(final)
        disk.records.append(final)
        for candidate in final.chain + final.tail:
            disk.blocks[candidate.block] = candidate
        for candidate in final.chain:
            disk.chain.append(candidate.block)
            for number in self.world.reader.sheet(candidate.block).transactions:
                disk.pool.pop(number, None)
                self.disk.finals.add(number)
        disk.votes = [
            v
            for v in disk.votes
            if v.signed.vote.slot > last.slot and v.signed.vote.epoch == disk.epoch.number
        ]
        self.pool_changed_after_final()

    def pool_changed_after_final(self) -> None:
        if self.up:
            self.later(0, self.pool_changed)

    def kept_certificate(self, final: Finalize) -> Certificate | None:
        return final.certificate

    def next_epoch(self, final: Finalize) -> None:
        disk = self.disk
        if final.chain[-1].block != disk.head.block or disk.head.slot == BEFORE_FIRST_SLOT:
            return
        number = disk.epoch.number + 1
        disk.epoch = Epoch(number, self.world.validators(number), disk.head.block)
        disk.head = Head(BEFORE_FIRST_SLOT, disk.head.block)
        disk.votes = []

    def open_epoch(self) -> None:
        if self.core.agreement().epoch < self.disk.epoch.number:
            self.perform(self.core.start_epoch(self.disk.epoch, self.disk.certificate))
            self.pool_changed()

    # --- blocks ------------------------------------------------------------------------------

    def ancestry(self, block: bytes) -> set[int] | None:
        """Give the transactions in the blocks above the stored head up to `block`."""
        taken: set[int] = set()
        while block != self.disk.head.block:
            sheet = self.world.reader.sheets.get(block)
            if sheet is None or sheet.epoch != self.disk.epoch.number:
                return None
            taken.update(sheet.transactions)
            block = sheet.parent
        return taken

    def build(self, wish: Propose) -> None:
        taken = self.ancestry(wish.parent)
        if taken is None:
            self.handle(BlockBuilt(wish.slot, wish.parent, None))
            return
        fresh = [number for number in self.disk.pool if number not in taken][:20]
        plain = [number for number in fresh if number < GOVERNANCE]
        governance = [number for number in fresh if number >= GOVERNANCE][:1]
        if not (plain or governance or wish.empty):
            self.handle(BlockBuilt(wish.slot, wish.parent, None))
            return
        transactions = () if wish.empty else tuple(plain + governance)
        sheet = Sheet(wish.epoch, wish.slot, wish.parent, self.me, transactions)
        self.handle(BlockBuilt(wish.slot, wish.parent, sheet.write(), sheet.closes_epoch))

    def check(self, candidate: Candidate) -> None:
        sheet = self.world.reader.sheet(candidate.block)
        taken = self.ancestry(candidate.parent)
        valid = (
            sheet.valid
            and taken is not None
            and not taken & set(sheet.transactions)
            and not self.disk.finals & set(sheet.transactions)
        )
        self.handle(CandidateChecked(candidate.block, valid, sheet.closes_epoch))

    # --- catching up -------------------------------------------------------------------------

    def serve(self, peer: bytes, height: int) -> None:
        """Send what follows so many blocks; what came in one record here may have come in several
        there.
        """
        records, end = [], 0
        for final in self.disk.records:
            end += len(final.chain)
            if end > height:
                records.append(replace(final, chain=final.chain[height - end :]))
        if records:
            self.world.send(self, peer, SyncReply(height, tuple(records[:SYNC_BATCH])))

    def catch_up(self, reply: SyncReply) -> None:
        """Take final blocks whose certificates hold, as the store would: verified, then synced."""
        moved = False
        for final in reply.records:
            if final.chain[0].parent != self.disk.head.block:
                continue
            if not self.world.referee.certificate_holds(
                final.certificate, self.disk.epoch.validators
            ):
                return
            self.world.referee.finalized(self, final)
            self.store(final)
            moved = True
        if moved and self.core.agreement().epoch < self.disk.epoch.number:
            self.perform(
                self.core.restore(
                    self.disk.epoch, self.disk.head, self.disk.certificate, self.remembered()
                )
            )
            self.pool_changed()
        elif moved and self.disk.certificate is not None:
            self.handle(HeadAdvanced(self.disk.head, self.disk.certificate))
