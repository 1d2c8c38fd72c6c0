"""Workstations on paper whose blocks are signed, stored and checked like real ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ehr_desktop.domain.ledger import FaultKind
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.consensus.work import mine
from ehr_desktop.node.contracts import roster
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.run_block import run_block
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import NOBODY
from ehr_desktop.node.integrity.chain import ChainCheck
from ehr_desktop.node.integrity.findings import Findings
from ehr_desktop.node.ledger.block import NO_PARENT, Header
from ehr_desktop.node.ledger.finality import Finality
from ehr_desktop.node.ledger.merkle import Frontier, leaf_hash
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.ledger.validators import Validator, ValidatorSet
from ehr_desktop.node.ledger.vote import Certificate, Vote, VoteKind, sign_vote
from ehr_desktop.node.pipeline.final import FinalTransaction, store_final
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.engine import Database, migrate, open_database
from ehr_desktop.node.store.tables import STEPS
from tests.support.paper_ledger import NETWORK, Device, seeded
from tests.support.paper_network import PaperNetwork

DIRECTORY = seeded("directory")


@dataclass
class Stored:
    """One block as it is to be stored."""

    header: Header
    finality: Finality
    batch: list[Transaction]
    verdicts: list[Verdict] = field(default_factory=list)


class PaperChain(PaperNetwork):
    """A network whose blocks are kept; every workstation it speaks of is in `devices`."""

    def __init__(self, *devices: Device, mode: ProposerMode = ProposerMode.STAKE) -> None:
        self.blocks: list[Stored] = []
        self.frontier = Frontier()
        self.devices = {device.id: device for device in (Device("PC 1"), *devices)}
        super().__init__(mode)

    def run_as_block(
        self,
        batch: list[Transaction],
        *,
        signers: Iterable[Device] | None = None,
        descendants: int = 0,
        **changes,
    ) -> list[Verdict]:
        """Run transactions under the next header, some of its fields changed; `signers` (or all
        who decide) certify it, or the last of so many empty blocks built on it.
        """
        validators = self._deciding()
        for transaction in batch:
            self.frontier.append(leaf_hash(transaction.wire))
        header = replace(self._header(batch, validators), **changes)
        chain = [header]
        for _ in range(descendants):
            chain.append(_empty_child(chain[-1]))
        voting = [self.devices[member.device] for member in validators.members]
        certificate = _certificate(chain[-1], voting if signers is None else signers)
        stored = Stored(header, Finality(tuple(chain[1:]), certificate), batch)
        state = State(self.values.get)
        stored.verdicts = run_block(batch, state, header)
        self.keep(state)
        self.blocks.append(stored)
        self.height += 1
        return stored.verdicts

    def mined(self, **changes) -> bytes:
        """The proof of work for the next block, if it is empty."""
        bare = replace(self._header([], self.validators), **changes).encode()
        nonce = mine(bare, roster.work_target(self.get), 0, 1 << 26).nonce
        assert nonce is not None
        return nonce.to_bytes(8)

    def faults(self, folder: Path) -> set[tuple[FaultKind, str]]:
        """What a check finds after all of it was stored in `folder`."""
        findings = Findings(lambda _done, _total: None, lambda: False)
        with _database(folder) as database:
            with database.writing() as connection:
                position = 0
                for stored in self.blocks:
                    rows = [_row(t, position == 0) for t in stored.batch]
                    transactions.add_pending(connection, rows)
                    placed = zip(stored.batch, stored.verdicts, strict=True)
                    final = [
                        FinalTransaction(t, stored.header.height, position + place, verdict)
                        for place, (t, verdict) in enumerate(placed)
                    ]
                    store_final(connection, stored.header, stored.finality, (), final)
                    position += len(final)
            with database.reading() as connection:
                check = ChainCheck(connection, findings)
                check.run()
        return {(fault.what, fault.where) for fault in findings.faults}

    def _deciding(self) -> ValidatorSet:
        if self.blocks:
            return self.validators
        return ValidatorSet.of([Validator(self.device.id, self.device.key.public, 1)])

    def _header(self, batch: list[Transaction], validators: ValidatorSet) -> Header:
        parent = self.blocks[-1].header if self.blocks else None
        epoch = self.epoch if parent else 0
        return Header(
            network=NETWORK,
            height=self.height,
            slot=parent.slot + 1 if parent and parent.epoch == epoch else 0,
            epoch=epoch,
            parent=parent.id if parent else NO_PARENT,
            tree_size=self.frontier.size,
            merkle_root=self.frontier.root(),
            transactions=len(batch),
            state_root=self.root(),
            validators=validators.hash,
            time_ms=1_800_000_000_000 + self.height,
            proposer=validators.members[0].device,
        )


def _empty_child(parent: Header) -> Header:
    return replace(
        parent, height=parent.height + 1, slot=parent.slot + 1, parent=parent.id, transactions=0
    )


def _certificate(header: Header, signers: Iterable[Device]) -> Certificate:
    vote = Vote(NETWORK, header.epoch, VoteKind.FINAL, header.slot, header.id)
    signed = [sign_vote(vote, device.key) for device in signers]
    return Certificate.of(vote, {one.validator: one.signature for one in signed})


def _row(transaction: Transaction, is_first: bool) -> dict[str, object]:
    payload = transaction.payload
    return {
        "id": transaction.id,
        "device": payload.device,
        "sequence": payload.sequence,
        "kind": payload.kind,
        "person": payload.person or NOBODY,
        "subject": DIRECTORY if is_first else b"",
        "time_ms": payload.time_ms,
        "wire": transaction.wire,
    }


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    folder.mkdir(exist_ok=True)
    database = open_database(folder / "ledger.db", bytes(32))
    try:
        migrate(database, STEPS)
        yield database
    finally:
        database.close()
