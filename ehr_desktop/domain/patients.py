"""Patients as the front desk knows them."""

from dataclasses import dataclass, field
from enum import StrEnum

from ehr_desktop.domain.ids import PatientId, RecordId, RecordNumber


class Sex(StrEnum):
    """FHIR R4 `administrative-gender`."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Demographics:
    """What a registration form holds. Texts are kept as typed; `birth_date` is a FHIR date,
    which may be only a year or a year and a month, or empty when not known.
    """

    family: str
    given: str
    birth_date: str = ""
    sex: Sex = Sex.UNKNOWN
    record_number: RecordNumber = RecordNumber("")
    insurance_id: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    deceased: str = ""


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """One patient in a list or in a banner."""

    id: PatientId
    record: RecordId
    demographics: Demographics
    pending: bool = False
    """Registered or changed here, and not final yet."""

    @property
    def name(self) -> str:
        """Family name in capitals, a comma, then the given names (NHS CUI banner rule)."""
        family, given = self.demographics.family.upper(), self.demographics.given
        return f"{family}, {given}" if family and given else family or given or "Name not known"


@dataclass(frozen=True, slots=True)
class Match:
    """A patient found by a search. `found_via` names the field that matched, for the list."""

    patient: PatientSummary
    found_via: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class DuplicateWarning:
    """Somebody already registered who may be the same person. `reasons` are field names."""

    patient: PatientSummary
    reasons: tuple[str, ...]
    strong: bool


@dataclass(frozen=True, slots=True)
class PatientPage:
    """One page of a list. `total` counts all matches, so a scroll bar can tell the truth."""

    matches: tuple[Match, ...] = field(default=())
    total: int = 0
