"""A simulated workstation whose transactions, parcels and blocks travel by the real sync: every
turn is synced to the disk before anything of it is said."""

from dataclasses import replace
from functools import partial

from ehr_desktop.node.consensus.effects import CatchUp, Finalize
from ehr_desktop.node.consensus.events import HeadAdvanced, PeerConnected
from ehr_desktop.node.net.messages import Blocks, CertifiedBlock, FeedHead, Have, Parcels
from ehr_desktop.node.sync.effects import Distrust, Told
from ehr_desktop.node.sync.sync import MESSAGES, Sync
from tests.simulation.feed_store import FeedStore
from tests.simulation.liar import Liar
from tests.simulation.paper import Sheet, device
from tests.simulation.workstation import Workstation
from tests.simulation.world import World, scenario
from tests.support.paper_sync import hashed, read

TICK_S = 1.0


class Journal(FeedStore):
    """The store as the sync sees it: feeds and parcels here, blocks of the workstation."""

    workstation = None

    def tip(self):
        chain = self.workstation.disk.chain
        return len(chain), chain[-1] if chain else bytes(32)

    def blocks(self, first, count, most):
        return self.workstation.certified(first, min(count, 20))

    def accept_blocks(self, first, blocks):
        return self.workstation.accept(blocks)


class SyncedWorkstation(Workstation):
    """Runs a `Simplex` core and a `Sync`."""

    sync_class = Sync
    store_class = Journal

    def __init__(self, world, me):
        super().__init__(world, me)
        roster = [device(number) for number in world.plan.workstations]
        self.synced = FeedStore(me, roster)
        self.unsure = []
        self.open_sync()

    def open_sync(self):
        """Begin with what the disk has."""
        self.store_ = self.store_class(self.me, self.synced.roster)
        content = self.synced.copy()
        self.store_.chains, self.store_.here = content.chains, content.here
        self.store_.awaited, self.store_.loose = content.awaited, content.loose
        self.store_.workstation = self
        self.sync = self.sync_class(self.me, self.store_)
        self.later(self.world.random.uniform(0, TICK_S), self.tick)

    def tick(self):
        self.turn(lambda: self.sync.tick(int(self.world.now * 1000)))
        self.later(TICK_S * self.clock_rate, self.tick)

    # --- turns -------------------------------------------------------------------------------

    def turn(self, work, signed=()):
        """Do something, sync what it changed, then say what it gave rise to."""
        effects = work()
        noted = self.store_.notes()
        if noted or signed:
            self.write(partial(self.commit, noted, signed), None)
        self.say(effects)

    def say(self, effects):
        if effects:
            wait = max(self._disk_free - self.world.now, 0)
            self.later(wait, partial(self.emit, effects))

    def commit(self, noted, signed):
        self.synced.repeat(noted)
        for number in signed:
            self.unsure.remove(number)
        numbers = [read(wire).text for wire, _ in noted if wire is not None]
        waiting = [n for n in numbers if n not in self.disk.finals and n not in self.disk.pool]
        self.disk.pool.update(dict.fromkeys(waiting))
        if waiting and self.up:
            self.pool_changed()

    def emit(self, effects):
        for effect in effects:
            match effect:
                case Told(None, message):
                    self.check_claim(message)
                    self.world.broadcast(self, message)
                case Told(peer, message):
                    self.check_claim(message)
                    self.world.send(self, peer, message)
                case Distrust(peer, what):
                    if self.honest and self.world.workstations[peer].honest:
                        self.world.referee.breaks("accusation", f"{peer!r} distrusted: {what}")
        if self.honest and self.sync.forgotten:
            self.world.referee.breaks("memory", f"{self.me!r} has forgotten what it signed")

    def check_claim(self, message):
        """What an honest workstation says it stores is on its disk."""
        if not (self.honest and isinstance(message, Have)):
            return
        there = self.synced.feeds()
        for feed in message.feeds:
            stored = there.get(feed.device)
            if stored is None or (stored.sequence, stored.whole) < (feed.sequence, feed.whole):
                self.world.referee.breaks("acknowledgement", f"{self.me!r} says it stores {feed}")
        if message.height > len(self.disk.chain):
            self.world.referee.breaks("acknowledgement", f"{self.me!r} says {message.height}")

    # --- what happens ------------------------------------------------------------------------

    def submit(self, number):
        self.unsure.append(number)
        content = (b"parcel of %d" % number,) if number % 3 else ()

        def sign():
            wire = self.store_.sign(*content, text=number)
            self.world.papers[number] = wire
            return self.sync.grew([wire])

        self.turn(sign, (number,))

    def remind_of_pending(self):
        pass

    def connected(self, peer):
        other = self.world.workstations[peer]
        height, feeds = len(other.disk.chain), tuple(other.synced.feeds().values())
        self.turn(lambda: self.sync.linked(peer, height, feeds))
        self.handle(PeerConnected(peer))

    def receive(self, peer, message):
        if isinstance(message, MESSAGES):
            self.turn(lambda: self.sync.received(peer, message))
        else:
            super().receive(peer, message)

    def do_work(self, effect):
        if isinstance(effect, CatchUp):
            self.turn(lambda: self.sync.catch_up(effect.peer))
        else:
            super().do_work(effect)

    def crash(self, *, lose_unsynced):
        super().crash(lose_unsynced=lose_unsynced)
        for number in self.unsure:  # nobody was told that these are stored
            self.world.submitted.remove(number)
        self.unsure.clear()

    def restart(self):
        self.open_sync()
        super().restart()

    def store_final(self, final):
        before = len(self.disk.chain)
        super().store_final(final)
        for block in self.disk.chain[before:]:
            for number in self.world.reader.sheet(block).transactions:
                wire = self.world.papers.get(number)
                if wire is not None:
                    self.synced.take(wire)
                    self.store_.take(wire)
        if self.up and len(self.disk.chain) > before:
            self.later(0, lambda: self.turn(self.sync.head_moved))

    # --- blocks ------------------------------------------------------------------------------

    def certified(self, first, count):
        """Give records from the one on that holds the block of height `first`."""
        given, height = [], 0
        for final in self.disk.records:
            height += len(final.chain)
            if height >= first and len(given) < count:
                given.append(self.world.token(final))
        return given

    def accept(self, blocks):
        moved = taken = 0
        for one in blocks:
            final = self.world.tokens.get(one.block)
            if final is None:
                break
            news = tuple(c for c in final.chain if c.block not in self.disk.chain)
            if news:
                final = replace(final, chain=news)
                if not self.is_sound(final):
                    break
                self.world.referee.finalized(self, final)
                self.store(final)
                moved += 1
            taken += 1
        if moved:
            self.follow()
        return taken

    def is_sound(self, final):
        return final.chain[0].parent == self.disk.head.block and (
            self.world.referee.certificate_holds(final.certificate, self.disk.epoch.validators)
        )

    def follow(self):
        """Tell the core of a head it did not make final itself."""
        if self.core.agreement().epoch < self.disk.epoch.number:
            self.perform(
                self.core.restore(
                    self.disk.epoch, self.disk.head, self.disk.certificate, self.remembered()
                )
            )
            self.pool_changed()
        elif self.disk.certificate is not None:
            self.handle(HeadAdvanced(self.disk.head, self.disk.certificate))

    # --- at the end --------------------------------------------------------------------------

    def is_at_rest(self):
        return super().is_at_rest() and all(map(self.has_parcels, self.world.submitted))

    def has_parcels(self, number):
        names = read(self.world.papers[number]).parcels
        return all(hashed(self.synced.here.get(name, b"")[32:]) == name for name in names)


