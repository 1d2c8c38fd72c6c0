"""A ledger in memory whose transactions have real kinds and whose proofs really hold."""

import hashlib
from datetime import datetime, timedelta

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.events import LedgerGrew
from ehr_desktop.domain.ids import BlockId, DeviceId, PersonId, TransactionId
from ehr_desktop.domain.ledger import (
    BlockSummary,
    InclusionProof,
    TransactionState,
    TransactionSummary,
)
from ehr_desktop.node.ledger.merkle import inclusion_path, leaf_hash, root
from tests.support.memory_world import DEVICE, World, made_hash, made_id

PATIENT = ("patient", "7f3a" + made_id("a patient")[4:])
KAREN = ("provider-name", "Dr Karin Lindqvist")
BOOKED = (KAREN, ("when", "2026-08-14T11:00"), ("minutes", "20"), ("override", ""))
TAKEN = (("start_ms", "1786701600000"), ("end_ms", "1786702800000"))
DAY = (
    # the transactions of each block: account name, kind, containers, facts, rule
    (
        (
            "amara.osei",
            "clinic.found",
            1,
            (("clinic", "Harbour Street Practice"), ("workstation", "Front desk")),
            "",
        ),
    ),
    (
        ("amara.osei", "member.enrol", 1, (("name", "Inês Duarte"), ("role", "receptionist")), ""),
        ("amara.osei", "team.box", 0, (("team", "front-desk"), ("names", "Inês Duarte")), ""),
    ),
    (
        ("amara.osei", "member.enrol", 1, (("name", "Dr Karin Lindqvist"), ("role", "doctor")), ""),
        ("amara.osei", "team.key", 0, (("team", "clinical"), ("generation", "2")), ""),
        ("tom.hale", "member.enrol", 1, (("name", "Lena Vogt"), ("role", "nurse")), "role"),
    ),
    (
        ("ines.duarte", "patient.register", 0, (PATIENT,), ""),
        ("ines.duarte", "epoch.open", 0, (PATIENT, ("categories", "notes, labs, imaging")), ""),
        (
            "ines.duarte",
            "record.commit",
            1,
            (PATIENT, ("records", "1"), ("amendments", "0"), ("source", "form")),
            "",
        ),
    ),
    (
        (
            "karin.lindqvist",
            "record.commit",
            214,
            (PATIENT, ("records", "214"), ("amendments", "0"), ("source", "import")),
            "",
        ),
    ),
    (("ines.duarte", "appointment.book", 1, BOOKED, ""),),
    (("ines.duarte", "appointment.book", 1, (*BOOKED, *TAKEN), "slot-taken"),),
    (
        ("ines.duarte", "appointment.move", 0, BOOKED, ""),
        ("ines.duarte", "appointment.status", 0, (("status", "arrived"),), ""),
    ),
    (
        (
            "karin.lindqvist",
            "access.read",
            0,
            (PATIENT, ("manner", "open"), ("purpose", "treatment")),
            "",
        ),
    ),
    (
        (
            "karin.lindqvist",
            "record.commit",
            1,
            (PATIENT, ("records", "1"), ("amendments", "1"), ("source", "form")),
            "",
        ),
    ),
)
READ = ("access.read", 0, (PATIENT, ("manner", "open"), ("purpose", "treatment")))


class MemoryChain:
    """In place of `clinic.ledger`. `break_proof` makes the proofs of a transaction false."""

    def __init__(self, world: World, begins: datetime) -> None:
        self._world = world
        self._time = begins
        self._leaves: list[bytes] = []
        self.all: list[TransactionSummary] = []
        self.chain: list[BlockSummary] = []
        self.broken_path: TransactionId | None = None
        self.broken_certificate: TransactionId | None = None
        for rows in DAY:
            self.add_block(rows)

    def add_block(self, rows) -> BlockSummary:
        """Make one block final and tell of it."""
        height = len(self.chain)
        self._time += timedelta(minutes=11)
        for row in rows:
            self.all.append(self._transaction(height, *row))
            self._leaves.append(leaf_hash(self.all[-1].id.encode()))
        block = BlockSummary(
            height=height,
            id=BlockId(made_hash(f"block {height}")),
            parent=BlockId(made_hash(f"block {height - 1}") if height else "0" * 64),
            time=self._time,
            transactions=len(rows),
            refused=sum(bool(row[4]) for row in rows),
            merkle_root=root(self._leaves).hex(),
            state_root=made_hash(f"state {height}"),
            tree_size=len(self._leaves),
            proposer=DEVICE,
            signatures=1,
            slot=height,
        )
        self.chain.append(block)
        self._world.publish(LedgerGrew(height))
        return block

    def add_pending(self, account: str, kind: str, containers: int, facts) -> TransactionSummary:
        """Sign one that waits for its block."""
        self.all.append(self._transaction(None, account, kind, containers, facts, ""))
        return self.all[-1]

    async def blocks(self, actor, *, before=None, limit=100):
        self._world.require(actor)
        older = [b for b in self.chain if before is None or b.height < before]
        return tuple(reversed(older))[:limit]

    async def transactions(self, actor, *, height=None, before=None, limit=100, refused_only=False):
        self._world.require(actor)
        wanted = [
            t
            for t in self.all
            if (height is None or t.height == height)
            and (before is None or (t.index is not None and t.index < before))
            and (not refused_only or t.state is TransactionState.REFUSED)
        ]
        return tuple(reversed(wanted))[:limit]

    async def proof(self, actor, transaction):
        self._world.require(actor)
        found = next((t for t in self.all if t.id == transaction), None)
        if found is None or found.height is None or found.index is None:
            raise NotFoundError(transaction)
        block = self.chain[found.height]
        path = inclusion_path(found.index, block.tree_size, self._node)
        if transaction == self.broken_path:
            path = [hashlib.sha256(path[0]).digest(), *path[1:]]
        return InclusionProof(
            transaction=transaction,
            leaf=self._leaves[found.index].hex(),
            index=found.index,
            tree_size=block.tree_size,
            path=tuple(step.hex() for step in path),
            root=block.merkle_root,
            block=block.id,
            height=block.height,
            holds=transaction not in {self.broken_path, self.broken_certificate},
        )

    def _node(self, level: int, place: int) -> bytes:
        return root(self._leaves[place << level : (place + 1) << level])

    def _transaction(self, height, account, kind, containers, facts, rule) -> TransactionSummary:
        number = len(self.all)
        person = PersonId(made_id(account))
        state = TransactionState.REFUSED if rule else TransactionState.FINAL
        return TransactionSummary(
            id=TransactionId(made_hash(f"signed {number}")),
            kind=kind,
            height=height,
            index=None if height is None else len(self._leaves),
            time=self._time,
            device=DeviceId(DEVICE),
            person=person,
            person_name=self._world.staff[person].display_name,
            sequence=number + 1,
            state=TransactionState.PENDING if height is None else state,
            rule=rule,
            facts=facts,
            containers=containers,
            size_bytes=389 + 48 * containers,
        )
