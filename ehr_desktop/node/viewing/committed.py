"""What the ledger names of a patient's record, before anything is opened."""

from collections.abc import Iterator

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import RecordId, TransactionId
from ehr_desktop.domain.records import StoredRecord
from ehr_desktop.node.contracts.statements import CommitRecords, read_statement
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store import transactions
from ehr_desktop.node.store.transactions import StoredTransaction

MOST_COMMITS = 100_000


def commits_about(connection: Connection, patient: bytes) -> list[StoredTransaction]:
    """Give what was committed to a patient's record and not refused: what is final in its order,
    then what waits.
    """
    found = transactions.about(connection, patient, [CommitRecords.KIND], MOST_COMMITS)
    standing = [row for row in reversed(found) if not row.rule]
    return sorted(standing, key=lambda row: row.position is None)


def committed(
    connection: Connection, patient: bytes
) -> Iterator[tuple[StoredTransaction, StoredRecord]]:
    """Give every version of every record, in that order, each with what committed to it."""
    for row in commits_about(connection, patient):
        payload = Transaction.decode(row.wire).payload
        statement = read_statement(row.kind, tuple(payload.body))
        assert isinstance(statement, CommitRecords)
        for (record, version, category, _), container in zip(
            statement.records, payload.containers, strict=True
        ):
            yield (
                row,
                StoredRecord(
                    RecordId(record.hex()),
                    version,
                    Category(category),
                    TransactionId(row.id.hex()),
                    container.commitment.hex(),
                ),
            )


def newest_records(connection: Connection, patient: bytes) -> tuple[StoredRecord, ...]:
    """Give the newest version of every record of a patient, in the order they first came."""
    newest: dict[RecordId, StoredRecord] = {}
    for row, stored in committed(connection, patient):
        known = newest.get(stored.record)
        # a pending version that another workstation's has overtaken will be refused
        if row.position is not None or known is None or stored.version > known.version:
            newest[stored.record] = stored
    return tuple(newest.values())
