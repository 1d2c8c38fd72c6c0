"""Transactions of another workstation that wait beside a real clinic's ledger, and their end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.contracts.statements import Statement
from ehr_desktop.node.crypto.sign import SigningKey
from ehr_desktop.node.ledger.codec import encode
from ehr_desktop.node.ledger.transaction import (
    ContainerRef,
    Payload,
    Transaction,
    device_id_of,
    sign,
)
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.pipeline.unsigned import Unsigned, store_signed
from ehr_desktop.node.sealing.sealing import Sealer
from ehr_desktop.node.store import containers, transactions
from ehr_desktop.node.store.containers import StoredContainer
from ehr_desktop.node.store.tables import VAULT_KEYS
from ehr_desktop.node.viewing.indexing import TeamIndex
from tests.support.one_pc import OnePc

ACCEPTED = Verdict()
TAKEN = Verdict("slot-taken", (("appointment", "00" * 16),))
OTHER_DEVICE = SigningKey(bytes(32))


@dataclass
class WaitingClinic:
    """A clinic on one PC that is told of transactions which its own ledger does not order."""

    pc: OnePc
    signed: int = 0
    missing: dict[bytes, StoredContainer] = field(default_factory=dict)
    lost: Mapping[str, Any] = field(default_factory=dict)

    @property
    def index(self) -> TeamIndex:
        """The front desk's view."""
        return self.pc.node._core.indexes[Team.FRONT_DESK]

    async def sealed(self, name: str, patient: PatientId, *records: NewRecord) -> list[Unsigned]:
        """Seal records as somebody who is signed in, without signing for them."""
        return await self._prepared(
            name, lambda sealer: sealer.seal(patient, records, "form", register=False).unsigned
        )

    async def with_words(
        self,
        name: str,
        patient: PatientId,
        words: NewRecord,
        statement: Callable[[int], Statement],
    ) -> list[Unsigned]:
        """Seal the words of a booking."""
        session = self.pc.session(name)
        subject = bytes.fromhex(patient)

        def prepare(sealer: Sealer) -> list[Unsigned]:
            before, epoch, container = sealer.seal_words(subject, words)
            said = Unsigned(
                statement(epoch),
                session.person,
                session.keys.signing,
                subject=subject,
                containers=(container,),
            )
            return [*before.unsigned, said]

        return await self._prepared(name, prepare)

    async def _prepared(
        self, name: str, prepare: Callable[[Sealer], list[Unsigned]]
    ) -> list[Unsigned]:
        core, session = self.pc.node._core, self.pc.session(name)

        def run() -> list[Unsigned]:
            with core.database.reading() as connection:
                sealer = Sealer(session, connection, core.pipeline, core.files, lambda _b: None)
                return prepare(sealer)

        return await core.on_writer(run)

    async def arrive(
        self, wanted: Sequence[Unsigned], *, with_containers: bool = True
    ) -> list[Transaction]:
        """Sign for what was sealed, on another workstation, and store it here as pending."""
        arrived = [self._sign(unsigned) for unsigned in wanted]
        brought = wanted
        if not with_containers:
            for transaction, unsigned in zip(arrived, wanted, strict=True):
                for one in unsigned.containers:
                    self.missing[one.commitment] = replace(one, transaction=transaction.id)
            brought = [replace(unsigned, containers=()) for unsigned in wanted]
        await self.write(lambda connection: store_signed(connection, arrived, brought))
        return arrived

    async def bring(self, *commitments: bytes) -> None:
        """Store containers that were left out, and say so."""
        come = [self.missing.pop(name) for name in commitments]
        await self.write(lambda connection: containers.add_containers(connection, come))
        await self.tell(lambda: self.index.arrived(commitments, {}))

    async def show(self, *waiting: tuple[Transaction, Verdict]) -> None:
        """Tell the view what waits."""
        await self.tell(lambda: self.index.show_pending(waiting, {}))

    async def decide(self, *ended: tuple[Transaction, Verdict]) -> None:
        """Make transactions final, in this order, and tell the view."""
        total = (await self.pc.on_disk(transactions.counts))[0]
        final = [
            FinalTransaction(transaction, 1000, total + place, verdict)
            for place, (transaction, verdict) in enumerate(ended)
        ]
        rows = [
            {
                "id_": entry.transaction.id,
                "height": entry.height,
                "position": entry.position,
                "rule": entry.verdict.rule,
                "details": encode([list(fact) for fact in entry.verdict.details]),
            }
            for entry in final
        ]
        await self.write(lambda connection: transactions.make_final(connection, rows))
        await self.tell(lambda: self.index.follow(final, {}))

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        """Write in the ledger's database, past the ledger."""

        def run() -> Any:
            with self.pc.node._core.database.writing() as connection:
                return work(connection)

        return await self.pc.node._core.on_writer(run)

    async def tell(self, work: Callable[[], Any]) -> Any:
        """Do something with the view, on the writer thread."""
        return await self.pc.node._core.on_writer(work)

    async def lose_vault_key(self, patient: PatientId) -> None:
        """Let a patient's vault key not have come yet."""
        subject = bytes.fromhex(patient)
        chosen = select(VAULT_KEYS).where(VAULT_KEYS.c.patient == subject)
        self.lost = await self.pc.on_disk(lambda c: c.execute(chosen).mappings().one())
        gone = delete(VAULT_KEYS).where(VAULT_KEYS.c.patient == subject)
        await self.write(lambda connection: connection.execute(gone))

    async def bring_vault_key(self) -> None:
        """Store the vault key that was lost, and say so."""
        row = dict(self.lost)
        await self.write(lambda connection: connection.execute(insert(VAULT_KEYS).values(row)))
        await self.tell(lambda: self.index.arrived([row["commitment"]], {}))

    def _sign(self, unsigned: Unsigned) -> Transaction:
        self.signed += 1
        payload = Payload(
            network=bytes(32),
            kind=unsigned.statement.KIND,
            device=device_id_of(OTHER_DEVICE.public),
            person=unsigned.person,
            sequence=self.signed,
            previous=bytes(32),
            valid_until=0,
            time_ms=1_800_000_000_000 + self.signed,
            body=unsigned.statement.body(),
            containers=tuple(ContainerRef(c.commitment, c.size) for c in unsigned.containers),
        )
        return sign(payload, [OTHER_DEVICE, unsigned.key])
