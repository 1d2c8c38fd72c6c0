"""What a simulated workstation stores besides the ledger: feeds and parcels, in memory and, once
synced, on its disk."""

from tests.support.paper_sync import PaperStore, read


class FeedStore(PaperStore):
    """A `PaperStore` that notes what it takes in, so that the same can be done to the disk."""

    def __init__(self, me, roster):
        super().__init__(me, roster)
        self.loose = {}
        self.noted = []
        self.here_wires = {}

    def copy(self):
        """The same content in an object of its own."""
        other = type(self)(self.me, self.roster)
        other.chains = {author: list(chain) for author, chain in self.chains.items()}
        other.here, other.awaited = dict(self.here), dict(self.awaited)
        other.loose = dict(self.loose)
        return other

    def notes(self):
        """Give what was taken in since the last call."""
        noted, self.noted = self.noted, []
        return noted

    def repeat(self, noted):
        """Take in what another object with the same content took in."""
        for wire, parcels in noted:
            if wire is not None:
                paper = read(wire)
                if len(self.chains.get(paper.device, ())) < paper.sequence:
                    self.take(wire)
            self.here.update(parcels)
            for name in parcels:
                self.awaited.pop(name, None)
        self.noted.clear()

    def sign(self, *contents, large=(), text=0):
        wire = super().sign(*contents, large=large, text=text)
        self.noted.append((wire, {name: self.here[name] for name in read(wire).parcels}))
        return wire

    def take(self, wire):
        paper = read(wire)
        if paper.sequence > len(self.chains.get(paper.device, ())) + 1:
            self.loose[paper.device, paper.sequence] = wire  # a final one that came out of turn
            return
        super().take(wire)
        self.noted.append((wire, {}))
        following = self.loose.pop((paper.device, paper.sequence + 1), None)
        if following is not None:
            self.take(following)

    def keep_parcel(self, parcel):
        keeping, name = super().keep_parcel(parcel)
        if name in self.here:
            self.noted.append((None, {name: self.here[name]}))
        return keeping, name
