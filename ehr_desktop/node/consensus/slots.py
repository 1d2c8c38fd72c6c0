"""Which slots above the final head are settled, and on what the next block stands."""

from ehr_desktop.node.consensus.messages import Candidate, Head


class Slots:
    """The certificates seen, as slots: a slot is settled once it is notarized or skipped."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.notarized: dict[int, bytes] = {head.slot: head.block}
        self.skipped: set[int] = set()
        self._open = head.slot + 1

    @property
    def open(self) -> int:
        """The first slot that is not settled."""
        while self.is_settled(self._open):
            self._open += 1
        return self._open

    def is_settled(self, slot: int) -> bool:
        """Tell whether nothing more needs to happen in `slot` for the next one to open."""
        return slot <= self.head.slot or slot in self.notarized or slot in self.skipped

    def parent(self) -> Head:
        """Give the block to build on in the open slot: the highest notarized one."""
        slot = max(slot for slot in self.notarized if slot < self.open)
        return Head(slot, self.notarized[slot])

    def extends(self, candidate: Candidate) -> bool:
        """Tell whether the parent is notarized and every slot after it up to the candidate's was
        skipped by a quorum.
        """
        parent = self.slot_of(candidate.parent)
        return (
            parent is not None
            and parent < candidate.slot
            and all(slot in self.skipped for slot in range(parent + 1, candidate.slot))
        )

    def slot_of(self, block: bytes) -> int | None:
        """Give the slot a block was notarized in."""
        for slot, notarized in self.notarized.items():
            if notarized == block:
                return slot
        return None

    def advance(self, head: Head) -> None:
        """Take a new final head; everything before it is settled."""
        self.head = head
        self.notarized = {s: block for s, block in self.notarized.items() if s > head.slot}
        self.notarized[head.slot] = head.block
        self.skipped = {slot for slot in self.skipped if slot > head.slot}
