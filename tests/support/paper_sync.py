"""Workstations that only keep each other up to date: stores in memory, messages in a queue."""

import hashlib
import marshal
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from ehr_desktop.node.net.messages import CertifiedBlock, FeedHead
from ehr_desktop.node.sync.effects import Distrust, Fetch, Told
from ehr_desktop.node.sync.port import Admission, Keeping, LargeContainer, Verdict
from ehr_desktop.node.sync.sync import Sync

START = bytes(32)


def hashed(content):
    return hashlib.sha256(content).digest()


def device(number):
    return b"workstation %4d" % number


class Paper(NamedTuple):
    """A transaction nobody has to verify: its tag is right if its author made it."""

    device: bytes
    sequence: int
    previous: bytes
    parcels: tuple = ()
    large: tuple = ()
    text: object = 0

    def write(self):
        body = marshal.dumps(tuple(self), 2)
        return marshal.dumps((body, hashed(b"tag of " + body)), 2)


def read(wire):
    """The transaction of a wire, or None if its tag is wrong or it is rubbish."""
    try:
        body, tag = marshal.loads(wire)
        return Paper(*marshal.loads(body)) if tag == hashed(b"tag of " + body) else None
    except (ValueError, EOFError, TypeError):
        return None


def parcel_of(content):
    """A parcel and its name."""
    name = hashed(content)
    return name, name + content


def certified(height, parent, wires):
    block = marshal.dumps((height, parent, tuple(wires)), 2)
    return CertifiedBlock(block, hashed(b"quorum" + block))


GENESIS = certified(0, START, ())


class PaperStore:
    """A `SyncStore` in memory; `roster` is who may sign."""

    def __init__(self, me, roster):
        self.me = me
        self.roster = list(roster)
        self.chains = {}
        self.final = [GENESIS]
        self.here = {}
        self.awaited = {}
        self.large_awaited = {}
        self.large_here = set()

    # --- what only this workstation does -----------------------------------------------------

    def sign(self, *contents, large=(), text=0):
        """Sign a transaction that brings parcels with these contents."""
        parcels = [parcel_of(content) for content in contents]
        self.here.update(parcels)
        chain = self.chains.setdefault(self.me, [])
        wire = Paper(
            self.me,
            len(chain) + 1,
            hashed(chain[-1]) if chain else START,
            tuple(name for name, _ in parcels),
            tuple(large),
            text,
        ).write()
        chain.append(wire)
        self.large_here.update(name for name, _ in large)
        return wire

    def make_final(self, *wires):
        """Add a block of these transactions, as if all had agreed."""
        self.append(certified(len(self.final), self.tip()[1], wires))

    def append(self, block):
        self.final.append(block)
        for wire in marshal.loads(block.block)[2]:
            self.take(wire)

    def take(self, wire):
        """Store a transaction whatever the feed says: it is final, or continues its feed."""
        paper = read(wire)
        chain = self.chains.setdefault(paper.device, [])
        if len(chain) < paper.sequence:
            chain.append(wire)
        else:
            chain[paper.sequence - 1] = wire
        for name in paper.parcels:
            if name not in self.here:
                self.awaited[name] = (paper.device, paper.sequence)
        for name, size in paper.large:
            if name not in self.large_here:
                self.large_awaited[name] = LargeContainer(name, size, paper.device)

    # --- SyncStore ---------------------------------------------------------------------------

    def tip(self):
        return len(self.final) - 1, hashed(self.final[-1].block)

    def feeds(self):
        first = {}
        for author, sequence in self.awaited.values():
            first[author] = min(first.get(author, sequence), sequence)
        return {
            author: FeedHead(
                author,
                len(chain),
                hashed(chain[-1]),
                min(first.get(author, len(chain) + 1) - 1, len(chain)),
            )
            for author, chain in self.chains.items()
        }

    def devices(self):
        return self.roster

    def transactions(self, author, first, last, most):
        given, size = [], 0
        for wire in self.chains.get(author, [])[first - 1 : last]:
            if given and size + len(wire) > most:
                break
            given.append(wire)
            size += len(wire)
        return given

    def admit(self, wires):
        return [self._admit(wire) for wire in wires]

    def _admit(self, wire):
        paper = read(wire)
        if paper is None:
            return Admission(Verdict.WRONG)
        chain = self.chains.get(paper.device, [])
        return Admission(self._verdict(wire, paper, chain), paper.device, paper.sequence)

    def _verdict(self, wire, paper, chain):
        if paper.sequence <= len(chain):
            known = chain[paper.sequence - 1] == wire
            return Verdict.KNOWN if known else Verdict.FORK
        if paper.device == self.me:
            return Verdict.OWN
        if paper.device not in self.roster:
            return Verdict.REFUSED
        if paper.sequence > len(chain) + 1:
            return Verdict.GAP
        if paper.previous != (hashed(chain[-1]) if chain else START):
            return Verdict.FORK
        self.take(wire)
        return Verdict.STORED

    def blocks(self, first, count, most):
        given, size = [], 0
        for block in self.final[max(first, 0) : first + count]:
            size += len(block.block)
            if given and size > most:
                break
            given.append(block)
        return given

    def accept_blocks(self, first, blocks):
        for number, block in enumerate(blocks):
            if first + number < len(self.final):
                if self.final[first + number] != block:
                    return number
                continue
            if block.certificate != hashed(b"quorum" + block.block):
                return number
            height, parent, _ = marshal.loads(block.block)
            if (height, parent) != (len(self.final), self.tip()[1]):
                return number
            self.append(block)
        return len(blocks)

    def brought(self, wires):
        return [name for wire in wires for name in read(wire).parcels]

    def missing(self, after, limit):
        return sorted(name for name in self.awaited if name > after)[:limit]

    def parcel(self, name):
        return self.here.get(name)

    def keep_parcel(self, parcel):
        name, content = parcel[:32], parcel[32:]
        if len(name) < 32:
            return Keeping.WRONG, b""
        if name in self.here:
            return Keeping.KNOWN, name
        if name not in self.awaited:
            return Keeping.UNNAMED, name
        if hashed(content) != name:
            return Keeping.WRONG, name
        del self.awaited[name]
        self.here[name] = parcel
        return Keeping.KEPT, name

    def missing_large(self, after, limit):
        names = sorted(name for name in self.large_awaited if name > after)
        return [self.large_awaited[name] for name in names[:limit]]

    def large(self, name):
        return self.large_awaited.get(name)


