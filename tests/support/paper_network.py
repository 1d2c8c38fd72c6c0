"""Workstations on paper: what they say is run in blocks, with the epochs that follow from it."""

from dataclasses import replace

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts import roster
from ehr_desktop.node.contracts.acceptance import accept_enrolment
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    EnrolDevice,
    ReportEvidence,
    Statement,
)
from ehr_desktop.node.ledger.transaction import NO_PREVIOUS, Payload, Transaction, sign
from ehr_desktop.node.ledger.validators import ValidatorSet
from ehr_desktop.node.ledger.vote import SignedVote, Vote, VoteKind, sign_vote
from tests.support.paper_ledger import (
    ADMIN,
    BOX,
    NETWORK,
    Device,
    PaperLedger,
    Person,
    founding,
    header,
    seeded,
)

Said = tuple[Statement, Device, Person | None]
"""A statement, the workstation it is written on, and who signs it there, if anybody."""


def enrolment(newcomer: Device, author: Device, **changes) -> EnrolDevice:
    """The statement that lets `newcomer` in, accepted by it, written on `author`'s workstation."""
    acceptance = accept_enrolment(
        newcomer.key, BOX, network=NETWORK, author=author.id, administrator=ADMIN.id
    )
    whole = EnrolDevice(newcomer.id, newcomer.key.public, BOX, newcomer.name, acceptance)
    return replace(whole, **changes)


def vote(device: Device, block: str, network: bytes = NETWORK, slot: int = 4) -> SignedVote:
    """A vote of `device` to notarize a block."""
    return sign_vote(Vote(network, 0, VoteKind.NOTAR, slot, seeded(block, 32)), device.key)


def evidence(first: SignedVote, second: SignedVote) -> ReportEvidence:
    """The statement that shows two votes."""
    return ReportEvidence(first.encode(), second.encode())


def two_stories(device: Device) -> ReportEvidence:
    """Evidence that holds."""
    return evidence(vote(device, "one"), vote(device, "another"))


class PaperNetwork(PaperLedger):
    """A founded clinic with one workstation; `block` runs what several of them say."""

    def __init__(self, mode: ProposerMode = ProposerMode.STAKE) -> None:
        super().__init__()
        self.first = self.device
        statement = founding(self.first, mode=mode)
        payload = self.payload(statement, ADMIN, 1)
        assert self.run_as_block([sign(payload, [self.first.key, ADMIN.key])])[0].accepted

    @property
    def epoch(self) -> int:
        """The epoch of the next block."""
        return roster.validator_set(self.get)[0]

    @property
    def validators(self) -> ValidatorSet:
        """Who decides on the next block."""
        return roster.validator_set(self.get)[1]

    @property
    def voting(self) -> set[bytes]:
        """The ids of the workstations that do."""
        return {member.device for member in self.validators.members}

    def block(self, *said: Said) -> list[Verdict]:
        """Run what was said as one block."""
        return self.run_as_block(self.signed(*said))

    def signed(self, *said: Said) -> list[Transaction]:
        """Sign what was said, each after the last of its workstation."""
        heads: dict[bytes, tuple[int, bytes]] = {}
        batch = []
        for statement, author, person in said:
            default = self.get("feed", author.id) or (0, NO_PREVIOUS)
            sequence, previous = heads.get(author.id, default)
            keys = [author.key, person.key] if person else [author.key]
            batch.append(sign(self._said(statement, author, person, sequence, previous), keys))
            heads[author.id] = sequence + 1, batch[-1].id
        return batch

    def tell(self, statement: Statement, author: Device, person: Person | None = None) -> Verdict:
        """Run one statement as a block of its own."""
        return self.block((statement, author, person))[0]

    def join(self, *newcomers: Device) -> None:
        """Let workstations in, each in a block of its own."""
        for newcomer in newcomers:
            assert self.tell(enrolment(newcomer, self.first), self.first, ADMIN).accepted

    def run_as_block(self, batch: list[Transaction], **changes) -> list[Verdict]:
        """Run transactions under the next header, with some of its fields changed."""
        epoch = self.epoch if self.height else 0
        state = State(self.values.get)
        verdicts = run_block(batch, state, header(self.height, epoch, **changes))
        self.keep(state)
        self.height += 1
        return verdicts

    def _said(
        self, said: Statement, author: Device, person: Person | None, last: int, previous: bytes
    ) -> Payload:
        return Payload(
            NETWORK, said.KIND, author.id, person.id if person else NOBODY, last + 1, previous,
            0, 1_800_000_000_000, said.body(), (),
        )  # fmt: skip
