"""Records on their way into the store, and what became of them."""

from dataclasses import dataclass
from pathlib import Path

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.ids import RecordId, TransactionId
from ehr_desktop.domain.ledger import Outcome
from ehr_desktop.domain.projection import Projection

ATTACHMENT = "attachment"
"""The type of a record whose body is a file's bytes and no FHIR resource."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One FHIR resource to be written.

    `body` are its JSON bytes, or empty where `attachment` names a file whose bytes are the body
    (its type is then `ATTACHMENT`). `record` names the record it amends, or the id a new one is
    to have. `reference` is the address it had where it came from (`Type/id`): the same one again
    is the same record.
    `projection` spares the indexer from reading the body a second time.
    """

    category: Category
    resource_type: str
    body: bytes
    full_url: str = ""
    origin: str = ""
    record: RecordId | None = None
    reference: str = ""
    attachment: Path | None = None
    projection: Projection | None = None


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """Where a record went: its id, its version, and the transaction that commits to it."""

    record: RecordId
    version: int
    transaction: TransactionId


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What a batch became: the records written, how many were there already unchanged, and the
    outcome of each transaction, refused ones among them.
    """

    written: tuple[WrittenRecord, ...]
    unchanged: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The newest version of a record as the ledger knows it, before anything is opened."""

    record: RecordId
    version: int
    category: Category
    transaction: TransactionId
    commitment: str