class Stranded(SyncedWorkstation):
    """A workstation of a clinic that has lost its quorum for good: nothing becomes final, and
    what is signed is shared all the same."""

    def handle(self, event):
        pass

    def lacking(self, submitted):
        here = {read(wire).text for chain in self.synced.chains.values() for wire in chain}
        return submitted - here

    def is_at_rest(self):
        return all(map(self.has_parcels, self.world.submitted))


class SyncedLiar(Liar, SyncedWorkstation):
    """Lies also about what it stores, and about what that is."""

    def emit(self, effects):
        super().emit([told for effect in effects if (told := self.perhaps_bent(effect))])

    def perhaps_bent(self, effect):
        lies = isinstance(effect, Told) and self.world.random.random() < self.lies
        return self.bent(effect) if lies else effect

    @property
    def lies(self):
        return 0.5 if self.rubbish else 0.1

    def bent(self, told):
        draw = self.world.random
        match told.message:
            case Have(height, head, feeds):
                further = tuple(
                    FeedHead(f.device, f.sequence + draw.randrange(5), f.id, f.sequence)
                    for f in feeds
                )
                return Told(told.peer, Have(height + draw.choice([0, 3, 10**6]), head, further))
            case Blocks(first, blocks):
                lie = draw.choice([self.forged, lambda: CertifiedBlock(draw.randbytes(32), b"")])
                bad = Blocks(first, (*blocks[: draw.randrange(2)], lie()))
                return draw.choice([Told(told.peer, bad), None])
            case Parcels(parcels, lacking):
                spoilt = tuple(parcel[:-1] + draw.randbytes(1) for parcel in parcels)
                return Told(told.peer, Parcels(spoilt, lacking))
        return draw.choice([told, None])

    def forged(self):
        """A block of one's own that no quorum has signed."""
        head, epoch = self.disk.head, self.disk.epoch.number
        sheet = Sheet(epoch, head.slot + 1, head.block, self.me, (), salt=99)
        candidate = self.world.reader.read(sheet.write())
        final = Finalize((candidate,), self.false_certificate())
        return self.world.token(final)


class StrandedLiar(SyncedLiar, Stranded):
    """A liar among stranded workstations."""

    def receive(self, peer, message):
        Stranded.receive(self, peer, message)


class LossyWorld(World):
    """Where messages still get lost for some seconds after everybody is back, and the large ones
    more often."""

    def send(self, sender, peer, message):
        if not (isinstance(message, Blocks) and self.drop and self.random.random() < 0.5):
            super().send(sender, peer, message)

    def _clear_up(self):
        self.drop = 0.3 if self.plan.drop else 0.0
        self.at(2.5, super()._clear_up)


def synced(seed, workstation=SyncedWorkstation):
    """Give the world of a seed in which everything travels by the sync."""
    liar = StrandedLiar if issubclass(workstation, Stranded) else SyncedLiar
    return LossyWorld(scenario(seed), workstation, liar)