@dataclass
class Station:
    """One workstation: its store, its protocol, and what came of it."""

    me: bytes
    store: PaperStore
    sync: Sync
    fetches: list = field(default_factory=list)
    distrusted: list = field(default_factory=list)


class Office:
    """Workstations whose messages arrive in order, one by one, when `settle` is called.

    `sent` counts messages by type; `spoil` may change a message on its way, or drop it (None).
    """

    def __init__(self, count, *, mesh=True):
        roster = [device(number) for number in range(count)]
        self.now = 0
        self.queue = deque()
        self.sent = Counter()
        self.log = []
        self.spoil = lambda sender, receiver, message: message
        self.links = set()
        self.stations = [self._station(me, roster) for me in roster]
        if mesh:
            for one in range(count):
                for other in range(one):
                    self.link(one, other)

    def _station(self, me, roster):
        store = PaperStore(me, roster)
        return Station(me, store, Sync(me, store))

    def __getitem__(self, number):
        return self.stations[number]

    def station(self, me):
        return next(station for station in self.stations if station.me == me)

    def link(self, one, other):
        a, b = self[one], self[other]
        self.links |= {(a.me, b.me), (b.me, a.me)}
        for mine, theirs in ((a, b), (b, a)):
            height = max(theirs.store.tip()[0], 0)
            heads = tuple(theirs.store.feeds().values())
            self.carry_out(mine, mine.sync.linked(theirs.me, height, heads))

    def cut(self, one, other):
        a, b = self[one], self[other]
        self.links -= {(a.me, b.me), (b.me, a.me)}
        self.carry_out(a, a.sync.unlinked(b.me))
        self.carry_out(b, b.sync.unlinked(a.me))

    def sign(self, number, *contents, large=(), text=0):
        station = self[number]
        wire = station.store.sign(*contents, large=large, text=text)
        self.carry_out(station, station.sync.grew([wire]))
        return wire

    def carry_out(self, station, effects):
        for effect in effects:
            match effect:
                case Told(None, message):
                    for peer in sorted(self.links):
                        if peer[0] == station.me:
                            self.queue.append((station.me, peer[1], message))
                case Told(peer, message):
                    self.queue.append((station.me, peer, message))
                case Fetch():
                    station.fetches.append(effect)
                case Distrust(peer, what):
                    station.distrusted.append((peer, what))

    def settle(self, seconds=0):
        """Deliver everything, then let so many seconds pass, delivering what comes of each."""
        self._deliver()
        for _ in range(seconds):
            self.now += 1000
            for station in self.stations:
                self.carry_out(station, station.sync.tick(self.now))
            self._deliver()

    def _deliver(self):
        for _ in range(100_000):
            if not self.queue:
                return
            sender, receiver, message = self.queue.popleft()
            message = self.spoil(sender, receiver, message)
            if message is None or (sender, receiver) not in self.links:
                continue
            self.sent[type(message).__name__] += 1
            self.log.append((sender, receiver, message))
            station = self.station(receiver)
            self.carry_out(station, station.sync.received(sender, message))
        raise AssertionError("there is no end to it")
