"""The blocks above the final head that this node has, and what its checks said of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ehr_desktop.node.consensus.messages import Candidate, Head


class Verdict(Enum):
    """How far the check of a candidate has come."""

    UNCHECKED = auto()
    ASKED = auto()
    VALID = auto()
    INVALID = auto()


@dataclass(frozen=True, slots=True)
class Path:
    """The blocks after the head up to a certain one, oldest first.

    `missing` is the youngest ancestor that is not here; then `blocks` starts above it.
    """

    blocks: tuple[Candidate, ...]
    missing: bytes | None


class Candidates:
    """Candidates by block id."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._blocks: dict[bytes, Candidate] = {}
        self._verdicts: dict[bytes, Verdict] = {}
        self._closing: set[bytes] = set()

    def __iter__(self) -> Iterator[Candidate]:
        return iter(tuple(self._blocks.values()))

    def __contains__(self, block: bytes) -> bool:
        return block in self._blocks

    def get(self, block: bytes) -> Candidate | None:
        """Give a candidate, if it is here."""
        return self._blocks.get(block)

    def add(self, candidate: Candidate) -> None:
        """Keep a candidate, not checked yet, unless it is here already."""
        if candidate.block not in self._blocks:
            self._blocks[candidate.block] = candidate
            self._verdicts[candidate.block] = Verdict.UNCHECKED

    def judge(self, block: bytes, verdict: Verdict, *, closes_epoch: bool = False) -> None:
        """Note what became of a check."""
        if block in self._blocks:
            self._verdicts[block] = verdict
            if closes_epoch:
                self._closing.add(block)

    def verdict(self, block: bytes) -> Verdict:
        """Tell how far the check of a block has come; the head is valid."""
        if block == self._head.block:
            return Verdict.VALID
        return self._verdicts.get(block, Verdict.UNCHECKED)

    def at(self, slot: int) -> list[Candidate]:
        """Give the candidates for a slot."""
        return [candidate for candidate in self._blocks.values() if candidate.slot == slot]

    def path(self, block: bytes) -> Path:
        """Walk from `block` back to the head."""
        blocks: list[Candidate] = []
        while block != self._head.block:
            candidate = self._blocks.get(block)
            if candidate is None or candidate.slot <= self._head.slot:
                return Path(tuple(reversed(blocks)), block)
            blocks.append(candidate)
            block = candidate.parent
        return Path(tuple(reversed(blocks)), None)

    def closes(self, block: bytes) -> bool:
        """Tell whether `block` itself changes the validator set."""
        return block in self._closing

    def is_after_close(self, block: bytes) -> bool:
        """Tell whether `block` or an ancestor above the head changes the validator set."""
        return any(self.closes(earlier.block) for earlier in self.path(block).blocks)

    def advance(self, head: Head) -> None:
        """Take a new final head and drop what stands before it."""
        self._head = head
        for candidate in self:
            if candidate.slot <= head.slot:
                del self._blocks[candidate.block]
                del self._verdicts[candidate.block]
                self._closing.discard(candidate.block)
