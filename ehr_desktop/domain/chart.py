"""A patient's chart as screens show it. Each entry names the record it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis
from ehr_desktop.domain.ids import PatientId, PersonId, RecordId, TransactionId
from ehr_desktop.domain.patients import PatientSummary


class AllergyStatement(StrEnum):
    """The four things a banner may say about allergies (NHS CUI PAB-0064 to 0072), and that none
    of them can be said yet: some entries have not come to this workstation.
    """

    KNOWN = "known"
    NONE_KNOWN = "none-known"
    NOT_RECORDED = "not-recorded"
    UNAVAILABLE = "unavailable"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class EntrySource:
    """Who wrote an entry, when, and in which record version. `author_name` is empty for records
    that came from elsewhere; then `origin` says where from.
    """

    record: RecordId
    version: int
    category: Category
    resource_type: str
    recorded: datetime
    author: PersonId
    author_name: str
    transaction: TransactionId
    amended: bool = False
    origin: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a chart section.

    `title` is what it is, `detail` what matters next, `status` a FHIR code, `when` a FHIR date or
    instant as written in the record (may be empty), `value` and `unit` the result to the letter.
    """

    source: EntrySource
    kind: str
    title: str
    detail: str = ""
    status: str = ""
    when: str = ""
    value: str = ""
    unit: str = ""
    code: str = ""
    interpretation: str = ""
    reference_low: str = ""
    reference_high: str = ""
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a chart, newest first. `total` counts all its entries, shown here or not."""

    kind: str
    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ChartSummary:
    """What opens first: who it is, the allergy statement, and the first page of each section.

    `on_way` counts, by category, the entries that the ledger names and that cannot be shown here
    yet. Empty sections of these categories say nothing.
    """

    patient: PatientSummary
    allergy_statement: AllergyStatement
    allergies: tuple[Entry, ...]
    problems: Section
    medications: Section
    vitals: Section
    results: Section
    visits: Section
    notes: Section
    documents: Section
    immunizations: Section
    other: Section
    procedures: Section = Section("procedures", (), 0)
    on_way: Mapping[Category, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a record, opened: the FHIR JSON bytes as received or made here."""

    source: EntrySource
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an opening was written to the ledger before any plaintext existed.

    Only the node makes these; a chart is read by showing one. `person` is a member of staff, or
    the pseudonym of the patient or delegate who reads. It is for `categories`, on one `basis`;
    categories that are open on another have a receipt of their own, `beside` the first.
    """

    transaction: TransactionId
    patient: PatientId
    person: PersonId
    purpose: str
    basis: Basis = Basis.POLICY
    categories: frozenset[Category] = frozenset()
    beside: tuple["Receipt", ...] = ()

    @property
    def all(self) -> tuple["Receipt", ...]:
        """This receipt and those beside it."""
        return (self, *self.beside)

    @property
    def all_categories(self) -> frozenset[Category]:
        """What may be read with it, on whatever basis."""
        return frozenset(category for one in self.all for category in one.categories)
