"""The votes this workstation has cast, and which it may still cast."""

from collections.abc import Iterator

from ehr_desktop.node.consensus.effects import StoreVote
from ehr_desktop.node.ledger.vote import SignedVote, Vote, VoteKind


class OwnVotes:
    """Every vote decided here above the final head.

    Source: Simplex Consensus in TON, section 1.4, the conditions on honest votes.
    """

    def __init__(self) -> None:
        self._decided: dict[tuple[VoteKind, int], StoreVote] = {}
        self._stored: set[Vote] = set()

    def may_notarize(self, slot: int) -> bool:
        """Tell whether no block was notarized in `slot` yet: one at most."""
        return (VoteKind.NOTAR, slot) not in self._decided

    def may_skip(self, slot: int) -> bool:
        """Tell whether `slot` may be skipped: never after a final vote for it."""
        return not {(VoteKind.FINAL, slot), (VoteKind.SKIP, slot)} & self._decided.keys()

    def may_finalize(self, slot: int, block: bytes) -> bool:
        """Tell whether `block`, notarized by a quorum, may be voted final: only with an own notar
        vote for it, and never after skipping the slot.
        """
        return self.may_skip(slot) and self.notarized(slot) == block

    def notarized(self, slot: int) -> bytes | None:
        """Give the block voted for in `slot`."""
        entry = self._decided.get((VoteKind.NOTAR, slot))
        return entry.signed.vote.block if entry else None

    def decide(self, entry: StoreVote) -> None:
        """Note a vote; it counts for the rules from now on, and for the tally once stored."""
        vote = entry.signed.vote
        self._decided[vote.kind, vote.slot] = entry

    def confirm(self, vote: Vote) -> StoreVote | None:
        """Note that a vote is on the disk; None if it no longer matters."""
        entry = self._decided.get((vote.kind, vote.slot))
        if entry is None or entry.signed.vote != vote:
            return None
        self._stored.add(vote)
        return entry

    def remembers(self, signed: SignedVote) -> bool:
        """Tell whether this vote was decided here."""
        entry = self._decided.get((signed.vote.kind, signed.vote.slot))
        return entry is not None and entry.signed.vote == signed.vote

    def stored(self) -> Iterator[StoreVote]:
        """Give the votes that are on the disk, in the order they were decided."""
        return (entry for entry in self._decided.values() if entry.signed.vote in self._stored)

    def forget(self, slot: int) -> None:
        """Drop the votes for `slot` and earlier ones."""
        self._decided = {key: entry for key, entry in self._decided.items() if key[1] > slot}
        self._stored = {vote for vote in self._stored if vote.slot > slot}
