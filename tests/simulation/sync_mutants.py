"""Planted changes to the sync: each is one rule left out or bent. The simulation must find every
one."""

from functools import partial

from ehr_desktop.node.sync.catching_up import BlockSync
from ehr_desktop.node.sync.feeds import FeedSync
from ehr_desktop.node.sync.parcels import ParcelSync
from ehr_desktop.node.sync.port import Keeping
from ehr_desktop.node.sync.sync import Sync
from tests.simulation.mutants import Mutant
from tests.simulation.synced import Journal, Stranded, SyncedWorkstation


def part(name, where, replacement, base=SyncedWorkstation):
    """Exchange one part of the sync for another class."""

    class Mutated(Sync):
        def __init__(self, me, store):
            super().__init__(me, store)
            getattr(self, where).__class__ = replacement

    return whole(name, Mutated, base)


def whole(name, sync_class, base=SyncedWorkstation):
    return Mutant(name, type("Mutated", (base,), {"sync_class": sync_class}))


def store(name, store_class):
    return Mutant(name, type("Mutated", (SyncedWorkstation,), {"store_class": store_class}))


# --- asking --------------------------------------------------------------------------------


class NeverAskedAgain(FeedSync):
    def tick(self, now):
        self._asked = {device: self._asked[device] for device in self._asked}
        return [e for peer in self._peers.linked
                for e in self._ask(peer, list(self._peers.feeds(peer)), now)]  # fmt: skip


class DoubtedForEver(FeedSync):
    def _doubt(self, peer, device, now):
        self._doubts[peer, device] = 10**12

    def head_moved(self):
        pass

    def unlinked(self, peer):
        pass


class NothingSaidAgain(Sync):
    def tick(self, now_ms):
        self._repeat_at = 10**12
        return super().tick(now_ms)


class ParcelsNeverAskedAgain(ParcelSync):
    def tick(self, now):
        return self.ask(now, None)


class LackingForEver(ParcelSync):
    def tick(self, now):
        self._forget_at = 10**12
        return super().tick(now)

    def more_at(self, peer):
        pass


class NoParcelsAsked(ParcelSync):
    def ask(self, now, likely):
        return []


class BlocksNeverAskedAgain(BlockSync):
    def tick(self, now):
        if self._asked is not None:
            return []
        return super().tick(now)


class TheSameAskedAgain(BlockSync):
    def _fail(self, peer, now):
        self._asked = None
        return self._ask(peer, now)


class OnlyConsensus(BlockSync):
    def _ask(self, peer, now):
        return []


# --- storing -------------------------------------------------------------------------------


class SaidBeforeStored(SyncedWorkstation):
    def say(self, effects):
        if effects:
            self.later(0, partial(self.emit, effects))


class BlocksBelieved(SyncedWorkstation):
    def is_sound(self, final):
        return final.chain[0].parent == self.disk.head.block


class ParcelsBelieved(Journal):
    def keep_parcel(self, parcel):
        name = parcel[:32]
        if self.awaited.pop(name, None) is None:
            return Keeping.UNNAMED, name
        self.here[name] = parcel
        self.noted.append((None, {name: parcel}))
        return Keeping.KEPT, name


class WholeWithoutParcels(Journal):
    def feeds(self):
        awaited, self.awaited = self.awaited, {}
        try:
            return super().feeds()
        finally:
            self.awaited = awaited


class ParcelsNotStoredWithTheirTransaction(SyncedWorkstation):
    """A crash between the two loses the parcels of what was signed here."""

    def commit(self, noted, signed):
        super().commit([(wire, {} if signed else parcels) for wire, parcels in noted], signed)


MUTANTS = [
    part("transactions never asked for again", "_feeds", NeverAskedAgain, Stranded),
    part("whom it doubted it never asks again", "_feeds", DoubtedForEver, Stranded),
    whole("nothing said again", NothingSaidAgain, Stranded),
    part("parcels never asked for again", "_parcels", ParcelsNeverAskedAgain),
    part("who lacked a parcel is never asked again", "_parcels", LackingForEver),
    part("parcels never asked for", "_parcels", NoParcelsAsked),
    part("blocks never asked for again", "_blocks", BlocksNeverAskedAgain),
    part("blocks asked of the same peer again", "_blocks", TheSameAskedAgain, Stranded),
    part("blocks never asked for", "_blocks", OnlyConsensus),
    Mutant("said before it is stored", SaidBeforeStored),
    Mutant("blocks believed", BlocksBelieved),
    store("parcels believed", ParcelsBelieved),
    store("feeds called whole while parcels are missing", WholeWithoutParcels),
    Mutant("parcels not stored with their transaction", ParcelsNotStoredWithTheirTransaction),
]
