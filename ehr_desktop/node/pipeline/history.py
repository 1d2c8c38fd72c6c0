"""Which containers the ledger names of a patient, what became of each, and what replaced it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

from sqlalchemy import Connection

from ehr_desktop.node.contracts.custody_statements import ResealRecords
from ehr_desktop.node.contracts.shapes import MalformedBodyError
from ehr_desktop.node.contracts.statements import (
    KINDS,
    CommitRecords,
    Statement,
    read_statement,
)
from ehr_desktop.node.ledger.transaction import ContainerRef, Transaction
from ehr_desktop.node.store import transactions

_MOST: Final = 10_000_000
_WITHOUT: Final = frozenset(
    {
        "access.read", "access.own", "card.use", "epoch.box", "epoch.open", "escrow.deal",
        "escrow.release", "patient.register", "pin.answer", "pin.try",
    }
)  # fmt: skip
"""What there is much of and never brings a container."""
_KINDS: Final = KINDS.keys() - _WITHOUT


@dataclass(frozen=True, slots=True)
class Named:
    """A container as a transaction names it. `category` is empty and `epoch` 0 where the statement
    does not say them; `record` and `version` are those of a record. `refused` and `final` tell what
    became of the transaction, `first` is the one that committed to the record's version first.
    """

    name: bytes
    transaction: bytes
    category: str = ""
    epoch: int = 0
    record: bytes = b""
    version: int = 0
    replaces: bytes = b""
    first: bytes = b""
    refused: bool = False
    final: bool = True


@dataclass(slots=True)
class History:
    """Every container named about a patient, in the order of the ledger; what waits stands last.

    `newer` gives, for the containers that an accepted statement replaced, the next one.
    """

    named: dict[bytes, Named] = field(default_factory=dict)
    newer: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, patient: bytes) -> Self:
        """Read it from the transactions that are stored."""
        history = cls()
        for row in reversed(transactions.about(connection, patient, _KINDS, _MOST)):
            transaction = Transaction.decode(row.wire)
            for one in named_by(
                transaction, refused=bool(row.rule), final=row.position is not None
            ):
                history.take(one)
        return history

    def take(self, one: Named) -> None:
        """Take one more container over."""
        self.named.setdefault(one.name, one)
        if one.replaces and one.final and not one.refused:
            self.newer[one.replaces] = one.name

    def newest(self, name: bytes) -> bytes:
        """Give what a container was replaced by in the end; itself if it was not."""
        while name in self.newer:
            name = self.newer[name]
        return name

    def standing(self, category: str = "") -> Iterator[Named]:
        """Give what accepted statements name as records and nothing has replaced: of one category,
        or of all.
        """
        for one in self.named.values():
            is_record = bool(one.record) and one.final and not one.refused
            if is_record and one.name not in self.newer and category in ("", one.category):
                yield one


def named_by(
    transaction: Transaction, *, refused: bool = False, final: bool = True
) -> Iterator[Named]:
    """Give the containers one transaction names."""
    payload = transaction.payload
    if not payload.containers:
        return
    try:
        statement: Statement | None = read_statement(payload.kind, tuple(payload.body))
    except MalformedBodyError:
        statement = None
    for said, container in zip(
        _said(statement, payload.containers), payload.containers, strict=False
    ):
        category, epoch, record, version, replaces, first = said
        yield Named(
            container.commitment, transaction.id, category, epoch, record, version, replaces,
            first or transaction.id, refused, final,
        )  # fmt: skip


def _said(
    statement: Statement | None, containers: tuple[ContainerRef, ...]
) -> list[tuple[str, int, bytes, int, bytes, bytes]]:
    if isinstance(statement, CommitRecords):
        return [(category, epoch, r, version, b"", b"")
                for r, version, category, epoch in statement.records]  # fmt: skip
    if isinstance(statement, ResealRecords):
        return [(statement.category, statement.epoch, r, version, replaced, first)
                for r, version, first, replaced in statement.records]  # fmt: skip
    return [("", 0, b"", 0, b"", b"")] * len(containers)
