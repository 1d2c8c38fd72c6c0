"""What the simulated workstations write and sign: blocks that cost nothing to read, tags for
signatures. A tag cannot be forged because nobody but its owner is handed the owner's secret."""

import hashlib
import marshal
from dataclasses import dataclass, field

from ehr_desktop.node.consensus.messages import Candidate
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import SignedVote, Vote

NETWORK = b"simulated network".ljust(32, b".")
MARK = b"a simulated block: "
GENESIS = b"genesis".ljust(32, b".")
GOVERNANCE = 1_000_000
"""Transactions from this number on change the validator set."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A simulated block's text. `valid` is what every honest check finds."""

    epoch: int
    slot: int
    parent: bytes
    proposer: bytes
    transactions: tuple[int, ...]
    valid: bool = True
    salt: int = 0

    @property
    def closes_epoch(self) -> bool:
        return any(number >= GOVERNANCE for number in self.transactions)

    def write(self) -> bytes:
        return MARK + marshal.dumps(
            (
                self.epoch,
                self.slot,
                self.parent,
                self.proposer,
                self.transactions,
                self.valid,
                self.salt,
            ),
            2,
        )


def device(number: int) -> bytes:
    return b"workstation %4d" % number


@dataclass(slots=True)
class Reader:
    """Reads sheets; one for all workstations, since reading is the same everywhere."""

    sheets: dict[bytes, Sheet] = field(default_factory=dict)
    _read: dict[bytes, Candidate | None] = field(default_factory=dict)

    def read(self, content: bytes) -> Candidate | None:
        if content not in self._read:
            self._read[content] = self._parse(content)
        return self._read[content]

    def sheet(self, block: bytes) -> Sheet:
        return self.sheets[block]

    def _parse(self, content: bytes) -> Candidate | None:
        if not content.startswith(MARK):
            return None
        sheet = Sheet(*marshal.loads(content[len(MARK) :]))
        block = hashlib.sha256(content).digest()
        self.sheets[block] = sheet
        return Candidate(
            sheet.epoch,
            sheet.slot,
            sheet.parent,
            block,
            sheet.proposer,
            not sheet.transactions,
            content,
        )


class Signer:
    """One workstation's secret."""

    def __init__(self, me: bytes, seal: "Seals") -> None:
        self._me = me
        self._seal = seal

    def sign(self, vote: Vote) -> SignedVote:
        return SignedVote(vote, self._me, self._seal.tag(self._me, vote))


class Seals:
    """Makes and checks tags."""

    def __init__(self, seed: int) -> None:
        self._secret = seed

    def tag(self, who: bytes, vote: Vote) -> bytes:
        return hash((self._secret, who, vote)).to_bytes(8, signed=True)

    def signer(self, me: bytes) -> Signer:
        return Signer(me, self)

    def holds(self, signed: SignedVote, validators: ValidatorSet) -> bool:
        return validators.find(signed.validator) is not None and signed.signature == self.tag(
            signed.validator, signed.vote
        )


def validators(weights: dict[int, int]) -> ValidatorSet:
    """Give a set from weights by workstation number."""
    return ValidatorSet.of(
        Validator(device(number), device(number).ljust(32), weight)
        for number, weight in weights.items()
    )
