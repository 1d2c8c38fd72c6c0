"""What a read model takes from one FHIR resource. Made by `interchange`, kept by the store.

The node cannot read FHIR: whoever opens it hands it a `Projector`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ehr_desktop.domain.patients import Demographics


class SectionKind(StrEnum):
    """The part of a chart an entry belongs to."""

    ALLERGIES = "allergies"
    PROBLEMS = "problems"
    MEDICATIONS = "medications"
    VITALS = "vitals"
    RESULTS = "results"
    VISITS = "visits"
    NOTES = "notes"
    DOCUMENTS = "documents"
    IMMUNIZATIONS = "immunizations"
    PROCEDURES = "procedures"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A Patient resource for the patient list; `identifiers` holds every identifier's value."""

    demographics: Demographics
    identifiers: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of a chart, taken from one resource (a blood pressure panel gives one).

    `when` is the FHIR date or instant to the letter, `sort_ms` the same in UTC milliseconds for
    ordering (a partial date counts from its first instant; 0 if there is none). `value` keeps
    every digit. `none_known` marks "no known allergy". `encounter` is the reference as written.
    """

    section: SectionKind
    title: str
    detail: str = ""
    status: str = ""
    when: str = ""
    sort_ms: int = 0
    value: str = ""
    unit: str = ""
    code: str = ""
    interpretation: str = ""
    reference_low: str = ""
    reference_high: str = ""
    encounter: str = ""
    none_known: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentText:
    """The words of an Appointment resource; its times and status stand on the ledger."""

    reason: str = ""
    comment: str = ""
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class Projection:
    """Everything the views keep of one resource. `reference` is `Type/id`, or empty."""

    resource_type: str
    reference: str = ""
    patient: PatientRow | None = None
    entry: EntryRow | None = None
    appointment: AppointmentText | None = None


class Projector(Protocol):
    """Reads one FHIR resource."""

    def __call__(self, body: bytes) -> Projection:
        """Project `body`, the JSON bytes of one resource that passed validation."""
        ...
