"""What the patient screens call things."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from ehr_desktop.domain.patients import Demographics, PatientSummary, Sex

SEX_WORDS: Final[Mapping[Sex, str]] = {
    Sex.FEMALE: "Female",
    Sex.MALE: "Male",
    Sex.OTHER: "Other",
    Sex.UNKNOWN: "Not known",
}
_FIELD_WORDS: Final[Mapping[str, str]] = {
    "name": "name",
    "family": "family name",
    "given": "given name",
    "birth_date": "birth date",
    "birth-date": "birth date",
    "record_number": "record id",
    "record-number": "record id",
    "insurance_id": "insurance id",
    "insurance-id": "insurance id",
    "phone": "phone",
    "email": "e-mail",
    "address": "address",
    "identifier": "another id",
    "other-name": "another name",
    "recent": "",
}


def field_words(field: str) -> str:
    """Name a field for people."""
    return _FIELD_WORDS.get(field, field.replace("_", " ").replace("-", " "))


def isolated(text: str) -> str:
    """Give `text` so that a right-to-left name cannot reorder the numbers beside it.

    Source: Unicode Standard Annex 9, first strong isolate.
    """
    if any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def counted(count: int, one: str, many: str) -> str:
    """Write a count with its noun: 1 patient, 12,031 patients."""
    return f"{count:,} {one if count == 1 else many}"


def file_name(patient: PatientSummary) -> str:
    """Propose a name for an exported file: the record id, never the patient's name."""
    number = patient.demographics.record_number or patient.id
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in number)
    return f"patient-{kept}.json"


def same_person_words(demographics: Demographics) -> str:
    """Write sex and record id on one line."""
    number = demographics.record_number
    return " · ".join(part for part in (SEX_WORDS[demographics.sex], number) if part)
