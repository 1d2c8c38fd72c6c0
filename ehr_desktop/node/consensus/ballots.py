"""The votes seen: counted by weight, and compared with each other to find liars."""

from collections.abc import Collection

from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import (
    Certificate,
    SignedVote,
    Vote,
    VoteKind,
    contradict,
)


class Ballots:
    """All valid votes of one epoch above a floor, and the certificates made of them."""

    def __init__(self, validators: ValidatorSet) -> None:
        self._quorum = validators.quorum
        self._weights = {member.device: member.weight for member in validators.members}
        self._by_slot: dict[int, dict[bytes, list[SignedVote]]] = {}
        self._signatures: dict[Vote, dict[bytes, bytes]] = {}
        self._unshared: dict[int, list[SignedVote]] = {}
        self.certificates: dict[Vote, Certificate] = {}

    def knows(self, signed: SignedVote) -> bool:
        """Tell whether this very vote was counted."""
        return signed.validator in self._signatures.get(signed.vote, ())

    def add(self, signed: SignedVote) -> SignedVote | None:
        """Count a valid vote, and give an earlier one of its validator that contradicts it.

        A vote that contradicts is not counted: certificates made by others may count it.
        """
        cast = self._by_slot.setdefault(signed.vote.slot, {}).setdefault(signed.validator, [])
        for earlier in cast:
            if contradict(earlier.vote, signed.vote):
                return earlier
        if not self.knows(signed):
            cast.append(signed)
            signatures = self._signatures.setdefault(signed.vote, {})
            signatures[signed.validator] = signed.signature
        return None

    def certify(self, vote: Vote) -> Certificate | None:
        """Give the certificate for `vote` once a quorum cast it; once only."""
        signatures = self._signatures.get(vote, {})
        if vote in self.certificates or not self.is_quorum(signatures):
            return None
        self.certificates[vote] = certificate = Certificate.of(vote, signatures)
        return certificate

    def is_quorum(self, validators: Collection[bytes]) -> bool:
        """Tell whether these validators' weight is enough to decide."""
        return sum(self._weights.get(device, 0) for device in validators) >= self._quorum

    def first_hand(self, signed: SignedVote) -> None:
        """Note that a vote came from its author, so that others may not have it."""
        self._unshared.setdefault(signed.vote.slot, []).append(signed)

    def to_share(self, slot: int) -> list[SignedVote]:
        """Give the votes others should see, each once: those of a slot in which somebody may have
        told different stories to different workstations. Where a slot is given up, whoever
        proposed may have told each of them another block: there, only votes for blocks.
        """
        votes = [signed.vote for signed in self.at(slot)]
        kinds = {vote.kind for vote in votes}
        blocks = {vote.block for vote in votes if vote.kind is not VoteKind.SKIP}
        if len(blocks) > 1 or {VoteKind.SKIP, VoteKind.FINAL} <= kinds:
            return self._unshared.pop(slot, [])
        if blocks and VoteKind.SKIP in kinds:
            held = self._unshared.pop(slot, [])
            self._unshared[slot] = [one for one in held if one.vote.kind is VoteKind.SKIP]
            return [one for one in held if one.vote.kind is not VoteKind.SKIP]
        return []

    def at(self, slot: int) -> list[SignedVote]:
        """Give the votes counted for a slot."""
        return [signed for cast in self._by_slot.get(slot, {}).values() for signed in cast]

    def has_any_from(self, slot: int) -> bool:
        """Tell whether anybody voted for `slot` or a later one."""
        return any(voted >= slot for voted in self._by_slot)

    def has_any_at(self, slot: int) -> bool:
        """Tell whether anybody voted for `slot`."""
        return slot in self._by_slot

    def certificates_from(self, slot: int) -> list[Certificate]:
        """Give the certificates for `slot` and later ones, in the order they were seen."""
        return [kept for vote, kept in self.certificates.items() if vote.slot >= slot]

    def forget(self, *, votes_before: int, certificates_before: int) -> None:
        """Drop what is no longer needed, by slot."""
        self._by_slot = {s: cast for s, cast in self._by_slot.items() if s >= votes_before}
        self._signatures = {v: c for v, c in self._signatures.items() if v.slot >= votes_before}
        self._unshared = {s: v for s, v in self._unshared.items() if s >= votes_before}
        self.certificates = {
            v: c for v, c in self.certificates.items() if v.slot >= certificates_before
        }
